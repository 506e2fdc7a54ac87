package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/journaltest"
	"deputy/agent/policy"
	"deputy/agent/state"
)

// TestCrashAtEveryEvent cuts a whole job off after each event of its journal,
// with the effect that was under way had and not had, and starts the desk again,
// from a snapshot too.
// Whatever the place: no effect happens twice that the owner did not ask for
// twice, no accepted order is lost, and what is not known is asked about.
func TestCrashAtEveryEvent(t *testing.T) {
	for _, tool := range []string{"mail", "post", "write"} {
		var whole []journal.Event
		rehearse(t, func(b *bench) {
			b.job(tool)
			whole = all(t, b.journal)
		})
		if len(whole) < 8 {
			t.Fatalf("%s: the job left only %d events", tool, len(whole))
		}
		for cut := range len(whole) + 1 {
			for _, happened := range []bool{false, true} {
				under := lastStarted(t, whole[:cut])
				if happened && under == "" {
					continue
				}
				for _, snapshot := range []int{0, cut / 2, cut} {
					name := fmt.Sprintf("%s after %d (%s) happened=%v snapshot=%d", tool, cut, kindAt(whole, cut), happened, snapshot)
					t.Run(name, func(t *testing.T) { crashAt(t, tool, whole[:cut], under, happened, snapshot) })
				}
			}
		}
	}
}

// job runs one order to its end, approving what is asked.
func (b *bench) job(tool string) {
	b.model.replies = []event.Replied{calls(tool, `{"to":"finance"}`), {Text: "All done."}}
	b.start()
	b.hear("please send it and write it down")
	if s := b.state(); s.Presented() != nil {
		b.hear("approve " + b.code())
	}
}

func crashAt(t *testing.T, tool string, events []journal.Event, under string, happened bool, snapshot int) {
	rehearse(t, func(b *bench) {
		b.journal = journalOf(t, events)
		if snapshot > 0 {
			b.journal = kept(t, events, snapshot, state.SchemaID, nil).Memory
		}
		// The world as the crash left it: what had ended, and perhaps what was under way.
		for _, e := range events {
			if ev, err := event.Decode(e); err == nil {
				if end, ok := ev.Body.(event.Ended); ok && end.Err == "" && !end.Unknown {
					b.world.had(end.Key)
				}
			}
		}
		if happened {
			b.world.had(under)
		}
		before := len(b.world.keys)
		ordered := slices.ContainsFunc(events, func(e journal.Event) bool { return e.Kind == "task.opened" })
		b.model.replies = []event.Replied{calls(tool, `{"to":"finance"}`), {Text: "All done."}}
		if slices.ContainsFunc(events, func(e journal.Event) bool { return e.Kind == "model.replied" }) {
			b.model.replies = b.model.replies[1:] // it has made its wish already
		}
		b.start()
		s := b.state()
		if a := s.Presented(); a != nil {
			if a.Again {
				b.hear("no")
			} else {
				b.hear("approve " + a.Code)
			}
		}
		b.rest()
		opaque := tool == "mail" && under != ""
		switch got := len(b.world.keys) - before; {
		case got > 1:
			t.Errorf("%d effects after the restart", got)
		case opaque && got != 0:
			t.Error("an effect that may have happened was run again unasked")
		case opaque && !b.mouth.said("ask.unknown"):
			t.Errorf("nothing was asked about the unknown effect; said %q", b.mouth.spoken)
		case tool == "post" && happened && got != 0:
			t.Error("an effect was run again though its tool could see that it had happened")
		}
		if s := b.state(); ordered && s.Tasks["t1"].Status.Open() {
			t.Errorf("the order was left %s", s.Tasks["t1"].Status)
		}
		distinct := slices.Compact(slices.Sorted(slices.Values(b.world.keys)))
		if ordered && !opaque && len(distinct) != 1 {
			t.Errorf("the order had %d different effects, want 1", len(distinct))
		}
	})
}

func all(t *testing.T, j journal.Journal) (events []journal.Event) {
	t.Helper()
	for e, err := range j.Events(1) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

func kindAt(events []journal.Event, n int) string {
	if n == 0 {
		return "nothing"
	}
	return events[n-1].Kind
}

// lastStarted is the key of the effect that was under way at the end.
func lastStarted(t *testing.T, events []journal.Event) (key string) {
	t.Helper()
	for _, e := range events {
		ev, err := event.Decode(e)
		if err != nil {
			t.Fatal(err)
		}
		switch b := ev.Body.(type) {
		case event.Started:
			key = b.Key
		case event.Ended:
			key = ""
		}
	}
	return key
}

func journalOf(t *testing.T, events []journal.Event) *journaltest.Memory {
	t.Helper()
	m := &journaltest.Memory{}
	for _, e := range events {
		if err := m.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// TestJournalFailureStopsTheDesk: nothing may be done that is not written down.
func TestJournalFailureStopsTheDesk(t *testing.T) {
	b := &bench{t: t, model: &script{replies: []event.Replied{calls("write", `{}`)}}, world: &effects{}, journal: &journaltest.Memory{}}
	b.journal.Fail = func(events []journal.Event) error {
		if slices.ContainsFunc(events, func(e journal.Event) bool { return e.Kind == "effect.started" }) {
			return fmt.Errorf("no space left on device")
		}
		return nil
	}
	b.mouth = &mouth{}
	d := NewDesk(Options{Rules: core.Rules{Phrases: wording{}, Policy: policy.Policy{Table: gadgets(b.tools())}}, Journal: b.journal, Model: b.model, Tools: b.tools(), Voice: b.mouth})
	b.mouth.d = d
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	d.Tell(event.Heard{Text: "write it down", Language: "en", Typed: true, Began: time.Now(), Ended: time.Now()})
	err := d.Run(ctx)
	if err == nil || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("got %v, want an error that says what to do", err)
	}
	b.effects(0)
}
