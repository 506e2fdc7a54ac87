package app

import (
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/timing"
	"deputy/cmd/internal/listen"
	"deputy/cmd/internal/terminal"
	"deputy/stt"
)

// TestTracerHears: the listener's times reach the timeline, noise is only counted.
func TestTracerHears(t *testing.T) {
	var ended []timing.Turn
	tr := &tracer{ended: []func(timing.Turn){func(u timing.Turn) { ended = append(ended, u) }}}
	now := time.Now()
	h := listen.Recognition{Transcript: stt.Transcript{Text: "hello", Took: time.Second}, SpeechEnd: now, Draft: now.Add(1), Endpoint: now.Add(2), Ready: now.Add(3)}
	h.Utterance.ID = 4
	tr.hear(h)
	tr.observe(event.Event{At: now.Add(4), Body: event.Heard{Utterance: 4, Ended: now}})
	h.Transcript.Text = ""
	tr.hear(h)
	turns := tr.Turns()
	if len(turns) != 1 || turns[0].Draft != now.Add(1) || turns[0].Endpoint != now.Add(2) || turns[0].Ready != now.Add(3) || turns[0].Took != time.Second {
		t.Errorf("got %+v, want the listener's times", turns)
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
		if err := tr.Metrics(&out); err != nil {
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
			terminal.PrintTiming(&out, Words(), lang, []timing.Turn{turn})
			if got := out.String(); strings.Contains(got, "[timing.") || strings.Count(got, "\n") != 20 || strings.Contains(got, "\x1b") ||
				!strings.Contains(got, "    1.500s    +1.500s  ") {
				t.Errorf("%s: got\n%s", lang, got)
			}
		}
	}
}
