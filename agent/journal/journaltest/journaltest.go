// Package journaltest is the suite that every journal passes, and a journal in
// memory for the tests of others. It knows what journal.Journal promises and
// must not know how any store keeps it.
package journaltest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"deputy/agent/journal"
)

// A Journal is what a store gives the suite.
type Journal interface {
	journal.Journal
	Head() (journal.Seq, journal.Hash)
	io.Closer
}

// A Store makes journals for the suite.
type Store struct {
	// Open opens the journal kept at dir, an empty directory at first; what was
	// appended before the last Close is in it. It may fail only for a reason.
	Open func(dir string) (Journal, error)
	// Alter rewrites one stored event of the closed journal at dir without
	// mending the chain. Nil if the store can't be got at: then nothing of
	// altered events is tested.
	Alter func(t *testing.T, dir string, seq journal.Seq, change func(*journal.Event))
	// Lasting says that events outlive Close.
	Lasting bool
}

// Run runs the suite.
func Run(t *testing.T, s Store) {
	for name, test := range map[string]func(*testing.T, Store){
		"empty":      testEmpty,
		"order":      testOrder,
		"from":       testFrom,
		"batch":      testBatch,
		"bodies":     testBodies,
		"strings":    testStrings,
		"times":      testTimes,
		"cancelled":  testCancelled,
		"concurrent": testConcurrent,
		"nested":     testNested,
		"many":       testMany,
		"reopen":     testReopen,
		"altered":    testAltered,
		"snapshots":  testSnapshots,
	} {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}

func open(t *testing.T, s Store, dir string) Journal {
	t.Helper()
	j, err := s.Open(dir)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// event is a plain event, its body saying which.
func event(i int) journal.Event {
	return journal.Event{
		Time: time.Date(2026, 3, 1, 12, 0, i, 123456789, time.FixedZone("KST", 9*3600)),
		Kind: "heard",
		Task: fmt.Sprintf("t%d", i%3),
		Body: json.RawMessage(fmt.Sprintf(`{"n":%d,"text":"회의 %d"}`, i, i)),
	}
}

func mustAppend(t *testing.T, j journal.Journal, events ...journal.Event) []journal.Event {
	t.Helper()
	if err := j.Append(t.Context(), events...); err != nil {
		t.Fatalf("append: %v", err)
	}
	return events
}

func read(t *testing.T, j journal.Journal, from journal.Seq) []journal.Event {
	t.Helper()
	events, err := collect(j, from)
	if err != nil {
		t.Fatalf("read from %d: %v", from, err)
	}
	return events
}

func collect(j journal.Journal, from journal.Seq) (events []journal.Event, err error) {
	for e, err := range j.Events(from) {
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
	return events, nil
}

// same compares what was read with what was written.
func same(t *testing.T, got, want []journal.Event) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d events, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if g.Seq != w.Seq || !g.Time.Equal(w.Time) || g.Time.Location() != time.UTC || g.Kind != w.Kind ||
			g.Task != w.Task || !bytes.Equal(g.Body, w.Body) || g.Prev != w.Prev || g.Hash != w.Hash {
			t.Errorf("event %d: got %+v, want %+v", i+1, g, w)
		}
	}
}

// chained checks that events are a whole chain from the first on.
func chained(t *testing.T, events []journal.Event) {
	t.Helper()
	var prev journal.Hash
	for i, e := range events {
		if err := journal.Check(journal.Seq(i), prev, e); err != nil {
			t.Fatal(err)
		}
		prev = e.Hash
	}
}

func testEmpty(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	mustAppend(t, j)
	same(t, read(t, j, 0), nil)
	same(t, read(t, j, 1), nil)
	same(t, read(t, j, 7), nil)
	if seq, h := j.Head(); seq != 0 || h != (journal.Hash{}) {
		t.Errorf("head: got %d %s, want zeros", seq, h)
	}
}

func testOrder(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	var want []journal.Event
	for i := range 20 {
		e := mustAppend(t, j, event(i))
		if e[0].Seq != journal.Seq(i+1) {
			t.Fatalf("seq: got %d, want %d", e[0].Seq, i+1)
		}
		want = append(want, e...)
	}
	chained(t, want)
	same(t, read(t, j, 1), want)
	if seq, h := j.Head(); seq != 20 || h != want[19].Hash {
		t.Errorf("head: got %d %s, want 20 %s", seq, h, want[19].Hash)
	}
}

func testFrom(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	var want []journal.Event
	for i := range 10 {
		want = append(want, mustAppend(t, j, event(i))...)
	}
	for from := range 13 {
		lo := min(max(from-1, 0), 10)
		same(t, read(t, j, journal.Seq(from)), want[lo:])
	}
	for range j.Events(1) { // a reader may stop early
		break
	}
	same(t, read(t, j, 1), want)
}

func testBatch(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	want := mustAppend(t, j, event(0), event(1), event(2))
	want = append(want, mustAppend(t, j, event(3), event(4))...)
	chained(t, want)
	same(t, read(t, j, 1), want)
}

func testBodies(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	var want []journal.Event
	for _, b := range []string{
		`null`, `0`, `""`, `{}`, `[]`, `"\u0000 \ud800"`, `{"a":1,"a":2}`, " {\n\t\"b\" : 1.00 }\n", "",
		`"승인하지 마 🙅‍♀️ \u202e"`, strings.Repeat("[", 500) + strings.Repeat("]", 500),
		`"` + strings.Repeat("가", 1<<19) + `"`, "not JSON \x00\xff at all",
	} {
		e := event(len(want))
		e.Body = json.RawMessage(b)
		want = append(want, mustAppend(t, j, e)...)
	}
	e := event(len(want))
	e.Body = nil
	want = append(want, mustAppend(t, j, e)...)
	same(t, read(t, j, 1), want)
	chained(t, read(t, j, 1))
}

func testStrings(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	var want []journal.Event
	for _, k := range []string{"", "승인", "a'b\"c;--", "nul\x00nul", "bad \xff\xfe utf-8", strings.Repeat("k", 1<<16)} {
		want = append(want, mustAppend(t, j, journal.Event{Kind: k, Task: k, Time: time.Unix(1, 0)})...)
	}
	same(t, read(t, j, 1), want)
	chained(t, read(t, j, 1))
}

func testTimes(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	var want []journal.Event
	for _, at := range []time.Time{
		{}, time.Unix(0, 0), time.Unix(-1, 1), time.Now(), time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
	} {
		e := mustAppend(t, j, journal.Event{Time: at, Kind: "k"})
		if got, w := e[0].Time, at.UTC().Truncate(time.Microsecond); !got.Equal(w) {
			t.Errorf("time: got %v, want %v", got, w)
		}
		want = append(want, e...)
	}
	same(t, read(t, j, 1), want)
}

func testCancelled(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	want := mustAppend(t, j, event(0))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	events := []journal.Event{event(1), event(2)}
	if err := j.Append(ctx, events...); !errors.Is(err, context.Canceled) {
		t.Fatalf("append with a cancelled context: got %v, want context.Canceled", err)
	}
	if events[0].Seq != 0 || events[1].Hash != (journal.Hash{}) {
		t.Errorf("a failed append numbered its events: %+v", events)
	}
	same(t, read(t, j, 1), want)
	want = append(want, mustAppend(t, j, event(3))...)
	same(t, read(t, j, 1), want)
	chained(t, want)
}
