package agent

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/policy"
	"deputy/agent/state"
)

// sound says what in a state points at nothing; "" if all of it is there.
func sound(s *state.State) string {
	for _, ids := range [][]string{s.Order, s.Active, s.Closed} {
		for _, id := range ids {
			if s.Tasks[id] == nil {
				return "a list holds task " + id
			}
		}
	}
	for _, a := range s.Asks {
		if s.Tasks[a.Task] == nil || s.Effects[a.Key] == nil {
			return "ask " + a.ID
		}
	}
	for key, h := range s.Delayed {
		if s.Effects[key] == nil || s.Tasks[h.Task] == nil {
			return "a held effect"
		}
	}
	for key := range s.Timers {
		if f := s.Effects[key]; f == nil || f.Remind == nil {
			return "a timer"
		}
	}
	for _, key := range s.Latest {
		if s.Effects[key] == nil {
			return "the latest effects"
		}
	}
	for key, f := range s.Effects {
		if s.Tasks[f.Task] == nil || f.Key != key {
			return "effect " + key
		}
	}
	for id, t := range s.Tasks {
		for _, key := range append(t.Effects, t.Ended...) {
			if s.Effects[key] == nil {
				return fmt.Sprintf("task %s and its effect %s", id, key)
			}
		}
	}
	return ""
}

// foldAny folds some of the events, in an order that keeps more or less of theirs,
// and starts a desk on what comes of it. Whatever is missing was forgotten, or never
// was: nothing may depend on its being there.
func foldAny(t *testing.T, all []event.Event, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	keep, swaps, forget := r.Float64(), r.IntN(1+len(all)), r.Float64()/4
	var events []event.Event
	for _, e := range all {
		if r.Float64() < keep {
			events = append(events, e)
		}
	}
	for range swaps {
		if len(events) > 1 && r.IntN(3) == 0 {
			i, j := r.IntN(len(events)), r.IntN(len(events))
			events[i], events[j] = events[j], events[i]
		}
	}
	s := state.Empty()
	defer func() {
		if err := recover(); err != nil {
			t.Errorf("seed %d: after %d events: %v", seed, len(events), err)
			panic(err)
		}
	}()
	for n, e := range events {
		s.Apply(e)
		if len(s.Closed) > 0 && r.Float64() < forget { // as under other constants
			s.Forget(s.Tasks[s.Closed[r.IntN(len(s.Closed))]])
		}
		if what := sound(&s); what != "" {
			t.Fatalf("seed %d: after %d events, the last a %T, %s points at nothing", seed, n+1, e.Body, what)
		}
	}
	at := all[len(all)-1].At
	rules := &core.Rules{Phrases: wording{}, Policy: policy.Policy{Table: gadgets((&bench{world: &effects{}}).tools())}}
	for _, b := range []event.Body{
		event.Opened{}, event.TimerFired{}, event.Heard{Text: "what's waiting", Language: "en", Typed: true}, event.Heard{Text: "yes", Language: "en", Typed: true},
		event.Heard{Text: "undo that", Language: "en", Typed: true}, event.Heard{Text: "what's running", Language: "en", Typed: true}, event.Heard{Text: "no, shorter", Language: "en", Typed: true},
		event.ClockSet{By: time.Hour}, event.Heard{Text: "stop", Language: "en", Typed: true}, event.Heard{Text: "repeat", Language: "en", Typed: true},
	} {
		at = at.Add(time.Second)
		s, _, _ = rules.Step(s, event.Event{At: at, Body: b})
	}
	s, _, _ = rules.Step(s, event.Event{At: at.Add(1000 * time.Hour), Body: event.TimerFired{}})
	if what := sound(&s); what != "" {
		t.Fatalf("seed %d: %s points at nothing", seed, what)
	}
}

func decoded(t *testing.T, events []journal.Event) (all []event.Event) {
	t.Helper()
	for _, e := range events {
		ev, err := event.Decode(e)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ev)
	}
	return all
}

// TestFoldOfAnything: no journal, of whatever version and under whatever constants,
// keeps a desk from starting.
func TestFoldOfAnything(t *testing.T) {
	all := decoded(t, readLines(t, goldenJournal(event.Schema)))
	for seed := range uint64(2000) {
		foldAny(t, all, seed)
	}
}

// FuzzFold is the same for ever.
func FuzzFold(f *testing.F) {
	var all []event.Event
	f.Fuzz(func(t *testing.T, seed uint64) {
		if all == nil {
			all = decoded(t, readLines(t, goldenJournal(event.Schema)))
		}
		foldAny(t, all, seed)
	})
}

// FuzzDecode: whatever a body holds is refused, or folded.
func FuzzDecode(f *testing.F) {
	for kind := range event.Kinds {
		f.Add(kind, []byte(`{"v":1}`))
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		e, err := event.Decode(journal.Event{Kind: kind, Body: body})
		if err != nil {
			return
		}
		s := withTasks(1, 1)
		applyAll(&s, event.Asked{Task: "t1", Ask: "a1", Key: "k1"}, e.Body, e.Body, event.TaskClosed{Task: "t1", Status: event.Done})
		if what := sound(&s); what != "" {
			t.Errorf("%s %s: %s points at nothing", kind, body, what)
		}
	})
}
