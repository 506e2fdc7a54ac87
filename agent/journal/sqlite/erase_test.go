package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"deputy/agent/journal"
)

// aged is a journal of which the first three events are a year old and the last
// two are of today; the text of the old ones was erased.
func aged(t *testing.T) (dir string, now time.Time) {
	t.Helper()
	dir = t.TempDir()
	j := opened(t, dir)
	now = time.Now().UTC()
	for i := range 5 {
		at := now.Add(-365 * 24 * time.Hour)
		if i >= 3 {
			at = now.Add(-time.Hour)
		}
		must(t, j.Append(t.Context(), journal.Event{Time: at, Kind: "heard", Task: "t1", Body: json.RawMessage(`{"text":"the secret plan"}`)}))
	}
	n, err := j.Erase(t.Context(), now, 90*24*time.Hour, redacted)
	if err != nil || n != 3 {
		t.Fatalf("got %d, %v, want 3 erased", n, err)
	}
	must(t, j.Close())
	return dir, now
}

func redacted(journal.Event) json.RawMessage { return json.RawMessage(`{"text":"(erased)"}`) }

func verified(t *testing.T, dir string) error {
	t.Helper()
	j, err := OpenReadOnly(t.Context(), at(dir), sealedApart(dir))
	if err != nil {
		return err
	}
	defer j.Close()
	return j.Verify(t.Context())
}

// TestErase: old text is gone from the disk, the journal is whole, says what was
// erased, and goes on; a second time there is nothing to erase.
func TestErase(t *testing.T) {
	dir, now := aged(t)
	must(t, verified(t, dir))
	j := opened(t, dir)
	var texts []string
	for e, err := range j.Events(1) {
		must(t, err)
		texts = append(texts, string(e.Body))
	}
	if got := strings.Count(strings.Join(texts, ""), "(erased)"); got != 3 || len(texts) != 5 || !strings.Contains(texts[4], "secret") {
		t.Errorf("got %q, want the first three erased", texts)
	}
	if r := j.Erased(); len(r) != 1 || r[0].From != 1 || r[0].To != 5 || r[0].Keep != 90*24*time.Hour || !r[0].At.Equal(now.Truncate(time.Second)) {
		t.Errorf("got %+v, want one record", r)
	}
	must(t, j.Append(t.Context(), journal.Event{Time: now, Kind: "heard"}))
	if n, err := j.Erase(t.Context(), now.Add(time.Hour), 90*24*time.Hour, redacted); n != 0 || err != nil {
		t.Errorf("again: got %d, %v, want none", n, err)
	}
	if n, err := j.Erase(t.Context(), now.Add(100*24*time.Hour), 90*24*time.Hour, redacted); n != 3 || err != nil {
		t.Errorf("later: got %d, %v, want the other three", n, err)
	}
	must(t, j.Close())
	must(t, verified(t, dir))
	for _, suffix := range []string{"", "-wal", ".erased"} {
		if b, _ := os.ReadFile(at(dir) + suffix); bytes.Contains(b, []byte("secret plan")) {
			t.Errorf("journal.db%s still holds the text", suffix)
		}
	}
}

// TestEraseUnderAClockThatWasSet: an event from a time when the clock was set far
// ahead keeps nothing of what follows it.
func TestEraseUnderAClockThatWasSet(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	const day = 24 * time.Hour
	j := opened(t, dir)
	for _, at := range []time.Time{now.Add(5000 * day), now.Add(-200 * day), now.Add(-10 * day), now.Add(-100 * day), now} {
		must(t, j.Append(t.Context(), journal.Event{Time: at, Kind: "heard", Body: json.RawMessage(`{"text":"the secret plan"}`)}))
	}
	if n, err := j.Erase(t.Context(), now, 90*day, redacted); n != 2 || err != nil {
		t.Errorf("got %d, %v, want the two that are old", n, err)
	}
	must(t, j.Close())
	must(t, verified(t, dir))
}

