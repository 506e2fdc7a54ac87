package listen

import (
	"log/slog"
	"testing"

	"deputy/agent/event"
	"deputy/audio"
)

// TestKeeperLetsGo: what was not meant for Deputy is kept as sound no more than as
// words.
func TestKeeperLetsGo(t *testing.T) {
	k := &Recorder{log: slog.New(slog.DiscardHandler), meant: make(chan audio.Utterance, 8)}
	for id := range int64(4) {
		k.Hold(audio.Utterance{ID: id + 1})
	}
	for _, b := range []event.Body{
		event.Ignored{Utterance: 1, Why: event.NotAddressed}, event.Heard{Text: "typed", Typed: true}, event.Heard{Utterance: 3}, event.Ignored{Utterance: 4, Why: event.OwnVoice},
	} {
		k.Observe(event.Event{Body: b})
	}
	if len(k.meant) != 1 || len(k.held) != 0 {
		t.Fatalf("got %d kept and %d held, want one and none", len(k.meant), len(k.held))
	}
	if u := <-k.meant; u.ID != 3 {
		t.Errorf("kept utterance %d, want 3", u.ID)
	}
}
