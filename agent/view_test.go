package agent

import (
	"testing"
	"testing/synctest"

	"deputy/agent/event"
	"deputy/agent/state"
)

// TestWhatWasToldIsUnderWay: a request is not at rest while something that belongs
// to it was told and is not worked off, whoever looked first.
func TestWhatWasToldIsUnderWay(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{{Text: "It is written."}}
		b.start()
		looks := make(chan bool, 2)
		b.desk.mu.Lock() // both are in the inbox before the desk takes either
		go func() {
			rests, err := b.desk.Rests(b.t.Context(), "request")
			looks <- err == nil && rests
		}()
		b.desk.inbox = append(b.desk.inbox, func(*state.State, *executor) {
			b.desk.TellFor("request", event.Heard{Text: "write the list", Language: "en", Typed: true})
		})
		b.desk.mu.Unlock()
		synctest.Wait()
		if <-looks {
			t.Error("it was at rest, want the order that was told to count")
		}
		b.rest()
	})
}
