package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/agent/journal"
)

// snapped is a closed journal of five events with snapshots of the second and
// the fourth; dir/earlier holds all files of when there were three events.
func snapped(t *testing.T) (dir string) {
	t.Helper()
	dir = five(t)
	keepAt(t, dir, 2)
	keepAt(t, dir, 4)
	return dir
}

func keepAt(t *testing.T, dir string, seq journal.Seq) {
	t.Helper()
	j := opened(t, dir)
	defer j.Close()
	e := eventAt(t, j, seq)
	if err := j.SaveSnapshot(t.Context(), journal.Snapshot{Seq: seq, Hash: e.Hash, Schema: "schema 1", Body: fmt.Appendf(nil, "state at %d", seq)}); err != nil {
		t.Fatal(err)
	}
}

// TestSnapshotsAreNeverTrustedBlindly: a snapshot with anything wrong is passed
// over and told in the log; the one before it, or none, is used, and the journal
// opens as if it weren't there.
func TestSnapshotsAreNeverTrustedBlindly(t *testing.T) {
	one, two := "state/journal.db.snapshot.1", "state/journal.db.snapshot.2"
	for name, c := range map[string]struct {
		do   func(*testing.T, string)
		want journal.Seq // the snapshot that is used
		log  string
	}{
		"nothing":                  {func(*testing.T, string) {}, 4, ""},
		"the younger gone":         {gone(two), 2, ""},
		"both gone":                {both(gone(one), gone(two)), 0, ""},
		"the younger emptied":      {bytesOf(two, func([]byte) []byte { return nil }), 2, "not written whole"},
		"half written":             {bytesOf(two, func(b []byte) []byte { return b[:len(b)-5] }), 2, "not written whole"},
		"half of its line":         {bytesOf(two, func(b []byte) []byte { return b[:40] }), 2, "not written whole"},
		"zeros at the end":         {bytesOf(two, func(b []byte) []byte { return append(b, 0, 0, 0) }), 2, "not written whole"},
		"body forged":              {bytesOf(two, func(b []byte) []byte { return bytes.Replace(b, []byte("state at 4"), []byte("state at 9"), 1) }), 2, "this journal's key"},
		"schema forged":            {bytesOf(two, func(b []byte) []byte { return bytes.Replace(b, []byte("schema 1"), []byte("schema 2"), 1) }), 2, "this journal's key"},
		"of another event":         {bytesOf(two, func(b []byte) []byte { return bytes.Replace(b, []byte(" 4 "), []byte(" 5 "), 1) }), 2, "this journal's key"},
		"with another key":         {bytesOf(two, forged(5, "schema 1", "state at 5")), 2, "this journal's key"},
		"the older in both places": {func(t *testing.T, dir string) { copied(t, dir, two, one) }, 2, ""},
		"the other way round": {func(t *testing.T, dir string) {
			copied(t, dir, one+".x", one)
			copied(t, dir, one, two)
			copied(t, dir, two, one+".x")
		}, 4, ""},
		"journal put back with its seal":    {earlier("state/journal.db", "state/journal.db.head", "data/journal.seal"), 2, "an older copy of the journal was put in its place"},
		"journal put back and gone on":      {goneOn, 2, "is not the one in the journal"},
		"a folder in its place":             {both(gone(two), func(t *testing.T, dir string) { must(t, os.Mkdir(filepath.Join(dir, two), 0o700)) }), 2, "not used"},
		"not readable as the format at all": {bytesOf(two, func([]byte) []byte { return bytes.Repeat([]byte("\n"), 999) }), 2, "not written whole"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := snapped(t)
			c.do(t, dir)
			var log bytes.Buffer
			j, err := Open(t.Context(), at(dir), &Options{Seal: sealAt(dir), Whole: 1, Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatalf("got %v, want the journal to open", err)
			}
			defer j.Close()
			got, ok := j.LatestSnapshot(t.Context(), "schema 1")
			if got.Seq != c.want || ok != (c.want > 0) || ok && string(got.Body) != fmt.Sprintf("state at %d", c.want) {
				t.Errorf("got snapshot %d %q, want %d", got.Seq, got.Body, c.want)
			}
			if !strings.Contains(log.String(), c.log) || c.log == "" && strings.Contains(log.String(), "not used") {
				t.Errorf("got the log %q, want it to say %q", log.String(), c.log)
			}
			if err := j.Check(t.Context()); err != nil {
				t.Errorf("check: %v", err)
			}
			seq, hash := j.Head()
			if err := j.SaveSnapshot(t.Context(), journal.Snapshot{Seq: seq, Hash: hash, Schema: "schema 1"}); err != nil && name != "a folder in its place" {
				t.Errorf("keep: %v", err)
			}
			if got, _ := j.LatestSnapshot(t.Context(), "schema 1"); got.Seq != seq && name != "a folder in its place" {
				t.Errorf("after keeping another: got %d, want %d", got.Seq, seq)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func copied(t *testing.T, dir, to, from string) {
	t.Helper()
	must(t, copyFile(filepath.Join(dir, to), filepath.Join(dir, from)))
}

// forged is a snapshot as one writes it who knows the format but not the key.
func forged(seq journal.Seq, schema, body string) func([]byte) []byte {
	return func([]byte) []byte {
		s := journal.Snapshot{Seq: seq, Schema: schema, Body: []byte(body)}
		return append([]byte(key{}.snapshotLine(s)), body...)
	}
}

// goneOn puts everything but the snapshots back to three events, and goes on.
func goneOn(t *testing.T, dir string) {
	earlier("state/journal.db", "state/journal.db.head", "data/journal.seal")(t, dir)
	j, err := Open(t.Context(), at(dir), sealedApart(dir))
	must(t, err)
	for range 2 {
		must(t, j.Append(t.Context(), journal.Event{Kind: "another"}))
	}
	must(t, j.Close())
}

// TestTamperingBeforeASnapshot: what is refused at the start of a journal that is
// checked whole is either refused all the same, or found by Check; and once it was
// found the next start refuses it.
func TestTamperingBeforeASnapshot(t *testing.T) {
	later := 0
	for name, c := range tamperings() {
		dir := snapped(t)
		c.do(t, dir)
		long := &Options{Seal: sealAt(dir), Whole: 1}
		j, err := Open(t.Context(), at(dir), long)
		if err == nil {
			later++
			err = j.Check(t.Context())
			j.Close()
			if _, again := Open(t.Context(), at(dir), long); !errors.Is(again, journal.ErrAltered) {
				t.Errorf("%s: the next start: got %v, want journal.ErrAltered", name, again)
			}
		}
		got := journal.AlteredIn(err)
		if got == nil {
			t.Errorf("%s: got %v, want a journal.Altered", name, err)
		} else if c.want.Seq > 0 && c.want.Seq <= 4 && got.Damage != c.want.Damage && got.Seq > 5 {
			t.Errorf("%s: got %v, want %v", name, got, &c.want)
		}
		r, err := OpenReadOnly(t.Context(), at(dir), sealedApart(dir))
		if err == nil {
			err = r.Verify(t.Context())
			r.Close()
		}
		if !errors.Is(err, journal.ErrAltered) {
			t.Errorf("%s: verify: got %v, want journal.ErrAltered", name, err)
		}
	}
	if later < 10 {
		t.Errorf("only %d tamperings were left to Check", later)
	}
	t.Logf("%d of %d were found after the start, the others at once", later, len(tamperings()))
}

// TestCheckReadsOnlyWhatWasLeft: a journal that Open checked whole has nothing left.
func TestCheckReadsOnlyWhatWasLeft(t *testing.T) {
	for _, c := range []struct {
		whole journal.Seq
		found bool
	}{{0, false}, {5, false}, {4, true}} {
		dir := snapped(t)
		j, err := Open(t.Context(), at(dir), &Options{Seal: sealAt(dir), Whole: c.whole})
		must(t, err)
		rows(t, dir, func(db *sql.DB) { do(t, db, "UPDATE event SET task='t9' WHERE seq=1") })
		if err := j.Check(t.Context()); errors.Is(err, journal.ErrAltered) != c.found {
			t.Errorf("whole %d: got %v, want found %v", c.whole, err, c.found)
		}
		j.Close()
	}
}

func FuzzParseSnapshot(f *testing.F) {
	k := key{1, 2, 3}
	for _, s := range []journal.Snapshot{{Seq: 3, Schema: "a 1", Body: []byte("x\ny")}, {Seq: 1}, {Seq: 9, Schema: " two  spaces "}} {
		f.Add(append([]byte(k.snapshotLine(s)), s.Body...))
	}
	f.Add([]byte("deputy-snapshot 1 00 00 \n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, ok := k.parseSnapshot(b)
		if ok && !bytes.Equal(append([]byte(k.snapshotLine(s)), s.Body...), b) {
			t.Errorf("%q was read as %v", b, s)
		}
	})
}

func TestParseSnapshot(t *testing.T) {
	k := key{1, 2, 3}
	for _, want := range []journal.Snapshot{{Seq: 3, Schema: "a 1", Body: []byte("x\ny")}, {Seq: 1}, {Seq: 9, Schema: " two  spaces "}} {
		got, ok := k.parseSnapshot(append([]byte(k.snapshotLine(want)), want.Body...))
		if !ok || got.Seq != want.Seq || got.Schema != want.Schema || !bytes.Equal(got.Body, want.Body) {
			t.Errorf("got %v %v, want %v", got, ok, want)
		}
	}
}

// TestRebuildPutsSnapshotsAside: after a repair they are another journal's.
func TestRebuildPutsSnapshotsAside(t *testing.T) {
	dir := snapped(t)
	f := examined(t, dir)
	aside, err := f.Rebuild(t.Context(), 3, repaired)
	must(t, err)
	must(t, f.Close())
	for _, slot := range snapshotSlots {
		if size(aside+slot) == 0 || size(at(dir)+slot) > 0 {
			t.Errorf("%s was not put aside", slot)
		}
	}
	j := opened(t, dir)
	if s, ok := j.LatestSnapshot(t.Context(), "schema 1"); ok {
		t.Errorf("got snapshot %d of the journal before the repair", s.Seq)
	}
}
