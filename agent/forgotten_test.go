package agent

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/state"
)

// TestNoCriticismOfWhatIsForgotten: an order that would be criticism stands by itself.
func TestNoCriticismOfWhatIsForgotten(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Revisable = 100 * time.Hour // more than there can be
		b.start()
		b.hear("write the list of things")
		time.Sleep(50 * time.Minute)
		b.hear("no, shorter")
		if n := len(b.state().Order); n != 1 {
			t.Errorf("got %d tasks, want the first criticised", n)
		}
		time.Sleep(70 * time.Minute)
		b.hear("no, shorter")
		if n := len(b.state().Order); n != 2 {
			t.Errorf("got %d tasks, want a second", n)
		}
	})
}

// TestForgettingIsFolded: a live desk forgets what a fold of its journal forgets.
func TestForgettingIsFolded(t *testing.T) {
	const many = 500 + 2*64 // so many are kept, and it is looked after so many
	rehearse(t, func(b *bench) {
		b.start()
		for range many {
			b.model.replies = []event.Replied{calls("write", `{"n":"1"}`), {Text: "Done."}}
			b.desk.Tell(event.Heard{Text: "write the list of things", Language: "en", Typed: true, Began: time.Now(), Ended: time.Now()})
			b.rest()
		}
		live := b.state()
		got := folded(t, all(t, b.journal), state.Empty())
		if !reflect.DeepEqual(got.Order, live.Order) || !reflect.DeepEqual(got.Closed, live.Closed) || !reflect.DeepEqual(got.Latest, live.Latest) || len(got.Effects) != len(live.Effects) {
			t.Errorf("got %d tasks, %d effects; want %d, %d", len(got.Order), len(got.Effects), len(live.Order), len(live.Effects))
		}
		if len(live.Order) >= many {
			t.Error("nothing was forgotten")
		}
		before := b.world.count()
		b.hear("undo that")
		if b.world.count() != before+1 || !strings.HasPrefix(b.world.keys[before], "undo ") {
			t.Error("the last effect could not be undone")
		}
	})
}
