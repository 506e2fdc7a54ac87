package timing

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Metrics count since Deputy started. The zero value is ready.
type Metrics struct {
	// Dropped is how often samples of the microphone were lost because they were
	// read too late; whoever knows it sets it.
	Dropped int64

	utterances, ignored, asks, approvals, denials, effects, errors counter
	stages                                                         map[Stage]*histogram
}

// A counter counts by one label's value; "" is a count without a label.
type counter map[string]int64

func (c *counter) add(value string, n int64) {
	if *c == nil {
		*c = counter{}
	}
	(*c)[value] += n
}

// buckets are the upper bounds of the histograms, in seconds: what is felt in a
// conversation lies between a tenth of a second and ten.
var buckets = []float64{0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 300}

type histogram struct {
	counts []int64 // of each bucket alone
	sum    time.Duration
	n      int64
}

func (m *Metrics) stage(s Span) {
	if m.stages == nil {
		m.stages = map[Stage]*histogram{}
	}
	h := m.stages[s.Stage]
	if h == nil {
		h = &histogram{counts: make([]int64, len(buckets))}
		m.stages[s.Stage] = h
	}
	h.n++
	h.sum += s.Took
	if i, _ := slices.BinarySearch(buckets, s.Took.Seconds()); i < len(buckets) {
		h.counts[i]++
	}
}

// WriteText writes everything in Prometheus' text format 0.0.4.
func (m *Metrics) WriteText(w io.Writer) error {
	var out strings.Builder
	for _, c := range []struct {
		name, help, label string
		values            counter
	}{
		{"utterances", "What was said or typed, noise included.", "way", m.utterances},
		{"ignored", "Utterances of which nothing followed.", "by", m.ignored},
		{"asks", "Decisions that the owner was asked for.", "", m.asks},
		{"approvals", "Asks that were approved.", "by", m.approvals},
		{"denials", "Asks that were denied, or lapsed.", "by", m.denials},
		{"effects", "Effects that have ended.", "outcome", m.effects},
		{"errors", "What went wrong.", "of", m.errors},
		{"dropped_frames", "How often samples of the microphone were lost.", "", counter{"": m.Dropped}},
	} {
		name := "deputy_" + c.name + "_total"
		fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s counter\n", name, c.help, name)
		if c.label == "" {
			fmt.Fprintf(&out, "%s %d\n", name, c.values[""])
			continue
		}
		for _, v := range slices.Sorted(maps.Keys(c.values)) {
			fmt.Fprintf(&out, "%s{%s=\"%s\"} %d\n", name, c.label, escaper.Replace(v), c.values[v])
		}
	}
	m.writeStages(&out)
	_, err := io.WriteString(w, out.String())
	return err
}

var escaper = strings.NewReplacer("\\", `\\`, "\"", `\"`, "\n", `\n`)

func (m *Metrics) writeStages(out *strings.Builder) {
	const name = "deputy_stage_seconds"
	fmt.Fprintf(out, "# HELP %s How long each stage of a turn took.\n# TYPE %s histogram\n", name, name)
	for _, s := range Stages {
		h := m.stages[s]
		if h == nil {
			continue
		}
		var n int64
		for i, bound := range buckets {
			n += h.counts[i]
			fmt.Fprintf(out, "%s_bucket{stage=%q,le=%q} %d\n", name, s, decimal(bound), n)
		}
		fmt.Fprintf(out, "%s_bucket{stage=%q,le=\"+Inf\"} %d\n%s_sum{stage=%q} %s\n%s_count{stage=%q} %d\n",
			name, s, h.n, name, s, decimal(h.sum.Seconds()), name, s, h.n)
	}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
