package agent

import (
	"fmt"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/journal"
)

// TestRepairedJournal: a task that was open where a journal was cut off is ended
// and told, wherever that was; it has no effect any more. A later one goes on.
func TestRepairedJournal(t *testing.T) {
	for _, tool := range []string{"mail", "post", "write"} {
		var whole []journal.Event
		rehearse(t, func(b *bench) {
			b.job(tool)
			whole = all(t, b.journal)
		})
		for n := 1; n <= len(whole); n++ {
			t.Run(fmt.Sprintf("%s cut after %d (%s)", tool, n, kindAt(whole, n)), func(t *testing.T) {
				rehearse(t, func(b *bench) { repairedAfter(b, whole, n) })
			})
		}
	}
}

func repairedAfter(b *bench, whole []journal.Event, n int) {
	t, events := b.t, whole[:n]
	b.journal = journalOf(t, events)
	time.Sleep(time.Hour)
	e, err := event.Encode(event.Event{At: time.Now(), Body: event.Repaired{Kept: uint64(len(events)), Why: "cut", Aside: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.journal.Append(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	b.start()
	b.effects(0)
	s := b.state()
	if first := s.Tasks["t1"]; first != nil && first.Status.Open() {
		t.Errorf("the task was left %s", first.Status)
	}
	if len(s.Asks) > 0 {
		t.Errorf("%d asks were left", len(s.Asks))
	}
	b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
	b.hear("please send a mail to everybody now")
	b.stop()
	b.start()
	s = b.state()
	if s.Presented() == nil {
		t.Fatal("a task that was opened after the repair was not gone on with")
	}
	// A destination that remembers keys must not take it for the effect that was forgotten.
	for _, e := range whole {
		if ev, err := event.Decode(e); err == nil {
			if i, ok := ev.Body.(event.Intended); ok && i.Key == s.Presented().Key {
				t.Error("a new effect has the key of one from before the repair")
			}
		}
	}
}
