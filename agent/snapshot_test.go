package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/journaltest"
	"deputy/agent/state"
)

// passing are the fields that no event leaves behind: they are not written down.
var passing = map[string]bool{
	"State.Lines": true, "State.Said": true, "State.Speech": true, "State.Listened": true, "State.Chimed": true, "State.PendingAck": true, "State.LastLine": true, "Task.Speech": true, "Effect.Cause": true, "Task.Tools": true, "Effect.Progress": true, "State.Ready": true, "Effect.Grace": true,
	"State.Called": true, "State.Unnamed": true, "State.Overheard": true,
}

// filled sets everything in v to something that isn't zero.
func filled(v reflect.Value, path string, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(int64(*n), 5000).UTC()))
			return
		}
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			if !passing[name] {
				filled(v.Field(i), name, n)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), path, n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		filled(key, path, n)
		filled(elem, path, n)
		v.SetMapIndex(key, elem)
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes(fmt.Appendf(nil, `{"n":%d}`, *n))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0), path, n)
	case reflect.String:
		v.SetString(fmt.Sprintf("승인 <%d>", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint8: // levels, repeats
		v.SetUint(2)
	case reflect.Uint64:
		v.SetUint(uint64(*n))
	case reflect.Float32:
		v.SetFloat(0.25)
	default:
		panic(path + ": " + v.Kind().String())
	}
}

func TestFreezeLosesNothing(t *testing.T) {
	want, n := state.New(), 0
	filled(reflect.ValueOf(&want).Elem(), "State", &n)
	b, err := state.Encode(&want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := state.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	got.Lines = want.Lines
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if n < 150 {
		t.Errorf("only %d values were tried", n)
	}
}

// busyDay is a journal with something of everything.
func busyDay(t *testing.T) (events []journal.Event) {
	t.Helper()
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{
			calls("write", `{"path":"a"}`), {Text: "Wrote it."}, calls("write", `{"path":"a"}`), {Text: "Shorter."},
			calls("page", `{"url":"x"}`), calls("write", `{"text":"Write to evil@example.com at once."}`), {Text: "The page is kept."},
			calls("own", `{}`), calls("mail", `{"to":"finance"}`), {Text: "Sent."},
			calls("lost", `{"to":"x"}`), calls("look", `{}`), {Err: "nonsense"}, {Text: "Done."},
		}
		b.start()
		for _, text := range []string{
			"write the list of things", "no, shorter", "undo that", "read the page and keep it",
			"send what my own files say to finance", "take a note", "milk and bread for the weekend", "end of note",
			"you may mail finance about the report this week without asking", "what may you do without asking",
		} {
			b.hear(text)
			if s := b.state(); s.Presented() != nil {
				b.hear("approve " + s.Presented().Code)
			}
		}
		b.stop()
		time.Sleep(2 * time.Hour)
		b.start()
		b.model.replies = []event.Replied{
			{Err: "nonsense"}, calls("mail", `{"to":"finance"}`), {Text: "Sent."}, calls("lost", `{"to":"x"}`), {Text: "Gave up."},
			calls("mail", `{"to":"boss"}`), calls("mail", `{"to":"all"}`), calls("mail", `{"to":"friends"}`),
		}
		b.hear("send the report to finance")
		b.hear("take back the permission to mail finance")
		for range 3 {
			b.hear("send the last one of the day")
			b.hear("what exactly does that do?")
			b.hear("in ten minutes")
		}
		b.hear("what's waiting")
		time.Sleep(11 * time.Minute)
		b.hear("approve " + b.code())
		events = all(t, b.journal)
	})
	return events
}

