package listen

import (
	"log/slog"
	"testing"

	"deputy/agent/event"
	"deputy/audio"
)

// TestRecorderLetsGo: what was not meant for Deputy is kept as sound no more than as
// words.
func TestRecorderLetsGo(t *testing.T) {
	r := &Recorder{log: slog.New(slog.DiscardHandler), meant: make(chan audio.Utterance, 8)}
	for id := range int64(4) {
		r.Hold(audio.Utterance{ID: id + 1})
	}
	for _, b := range []event.Body{
		event.Ignored{Utterance: 1, Why: event.NotAddressed}, event.Heard{Text: "typed", Typed: true}, event.Heard{Utterance: 3}, event.Ignored{Utterance: 4, Why: event.OwnVoice},
	} {
		r.Observe(event.Event{Body: b})
	}
	if len(r.meant) != 1 || len(r.held) != 0 {
		t.Fatalf("got %d kept and %d held, want one and none", len(r.meant), len(r.held))
	}
	if u := <-r.meant; u.ID != 3 {
		t.Errorf("kept utterance %d, want 3", u.ID)
	}
}
