package noise

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// noiseReadings are what can become of an utterance, the harmless first:
// taken for noise, and so nothing; ignored by the desk (not meant for Deputy,
// another language, no question open); no consequence; taken for an order of its
// own; taken for noise, but asked about; or read as an answer in one way or other.
var noiseReadings = []string{"filtered", "ignored", "nothing", "order", "unread", "unclear", "explain", "near miss", "weak yes", "untimely", "later", "denied", "approved"}

type noiseKey struct{ group, level string }

// A noisePart counts one kind of material at asks of one level. Times are in
// seconds.
type noisePart struct {
	Group    string         `json:"group"`
	Level    string         `json:"level"`
	Played   float64        `json:"played"` // sound, without the pauses between
	Wall     float64        `json:"wall"`
	Heard    float64        `json:"heard"` // came through the microphone, of Wall
	Posed    float64        `json:"posed"` // an ask was open, of Wall
	Readings map[string]int `json:"readings"`
	Effects  int            `json:"effects"`
}

// A noiseReport is the outcome of a trial.
type noiseReport struct {
	Parts []*noisePart `json:"parts"`
}

func (l *noiseLedger) report() noiseReport {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.parts {
		p.Readings = map[string]int{}
	}
	for _, r := range l.rows {
		l.part(r.stretch).Readings[r.reading]++
	}
	var r noiseReport
	for _, p := range l.parts {
		r.add(noiseReport{Parts: []*noisePart{p}})
	}
	return r
}

// add counts another report in.
func (r *noiseReport) add(o noiseReport) {
	for _, p := range o.Parts {
		i := slices.IndexFunc(r.Parts, func(q *noisePart) bool { return q.Group == p.Group && q.Level == p.Level })
		if i < 0 {
			r.Parts = append(r.Parts, &noisePart{Group: p.Group, Level: p.Level, Readings: map[string]int{}})
			i = len(r.Parts) - 1
		}
		r.Parts[i].add(p)
	}
	slices.SortFunc(r.Parts, func(a, b *noisePart) int {
		return cmp.Or(cmp.Compare(slices.Index(noiseGroups, a.Group), slices.Index(noiseGroups, b.Group)), strings.Compare(a.Level, b.Level))
	})
}

func (p *noisePart) add(o *noisePart) {
	p.Played, p.Wall, p.Heard, p.Posed = p.Played+o.Played, p.Wall+o.Wall, p.Heard+o.Heard, p.Posed+o.Posed
	p.Effects += o.Effects
	for k, n := range o.Readings {
		p.Readings[k] += n
	}
}

func (r noiseReport) effects() (n int) {
	for _, p := range r.Parts {
		n += p.Effects
	}
	return n
}

// print writes a Markdown table: a row for each material and level, then sums.
func (r noiseReport) print(w io.Writer) {
	fmt.Fprintf(w, "| material | level | played | heard | ask open | utterances | %s | effects |\n", strings.Join(noiseReadings, " | "))
	fmt.Fprintf(w, "|---|---%s|\n", strings.Repeat("|---:", len(noiseReadings)+5))
	for _, p := range r.Parts {
		p.print(w)
	}
	all := &noisePart{Group: "**all**", Level: "**all**", Readings: map[string]int{}}
	for _, level := range noiseLevels {
		sum := &noisePart{Group: "**all**", Level: level, Readings: map[string]int{}}
		for _, p := range r.Parts {
			if p.Level == level {
				sum.add(p)
				all.add(p)
			}
		}
		sum.print(w)
	}
	all.print(w)
}

func (p *noisePart) print(w io.Writer) {
	total := 0
	var cells []string
	for _, k := range noiseReadings {
		total += p.Readings[k]
		cells = append(cells, fmt.Sprint(p.Readings[k]))
	}
	fmt.Fprintf(w, "| %s | %s | %.1f min | %.0f %% | %.0f %% | %d | %s | %d |\n", p.Group, p.Level, p.Played/60, 100*p.Heard/max(p.Wall, 1e-9), 100*p.Posed/max(p.Wall, 1e-9), total, strings.Join(cells, " | "), p.Effects)
}
