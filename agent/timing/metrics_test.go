package timing

import (
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"deputy/agent/event"
)

// parse reads what WriteText wrote as Prometheus would.
func parse(t *testing.T, b *Collector) map[string]*dto.MetricFamily {
	t.Helper()
	var out strings.Builder
	if err := b.Metrics.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	p := expfmt.NewTextParser(model.LegacyValidation)
	families, err := p.TextToMetricFamilies(strings.NewReader(out.String()))
	if err != nil {
		t.Fatalf("%v in:\n%s", err, out.String())
	}
	return families
}

// count is the value of a counter with that label's value; -1 if there is none.
func count(f *dto.MetricFamily, label string) float64 {
	for _, m := range f.GetMetric() {
		if len(m.Label) == 0 && label == "" || len(m.Label) == 1 && m.Label[0].GetValue() == label {
			return m.Counter.GetValue()
		}
	}
	return -1
}

func TestMetrics(t *testing.T) {
	answer := said(3, 3000)
	noise := hearing(1, 0)
	noise.Noise = true
	b := &Collector{}
	b.Metrics.Dropped = 7
	play(b,
		thing{0, noise},
		thing{1450, hearing(2, 1000)},
		thing{1451, said(2, 1000)}, thing{1451, event.TaskOpened{Task: "t1"}}, thing{1451, event.Thinking{Task: "t1", Turn: 1}},
		thing{1700, event.Replied{Task: "t1", Turn: 1}},
		thing{1700, event.Intended{Task: "t1", Key: "k"}}, thing{1700, event.Asked{Task: "t1", Ask: "a1", Key: "k"}},
		thing{3451, answer}, thing{3451, event.Decided{Task: "t1", Ask: "a1", Key: "k", Approve: true, By: "voice", Answer: &answer}},
		thing{3451, event.Started{Task: "t1", Key: "k"}}, thing{3500, event.Ended{Task: "t1", Key: "k"}},
		thing{3600, event.Asked{Task: "t1", Ask: "a2", Key: "j"}}, thing{3600, event.Decided{Task: "t1", Ask: "a2", Key: "j", By: `so"cket\` + "\n"}},
		thing{3700, event.Started{Task: "t1", Key: "i"}}, thing{3700, event.Ended{Task: "t1", Key: "i", Unknown: true}},
		thing{3800, event.Thinking{Task: "t1", Turn: 2}}, thing{3900, event.Replied{Task: "t1", Turn: 2, Err: "away"}},
		thing{3900, event.TaskClosed{Task: "t1"}}, thing{3900, event.Reported{Task: "t1"}},
		thing{4000, event.Heard{Utterance: 4, Err: "no", Ignored: "no"}},
		thing{5000, event.Heard{Typed: true}}, thing{5001, event.Reminded{}},
	)
	got := parse(t, b)
	for _, tt := range []struct {
		name, label string
		want        float64
	}{
		{"utterances", "voice", 4}, {"utterances", "typed", 1}, {"ignored", "noise", 1}, {"ignored", "desk", 1},
		{"asks", "", 2}, {"approvals", "voice", 1}, {"denials", `so"cket\` + "\n", 1},
		{"effects", "done", 1}, {"effects", "unknown", 1}, {"errors", "hearing", 1}, {"errors", "model", 1}, {"errors", "effect", 1},
		{"dropped_frames", "", 7},
	} {
		if n := count(got["deputy_"+tt.name+"_total"], tt.label); n != tt.want {
			t.Errorf("%s %q: got %v, want %v", tt.name, tt.label, n, tt.want)
		}
	}
	stages := map[string]*dto.Histogram{}
	for _, m := range got["deputy_stage_seconds"].GetMetric() {
		stages[m.Label[0].GetValue()] = m.Histogram
	}
	h := stages[string(ToTranscript)] // of the noise and the order, 450 ms each
	if h.GetSampleCount() != 2 || h.GetSampleSum() != 0.9 {
		t.Errorf("got %d transcripts in %v s, want 2 in 0.9 s", h.GetSampleCount(), h.GetSampleSum())
	}
	for _, bucket := range h.GetBucket() {
		want := uint64(0)
		if bucket.GetUpperBound() >= 0.45 {
			want = 2
		}
		if bucket.GetCumulativeCount() != want {
			t.Errorf("up to %v s: got %d, want %d", bucket.GetUpperBound(), bucket.GetCumulativeCount(), want)
		}
	}
	if n := stages[string(ToReply)].GetSampleCount(); n != 2 {
		t.Errorf("got %d replies of the model, want 2", n)
	}
}

// TestMetricsOfNothing: a Deputy that has done nothing yet can be asked too.
func TestMetricsOfNothing(t *testing.T) {
	got := parse(t, &Collector{})
	if n := count(got["deputy_asks_total"], ""); n != 0 {
		t.Errorf("got %v asks, want 0", n)
	}
}
