package journaltest

import (
	"bytes"
	"testing"

	"deputy/agent/journal"
)

// testSnapshots is for stores that keep snapshots; others pass it by.
func testSnapshots(t *testing.T, s Store) {
	dir := t.TempDir()
	j := open(t, s, dir)
	k, ok := j.(journal.Snapshotter)
	if !ok {
		t.Skip("this store keeps no snapshots")
	}
	var events []journal.Event
	for i := range 6 {
		events = append(events, mustAppend(t, j, event(i))...)
	}
	of := func(seq int, schema, body string) journal.Snapshot {
		return journal.Snapshot{Seq: journal.Seq(seq), Hash: events[seq-1].Hash, Schema: schema, Body: []byte(body)}
	}
	want := func(k journal.Snapshotter, schema string, seq journal.Seq, body string) {
		t.Helper()
		got, ok := k.LatestSnapshot(t.Context(), schema)
		if ok != (seq > 0) || got.Seq != seq || !bytes.Equal(got.Body, []byte(body)) {
			t.Errorf("schema %q: got snapshot %d %q, want %d %q", schema, got.Seq, got.Body, seq, body)
		}
		if ok && got.Hash != events[seq-1].Hash {
			t.Errorf("schema %q: got another event's hash", schema)
		}
	}
	want(k, "a 1", 0, "")
	keep := func(s journal.Snapshot) {
		t.Helper()
		if err := k.SaveSnapshot(t.Context(), s); err != nil {
			t.Errorf("keep: %v", err)
		}
	}
	keep(of(2, "a 1", "two\n\x00\xff"))
	want(k, "a 1", 2, "two\n\x00\xff")
	want(k, "a 2", 0, "")
	keep(of(4, "a 2", ""))
	want(k, "a 1", 2, "two\n\x00\xff")
	want(k, "a 2", 4, "")
	keep(of(5, "a 2", "five"))
	keep(of(6, "a 2", "six"))
	want(k, "a 2", 6, "six")
	want(k, "a 1", 0, "") // two are kept
	for name, s := range map[string]journal.Snapshot{
		"no event":      {Schema: "a 2"},
		"a later event": {Seq: 7, Hash: events[5].Hash, Schema: "a 2"},
		"another hash":  {Seq: 6, Hash: events[4].Hash, Schema: "a 2"},
	} {
		if err := k.SaveSnapshot(t.Context(), s); err == nil {
			t.Errorf("kept a snapshot of %s", name)
		}
	}
	if err := k.Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
	want(k, "a 2", 6, "six")
	if !s.Lasting {
		return
	}
	j.Close()
	want(open(t, s, dir).(journal.Snapshotter), "a 2", 6, "six")
}