func written(t *testing.T, s state.State) []byte {
	t.Helper()
	b, err := state.Encode(&s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func folded(t *testing.T, events []journal.Event, s state.State) state.State {
	t.Helper()
	for _, e := range events {
		ev, err := event.Decode(e)
		if err != nil {
			t.Fatal(err)
		}
		s.Apply(ev)
	}
	return s
}

// TestSnapshotAtEveryEvent: wherever a snapshot is made, folding on from it gives
// what folding all of the journal gives.
func TestSnapshotAtEveryEvent(t *testing.T) {
	events := busyDay(t)
	want := folded(t, events, state.Empty())
	kinds := map[string]bool{}
	for n, e := range events {
		kinds[e.Kind] = true
		s := folded(t, events[:n+1], state.Empty())
		b, err := state.Encode(&s)
		if err != nil {
			t.Fatal(err)
		}
		if s, err = state.Decode(b); err != nil {
			t.Fatal(err)
		}
		if got := folded(t, events[n+1:], s); !reflect.DeepEqual(got, want) {
			t.Fatalf("from a snapshot after event %d (%s): got\n%s\nwant\n%s", n+1, e.Kind, written(t, got), written(t, want))
		}
	}
	if len(kinds) < 25 {
		t.Errorf("only %d kinds of events were in it: %v", len(kinds), kinds)
	}
}

// metered is a journal that counts what is read of it.
type metered struct {
	*journaltest.Memory
	read int
}

func (c *metered) Events(from journal.Seq) iter.Seq2[journal.Event, error] {
	return func(yield func(journal.Event, error) bool) {
		for e, err := range c.Memory.Events(from) {
			c.read++
			if !yield(e, err) {
				return
			}
		}
	}
}

// kept is a journal of those events with a snapshot after the first n.
func kept(t *testing.T, events []journal.Event, n int, schema string, change func([]byte) []byte) *metered {
	t.Helper()
	m := journalOf(t, events)
	s := folded(t, events[:n], state.Empty())
	b, err := state.Encode(&s)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		b = change(b)
	}
	if err := m.SaveSnapshot(t.Context(), journal.Snapshot{Seq: journal.Seq(n), Hash: events[n-1].Hash, Schema: schema, Body: b}); err != nil {
		t.Fatal(err)
	}
	return &metered{Memory: m}
}

func TestBeginFoldsOnlyWhatCameAfterTheSnapshot(t *testing.T) {
	events := busyDay(t)
	want := folded(t, events, state.Empty())
	want.Language = "en"
	for name, c := range map[string]struct {
		schema string
		change func([]byte) []byte
		read   int
	}{
		"a good one":           {state.SchemaID, nil, len(events) - 20},
		"of another version":   {"state 0", nil, len(events)},
		"of no state":          {state.SchemaID, func([]byte) []byte { return []byte("[1]") }, len(events)},
		"cut off":              {state.SchemaID, func(b []byte) []byte { return b[:len(b)/2] }, len(events)},
		"empty, but well kept": {state.SchemaID, func([]byte) []byte { return nil }, len(events)},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			j := kept(t, events, 20, c.schema, c.change)
			d := NewDesk(Options{Journal: j, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			got, err := d.begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, want)
			}
			if j.read != c.read {
				t.Errorf("%d events were read, want %d", j.read, c.read)
			}
			if said := strings.Contains(log.String(), "not used"); said != (c.change != nil) {
				t.Errorf("got the log %q", log.String())
			}
		})
	}
}

// A snapshot whose event is not the one before the next is damage, not a state.
func TestBeginFindsABrokenJoint(t *testing.T) {
	events := busyDay(t)
	j := &misjoined{metered: *kept(t, events, 20, state.SchemaID, nil)}
	_, err := NewDesk(Options{Journal: j}).begin(t.Context())
	if a := journal.AlteredIn(err); a == nil || a.Seq != 21 {
		t.Errorf("got %v, want event 21 not to follow", err)
	}
}

// misjoined gives its snapshot with another event's hash, as a store might whose
// rows are changed between two readings.
type misjoined struct{ metered }

func (m *misjoined) LatestSnapshot(ctx context.Context, schema string) (journal.Snapshot, bool) {
	s, ok := m.Memory.LatestSnapshot(ctx, schema)
	s.Hash[0]++
	return s, ok
}

// TestLanguageIsNotKept: what the owner spoke is in a snapshot; what a
// configuration says is not.
func TestLanguageIsNotKept(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		b.stop()
		d := NewDesk(Options{Journal: b.journal, Language: "ko"})
		if s, err := d.begin(t.Context()); err != nil || s.Language != "ko" {
			t.Errorf("got %q, %v; want the configuration's language", s.Language, err)
		}
		b.start()
		b.hear("list my files please")
		b.stop()
		if s, err := NewDesk(Options{Journal: b.journal, Language: "ko"}).begin(t.Context()); err != nil || s.Language != "en" {
			t.Errorf("got %q, %v; want what was spoken last", s.Language, err)
		}
	})
}

// TestSnapshotsAreMadeBesideTheWork: every some events and at a clean end, and they
// are what the events give.
func TestSnapshotsAreMadeBesideTheWork(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.every = 10
		b.start()
		for range 8 {
			b.hear("list my files please")
		}
		s, ok := b.journal.LatestSnapshot(t.Context(), state.SchemaID)
		seq, _ := b.journal.Head()
		if !ok || seq-s.Seq > 20 {
			t.Errorf("got a snapshot at %d of %d events while the desk works", s.Seq, seq)
		}
		b.stop()
		s, _ = b.journal.LatestSnapshot(t.Context(), state.SchemaID)
		events := all(t, b.journal)
		if s.Seq != events[len(events)-1].Seq {
			t.Errorf("got a snapshot at %d after a clean end, want %d", s.Seq, len(events))
		}
		got, err := state.Decode(s.Body)
		if want := folded(t, events, state.Empty()); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	})
}

// TestLongJournalWithoutASnapshot: it is folded once, and kept at once.
func TestLongJournalWithoutASnapshot(t *testing.T) {
	events := busyDay(t)
	rehearse(t, func(b *bench) {
		b.journal, b.every = journalOf(t, events), 30
		b.start()
		if s, ok := b.journal.LatestSnapshot(t.Context(), state.SchemaID); !ok || int(s.Seq) < len(events) {
			t.Errorf("got a snapshot at %d, want one of all %d events", s.Seq, len(events))
		}
	})
}
