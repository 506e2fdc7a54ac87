package noise

import (
	"strings"
	"testing"
	"time"

	"deputy/agent"
	"deputy/agent/event"
	"deputy/cmd/internal/app"
)

func TestNoiseGroup(t *testing.T) {
	for _, c := range []struct {
		row  map[string]string
		want string
	}{
		{map[string]string{"kind": "ESC50", "label": "dog"}, "noises"},
		{map[string]string{"kind": "RIRs"}, ""},
		{map[string]string{"kind": "ASR", "label": "the air is pure"}, "chatter"},
		{map[string]string{"lang": "-", "label_type": "transcript", "label": "(no speech)"}, "noises"},
		{map[string]string{"lang": "-", "label_type": "keyword", "label": "manzana"}, "other languages"},
		{map[string]string{"lang": "-", "label_type": "keyword", "label": "빅스비"}, "chatter"},
		{map[string]string{"lang": "fr", "transcript": "oui"}, "other languages"},
		{map[string]string{"lang": "ko", "transcript": "거실 불 켜줘."}, "chatter"},
		{map[string]string{"transcript": "yes"}, "a stranger's answer"},
		{map[string]string{"lang": "ko", "transcript": "하지 마"}, "a stranger's answer"},
		{map[string]string{"keyword": "jarvis"}, "chatter"},
	} {
		if got := noiseGroup(c.row); got != c.want {
			t.Errorf("%v: got %q, want %q", c.row, got, c.want)
		}
	}
}

// TestNoiseLedger: what follows from an utterance is counted as its reading, at
// the level of what was playing, and what the trial types itself is not.
func TestNoiseLedger(t *testing.T) {
	heard := event.Heard{Text: "okay", Language: "en", Ended: time.Now()}
	spoken := event.Spoken{Line: "l1", Whole: true}
	say := func(key string) event.Line {
		return event.Line{Text: app.Words().Phrase("ko", key, map[string]string{"heard": "x", "summary": "y", "detail": "z"})}
	}
	for _, c := range []struct {
		want  string
		steps []any
	}{
		{"nothing", []any{heard}},
		{"ignored", []any{event.Ignored{Why: event.Foreign}}},
		{"unclear", []any{heard, event.AskPresented{}, say("say.unclear")}},
		{"weak yes", []any{heard, event.AskPresented{}, say("say.weak"), spoken}},
		{"near miss", []any{heard, event.AskDeferred{}, say("say.near_miss")}},
		{"untimely", []any{heard, event.AskPresented{}, say("say.too_early")}},
		{"explain", []any{heard, event.AskPresented{}, say("ask.details")}},
		{"later", []any{heard, event.AskDeferred{}, say("say.later")}},
		{"order", []any{heard, event.AskSuspended{}, event.TaskOpened{}}},
		{"denied", []any{heard, event.Decided{By: "voice"}}},
		{"approved", []any{heard, event.Decided{By: "voice", Approve: true}, event.Started{}}},
		{"nothing", []any{heard, spoken, event.AskPresented{}}},
		{"nothing", []any{heard, event.Answered{}, event.Decided{By: "terminal"}}},
	} {
		l := &noiseLedger{desk: agent.NewDesk(agent.Options{}), phrases: map[string]string{}}
		l.know(&app.App{Desk: l.desk, Phrases: app.Words()})
		l.begin(noiseStretch{group: "noises", level: "L3", seconds: 60})
		l.observe(event.Event{Body: event.AskDelivered{}})
		for _, s := range c.steps {
			switch s := s.(type) {
			case event.Line:
				l.said(s)
			case event.Body:
				l.observe(event.Event{Body: s})
			}
		}
		l.observe(event.Event{Body: event.Heard{Text: "order", Typed: true}})
		l.end()
		r := l.report()
		if len(r.Parts) != 1 || r.Parts[0].Level != "L3" || r.Parts[0].Readings[c.want] != 1 || len(r.Parts[0].Readings) != 1 {
			t.Errorf("%v: got %+v, want one %q", c.steps, *r.Parts[0], c.want)
			continue
		}
		if got, want := r.effects(), strings.Count(c.want, "approved"); got != want {
			t.Errorf("%v: got %d effects, want %d", c.steps, got, want)
		}
		if p := r.Parts[0]; p.Played != 60 || p.Posed < 0 || p.Posed > p.Wall {
			t.Errorf("%v: got played %v, posed %v of %v, want 60 s and no more posed than there was", c.steps, p.Played, p.Posed, p.Wall)
		}
	}
}

func TestNoiseReportAdds(t *testing.T) {
	part := func(group, level string, n int) *noisePart {
		return &noisePart{Group: group, Level: level, Played: 60, Wall: 80, Posed: 40, Readings: map[string]int{"unclear": n}}
	}
	var r noiseReport
	r.add(noiseReport{Parts: []*noisePart{part("chatter", "L3", 2), part("noises", "L2", 1)}})
	r.add(noiseReport{Parts: []*noisePart{part("noises", "L2", 4)}})
	var out strings.Builder
	r.print(&out)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 8 {
		t.Fatalf("got %d lines, want a head of 2, 2 parts, 3 levels and the sum:\n%s", len(lines), out.String())
	}
	for i, want := range map[int]string{
		2: "| noises | L2 | 2.0 min | 0 % | 50 % | 5 |", 3: "| chatter | L3 | 1.0 min | 0 % | 50 % | 2 |", 7: "| **all** | **all** | 3.0 min | 0 % | 50 % | 7 |",
	} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d: got %q, want it to begin with %q", i, lines[i], want)
		}
	}
}
