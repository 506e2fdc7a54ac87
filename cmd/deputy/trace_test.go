package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"deputy/agent/event"
	"deputy/agent/timing"
	"deputy/agent/tool"
	"deputy/cmd/internal/control"
	"deputy/configs/phrases"
	"deputy/stt"
)

// TestTimingOverTheSocket: a typed order's timeline and the counters, as the
// commands get them.
func TestTimingOverTheSocket(t *testing.T) {
	path, _ := served(t, `{"text":"Hello yourself."}`)
	if err := control.Call(t.Context(), path, control.Request{Do: "say", Text: "hello there my friend"}, func(control.Response) error { return nil }); err != nil {
		t.Fatal(err)
	}
	var tasks []control.TaskRow
	var plain string
	err := errors.Join(
		control.Call(t.Context(), path, control.Request{Do: "tasks", Timing: true}, func(r control.Response) error { return json.Unmarshal(r.Body, &tasks) }),
		control.Call(t.Context(), path, control.Request{Do: "tasks"}, func(r control.Response) error { plain = string(r.Body); return nil }),
	)
	if err != nil || len(tasks) != 1 || len(tasks[0].Timing) != 1 {
		t.Fatalf("got %+v (%v), want one task with one turn", tasks, err)
	}
	if strings.Contains(plain, "timing") {
		t.Errorf("without being asked for: %s", plain)
	}
	turn := tasks[0].Timing[0]
	var got []string
	for _, m := range turn.Marks() {
		got = append(got, m.Name)
	}
	want := "heard accepted model_asked first_token first_sentence first_sound model_done done reported"
	for _, name := range strings.Fields(want) {
		if !strings.Contains(strings.Join(got, " "), name) {
			t.Errorf("got %v, want %s in it", got, name)
		}
	}
	if turn.Kind != timing.Order || !turn.Typed || turn.Status != "done" {
		t.Errorf("got %+v, want a typed order that is done", turn)
	}

	var text string
	if err := control.Call(t.Context(), path, control.Request{Do: "metrics"}, func(r control.Response) error { return json.Unmarshal(r.Body, &text) }); err != nil {
		t.Fatal(err)
	}
	p := expfmt.NewTextParser(model.LegacyValidation)
	families, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if n := families["deputy_utterances_total"].GetMetric()[0].Counter.GetValue(); n != 1 {
		t.Errorf("got %v utterances, want 1", n)
	}
	if len(families["deputy_stage_seconds"].GetMetric()) == 0 {
		t.Errorf("no stage in:\n%s", text)
	}
}

// TestTimingIsExported: where a collector is configured the turns reach it, and
// nothing that was said does.
func TestTimingIsExported(t *testing.T) {
	got := make(chan []byte, 16)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got <- raw
	}))
	defer collector.Close()
	cfg := plainConfig(t)
	cfg.Trace.OTLP = collector.URL
	m, err := newScriptedModel([]byte(`{"tool":"rehearse","args":{"level":"L1","text":"the heron"}}` + "\n" + `{"text":"The pelican is fed."}`))
	if err != nil {
		t.Fatal(err)
	}
	h, err := build(t.Context(), cfg, parts{model: m, deaf: true, instant: true, tools: []tool.Tool{&rehearsalTool{}}, rows: rehearsalRows})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.run(ctx) }()
	h.desk.Tell(control.Typed("feed the flamingo", "en"))
	raw := <-got
	cancel()
	if err := errors.Join(<-ended, h.close()); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"turn", "model", "effect", "rehearse", "first_token", "deputy.task"} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("there is no %q in what was sent", want)
		}
	}
	for _, secret := range []string{"flamingo", "heron", "pelican"} {
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("%q was sent: a collector must learn no word", secret)
		}
	}
}

// TestTracerHears: the ear's times reach the timeline, noise is only counted.
func TestTracerHears(t *testing.T) {
	var ended []timing.Turn
	tr := &tracer{ended: []func(timing.Turn){func(u timing.Turn) { ended = append(ended, u) }}}
	now := time.Now()
	h := hearing{Transcript: stt.Transcript{Text: "hello", Took: time.Second}, SpeechEnd: now, Draft: now.Add(1), Endpoint: now.Add(2), Ready: now.Add(3)}
	h.Utterance.ID = 4
	tr.hear(h)
	tr.observe(event.Event{At: now.Add(4), Body: event.Heard{Utterance: 4, Ended: now}})
	h.Transcript.Text = ""
	tr.hear(h)
	turns := tr.turns()
	if len(turns) != 1 || turns[0].Draft != now.Add(1) || turns[0].Endpoint != now.Add(2) || turns[0].Ready != now.Add(3) || turns[0].Took != time.Second {
		t.Errorf("got %+v, want the ear's times", turns)
	}
	if len(ended) != 1 || ended[0].Kind != timing.Noise {
		t.Errorf("got %+v, want the noise", ended)
	}
}

type overflowed int64

func (o overflowed) Overflows() int64 { return int64(o) }

// TestDroppedFramesAddUp: a microphone that was closed still counts.
func TestDroppedFramesAddUp(t *testing.T) {
	tr := &tracer{}
	var out strings.Builder
	tr.listens(overflowed(2))
	tr.listens(overflowed(3))
	for range 2 { // asking changes nothing
		out.Reset()
		if err := tr.metrics(&out); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(out.String(), "deputy_dropped_frames_total 5\n") {
		t.Errorf("got %s, want 5 dropped", out.String())
	}
}

// TestTimingHasWords: every point and every kind has a phrase, in both languages.
func TestTimingHasWords(t *testing.T) {
	now := time.Now()
	turn := timing.Turn{
		SpeechEnd: now, Draft: now, Endpoint: now, Ready: now, Heard: now, Accepted: now, Sound: now, Done: now, Reported: now,
		Replies: []timing.Reply{{Turn: 1, Asked: now, Token: now, Sentence: now, Ended: now}},
		Effects: []timing.Effect{{Ask: "a1", Tool: "send\x1b[2J", Composed: now, Posed: now, Answered: now, Decided: now, Started: now, Ended: now.Add(1500 * time.Millisecond)}},
	}
	for _, lang := range []string{"en", "ko"} {
		for _, k := range []timing.Kind{timing.Order, timing.Revision, timing.Answer, timing.Dictation, timing.Local, timing.Ignored, timing.Noise, timing.Resumed} {
			turn.Kind = k
			var out strings.Builder
			printTiming(&out, phrases.Embedded(), lang, []timing.Turn{turn})
			if got := out.String(); strings.Contains(got, "[timing.") || strings.Count(got, "\n") != 20 || strings.Contains(got, "\x1b") ||
				!strings.Contains(got, "    1.500s    +1.500s  ") {
				t.Errorf("%s: got\n%s", lang, got)
			}
		}
	}
}