// TestEraseStopped: stopped between two pages the journal is whole, and what is
// left is erased the next time.
func TestEraseStopped(t *testing.T) {
	dir := filled(t, 3*page)
	j := opened(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	seen := 0
	later := time.Now().Add(1000 * 24 * time.Hour)
	if _, err := j.Erase(ctx, later, 24*time.Hour, func(e journal.Event) json.RawMessage {
		if seen++; seen == 2*page {
			stop()
		}
		return redacted(e)
	}); err == nil {
		t.Error("got no error, want that it was stopped")
	}
	must(t, j.Close())
	must(t, verified(t, dir))
	j = opened(t, dir)
	if n, err := j.Erase(t.Context(), later, 24*time.Hour, redacted); err != nil || n == 0 || n == 3*page {
		t.Errorf("got %d, %v, want the rest erased", n, err)
	}
	must(t, j.Close())
	must(t, verified(t, dir))
}

// TestErasedIsTamperProof: what is left of an erased event is as safe as a whole
// one, and text is gone only by a sealed record that allows it.
func TestErasedIsTamperProof(t *testing.T) {
	body := []byte(`{"text":"(erased)"}`)
	for name, tt := range map[string]struct {
		do   func(t *testing.T, dir string)
		want journal.Damage
		seq  journal.Seq
	}{
		"no record":                        {gone("state/journal.db.erased"), journal.Erased, 1},
		"an empty record":                  {bytesOf("state/journal.db.erased", func([]byte) []byte { return nil }), journal.Erased, 1},
		"a record that allows more":        {bytesOf("state/journal.db.erased", func(b []byte) []byte { return bytes.Replace(b, []byte(" 7776000 "), []byte(" 1 "), 1) }), journal.Erased, 1},
		"what is left is changed":          {statement("UPDATE event SET body=? WHERE seq=2", []byte(`{"text":"approved"}`)), journal.Changed, 2},
		"its kind is changed":              {statement("UPDATE event SET kind='decided' WHERE seq=2"), journal.Changed, 2},
		"its task is changed":              {statement("UPDATE event SET task='t2' WHERE seq=2"), journal.Changed, 2},
		"its time is changed":              {statement("UPDATE event SET time=time+1 WHERE seq=2"), journal.Changed, 2},
		"its seal is cut":                  {statement("UPDATE event SET seal=substr(seal,1,16) WHERE seq=2"), journal.Changed, 2},
		"its hash is changed":              {statement("UPDATE event SET hash=zeroblob(32) WHERE seq=2"), journal.Changed, 2},
		"a young one, blanked":             {statement("UPDATE event SET body=? WHERE seq=4", body), journal.Changed, 4},
		"a young one, with an old's seal":  {statement("UPDATE event SET body=?, seal=CAST(seal||(SELECT substr(seal,17) FROM event WHERE seq=1) AS BLOB) WHERE seq=4", body), journal.Erased, 4},
		"an old one, with another's seal":  {statement("UPDATE event SET seal=(SELECT seal FROM event WHERE seq=1) WHERE seq=2"), journal.Changed, 2},
		"an old one, taken out":            {statement("DELETE FROM event WHERE seq=2"), journal.Misplaced, 2},
		"a young one, erased with the key": {erasedTooEarly, journal.Erased, 5},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := aged(t)
			tt.do(t, dir)
			a := journal.AlteredIn(verified(t, dir))
			if a == nil || a.Damage != tt.want || a.Seq != tt.seq {
				t.Errorf("verify: got %+v, want %s at event %d", a, tt.want, tt.seq)
			}
			j, err := Open(t.Context(), at(dir), sealedApart(dir))
			if err == nil {
				j.Close()
			}
			if a := journal.AlteredIn(err); a == nil || a.Damage != tt.want {
				t.Errorf("open: got %v, want %s", err, tt.want)
			}
		})
	}
}

// erasedTooEarly has the key erase an event that its own record doesn't cover.
func erasedTooEarly(t *testing.T, dir string) {
	s, err := loadSeal(sealAt(dir))
	must(t, err)
	rule := s.key.erasures(at(dir))[0]
	rows(t, dir, func(db *sql.DB) {
		e := stored(t, db, 5)
		e.Body = []byte(`{"text":"(erased)"}`)
		do(t, db, "UPDATE event SET body=?, seal=? WHERE seq=5", []byte(e.Body), append(bytes.Clone(s.key.sealer()(e.Hash)), s.key.remains(e, rule)...))
	})
}

// TestRebuildKeepsErasures: a repair takes over what was erased.
func TestRebuildKeepsErasures(t *testing.T) {
	dir, _ := aged(t)
	statement("UPDATE event SET body=? WHERE seq=5", []byte(`{}`))(t, dir)
	f := examined(t, dir)
	if f.Whole != 4 {
		t.Fatalf("got %d whole events, %v, want 4", f.Whole, f.Damage)
	}
	_, err := f.Rebuild(t.Context(), 4, repaired)
	must(t, err)
	must(t, f.Close())
	must(t, verified(t, dir))
	j := opened(t, dir)
	defer j.Close()
	if r := j.Erased(); len(r) != 1 {
		t.Errorf("got %v, want the record", r)
	}
}
