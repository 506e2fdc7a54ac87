package sqlite

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent/journal"
	"deputy/agent/journal/journaltest"
)

func TestSuite(t *testing.T) {
	journaltest.Run(t, journaltest.Store{
		Open:    func(dir string) (journaltest.Journal, error) { return Open(t.Context(), at(dir), nil) },
		Lasting: true,
		Alter: func(t *testing.T, dir string, seq journal.Seq, change func(*journal.Event)) {
			var e journal.Event
			rows(t, dir, func(db *sql.DB) {
				var micro int64
				var body, prev, hash []byte
				if err := db.QueryRow("SELECT time, kind, task, body, prev, hash FROM event WHERE seq=?", seq).
					Scan(&micro, &e.Kind, &e.Task, &body, &prev, &hash); err != nil {
					t.Fatal(err)
				}
				e.Seq, e.Time, e.Body = seq, time.UnixMicro(micro), body
				copy(e.Prev[:], prev)
				copy(e.Hash[:], hash)
				change(&e)
				do(t, db, "UPDATE event SET time=?, kind=?, task=?, body=?, prev=?, hash=? WHERE seq=?",
					e.Time.UnixMicro(), e.Kind, e.Task, []byte(e.Body), e.Prev[:], e.Hash[:], seq)
			})
		},
	})
}

func at(dir string) string { return filepath.Join(dir, "state", "journal.db") }

// rows opens the file as anyone could.
func rows(t *testing.T, dir string, use func(*sql.DB)) {
	t.Helper()
	db, err := sql.Open("sqlite", at(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	use(db)
}

func do(t *testing.T, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}

// filled is a closed journal of n events, each appended on its own.
func filled(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	j := opened(t, dir)
	for i := range n {
		if err := j.Append(t.Context(), journal.Event{Time: time.Unix(int64(i), 0), Kind: "heard", Body: []byte(`{"n":1}`)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func opened(t *testing.T, dir string) *Journal {
	t.Helper()
	j, err := Open(t.Context(), at(dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// forge appends an event that the chain itself can't tell from a real one.
func forge(t *testing.T, dir string) {
	rows(t, dir, func(db *sql.DB) {
		e := []journal.Event{{Time: time.Unix(9, 0), Kind: "decided"}}
		var seq uint64
		var hash []byte
		if err := db.QueryRow("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").Scan(&seq, &hash); err != nil {
			t.Fatal(err)
		}
		journal.Link(journal.Seq(seq), journal.Hash(hash), e)
		do(t, db, "INSERT INTO event VALUES (?,?,?,?,?,?,?)", e[0].Seq, e[0].Time.UnixMicro(), e[0].Kind, "", []byte{}, e[0].Prev[:], e[0].Hash[:])
	})
}

func TestTamperedFiles(t *testing.T) {
	exec := func(query string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { rows(t, dir, func(db *sql.DB) { do(t, db, query) }) }
	}
	file := func(name string, change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			p := filepath.Join(dir, "state", name)
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, change(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		tamper func(*testing.T, string)
		want   string
	}{
		"cut at the start":   {exec("DELETE FROM event WHERE seq=1"), "event 2 stands where event 1 belongs"},
		"cut in the middle":  {exec("DELETE FROM event WHERE seq=3"), "event 4 stands where event 3 belongs"},
		"cut at the end":     {exec("DELETE FROM event WHERE seq>3"), "events 4 to 5 are missing at the end"},
		"last cut off":       {exec("DELETE FROM event WHERE seq=5"), "events 5 to 5 are missing at the end"},
		"emptied":            {exec("DELETE FROM event"), "events 1 to 5 are missing at the end"},
		"swapped":            {exec("UPDATE event SET seq=99 WHERE seq=2; UPDATE event SET seq=2 WHERE seq=3; UPDATE event SET seq=3 WHERE seq=99"), "event 2 does not follow"},
		"duplicated":         {exec("INSERT INTO event SELECT 6,time,kind,task,body,prev,hash FROM event WHERE seq=5"), "event 6 does not follow"},
		"before the first":   {exec("INSERT INTO event SELECT -1,time,kind,task,body,prev,hash FROM event WHERE seq=1"), "event"},
		"hash of odd length": {exec("UPDATE event SET hash=x'00' WHERE seq=2"), "the hashes of event 2"},
		"last hash odd":      {exec("UPDATE event SET hash=zeroblob(40) WHERE seq=5"), "the hash of event 5"},
		"forged at the end":  {forge, "did not write event 6"},
		"trigger added":      {exec("CREATE TRIGGER x AFTER INSERT ON event BEGIN SELECT 1; END"), "layout of a journal"},
		"table replaced":     {exec("ALTER TABLE event RENAME TO e; CREATE VIEW event AS SELECT * FROM e"), "layout of a journal"},
		"newer layout":       {exec("PRAGMA user_version=99"), "newer Deputy"},
		"flipped byte":       {file("journal.db", func(b []byte) []byte { b[len(b)-20] ^= 4; return b }), "event"},
		"not a database":     {file("journal.db", func([]byte) []byte { return []byte("hello, this is no database at all, only some text") }), "damaged or is no journal"},
		"zeros in it":        {file("journal.db", func(b []byte) []byte { clear(b[100:]); return b }), "damaged or is no journal"},
		"half of it":         {file("journal.db", func(b []byte) []byte { return b[:len(b)/2] }), "damaged or is no journal"},
		"file emptied":       {file("journal.db", func([]byte) []byte { return nil }), "events 1 to 5 are missing at the end"},
		"head emptied":       {file("journal.db.head", func([]byte) []byte { return nil }), "head file is gone"},
		"head is nonsense":   {file("journal.db.head", func(b []byte) []byte { return []byte(strings.Repeat("x", len(b))) }), "head file"},
		"head of the past": {file("journal.db.head", func(b []byte) []byte {
			h := head{turn: 9, done: mark{seq: 3}, next: mark{seq: 4}}
			return []byte(h.String())
		}), "Deputy did not write event 5"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t, 5)
			c.tamper(t, dir)
			j, err := Open(t.Context(), at(dir), nil)
			if err == nil {
				j.Close()
				t.Fatal("the altered journal was opened")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, want %q in it", err, c.want)
			}
			if name != "newer layout" && !errors.Is(err, journal.ErrAltered) {
				t.Errorf("got %v, want journal.ErrAltered", err)
			}
			r, err := OpenReadOnly(t.Context(), at(dir), nil)
			if err == nil {
				err = r.Verify(t.Context())
				r.Close()
			}
			if err == nil {
				t.Error("Verify found nothing")
			}
		})
	}
}

func TestHeadMissing(t *testing.T) {
	dir := filled(t, 2)
	if err := os.Remove(at(dir) + ".head"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), at(dir), nil); !errors.Is(err, journal.ErrAltered) {
		t.Errorf("got %v, want journal.ErrAltered", err)
	}
}

// A power cut can tear the head that was being written; the one before it still holds.
func TestTornHead(t *testing.T) {
	for n := 1; n <= 4; n++ {
		dir := filled(t, n)
		p := at(dir) + ".head"
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		// The next append would write here; it was torn after ten bytes, before
		// any event, and what was noted after the last one did not get to the disk.
		copy(b[n%2*slotSize:], "5 5 012345")
		copy(b[afterSlot*slotSize:], "5 5 012345")
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		j := opened(t, dir)
		if err := j.Append(t.Context(), journal.Event{Kind: "heard"}); err != nil {
			t.Error(err)
		}
		j.Close()
		opened(t, dir)
	}
}

func TestInUse(t *testing.T) {
	dir := filled(t, 1)
	j := opened(t, dir)
	if _, err := Open(t.Context(), at(dir), nil); !errors.Is(err, journal.ErrInUse) {
		t.Errorf("second open: got %v, want journal.ErrInUse", err)
	}
	j.Close()
	opened(t, dir)
}

func TestModes(t *testing.T) {
	dir := filled(t, 1)
	for _, name := range []string{"journal.db", "journal.db.head", "journal.db.lock"} {
		fi, err := os.Stat(filepath.Join(dir, "state", name))
		if err != nil {
			t.Fatal(err)
		}
		if got := fi.Mode().Perm(); got != 0o600 {
			t.Errorf("%s: got mode %o, want 600", name, got)
		}
	}
}

func TestReadOnly(t *testing.T) {
	dir := filled(t, 3)
	check := func(want int) {
		t.Helper()
		r, err := OpenReadOnly(t.Context(), at(dir), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		n := 0
		for _, err := range r.Events(1) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if seq, _ := r.Head(); n != want || int(seq) != want {
			t.Errorf("got %d events and head %d, want %d", n, seq, want)
		}
		if err := r.Verify(t.Context()); err != nil {
			t.Error(err)
		}
		if err := r.Append(t.Context(), journal.Event{}); err == nil {
			t.Error("appended to a journal that is open to be read only")
		}
	}
	check(3)
	j := opened(t, dir)
	check(3)
	if err := j.Append(t.Context(), journal.Event{Kind: "a"}, journal.Event{Kind: "b"}); err != nil {
		t.Fatal(err)
	}
	check(5)
	j.Close()
	check(5)
	if _, err := OpenReadOnly(t.Context(), filepath.Join(dir, "none"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: got %v, want os.ErrNotExist", err)
	}
}

// TestVerifyWhileAppending must not take an append in progress for tampering.
func TestVerifyWhileAppending(t *testing.T) {
	dir := filled(t, 1)
	j := opened(t, dir)
	r, err := OpenReadOnly(t.Context(), at(dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	stop, done := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
				if err := j.Append(t.Context(), journal.Event{Kind: "heard"}); err != nil {
					done <- err
					return
				}
			}
		}
	}()
	for range 20 {
		if err := r.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestDiskFull(t *testing.T) {
	dir := filled(t, 2)
	j := opened(t, dir)
	do(t, j.w, "PRAGMA max_page_count=5")
	big := journal.Event{Kind: "heard", Body: []byte(`"` + strings.Repeat("x", 1<<16) + `"`)}
	err := j.Append(t.Context(), journal.Event{Kind: "small"}, big)
	if err == nil || !strings.Contains(err.Error(), "disk is full; free some space") {
		t.Fatalf("got %v, want the disk to be full", err)
	}
	if seq, _ := j.Head(); seq != 2 {
		t.Errorf("head: got %d, want 2", seq)
	}
	do(t, j.w, "PRAGMA max_page_count=1000000") // space was freed
	if err := j.Append(t.Context(), journal.Event{Kind: "small"}); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if seq, _ := opened(t, dir).Head(); seq != 3 {
		t.Errorf("head after reopening: got %d, want 3", seq)
	}
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a b", "100%", "what?mode=ro", "x#y", "승인", "a&b=c"} {
		p := filepath.Join(t.TempDir(), name, name)
		j, err := Open(t.Context(), p, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := j.Append(t.Context(), journal.Event{Kind: "k"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		j.Close()
		if _, err := os.Stat(p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add(head{turn: 3, done: mark{seq: 2}, next: mark{seq: 3}}.String())
	f.Add("1 2 3 4 5 6")
	f.Fuzz(func(t *testing.T, s string) {
		if h, ok := parseHead(s); ok && h.String() != strings.TrimRight(s, " \n") {
			t.Errorf("%q was read as %q", s, h)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	j, err := Open(b.Context(), filepath.Join(b.TempDir(), "j"), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	for b.Loop() {
		if err := j.Append(b.Context(), journal.Event{Time: time.Now(), Kind: "heard", Body: []byte(`{"text":"hello"}`)}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify100k(b *testing.B) {
	j, err := Open(b.Context(), filepath.Join(b.TempDir(), "j"), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	events := make([]journal.Event, 100_000)
	for i := range events {
		events[i] = journal.Event{Time: time.Now(), Kind: "heard", Task: "t1", Body: []byte(`{"text":"` + strings.Repeat("hello ", 30) + `"}`)}
	}
	if err := j.Append(b.Context(), events...); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := j.Verify(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// TestNeverBegun: a Deputy that was stopped in its first start leaves an empty
// file behind, which is no journal yet; one that was emptied is altered.
func TestNeverBegun(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.MkdirAll(filepath.Dir(at(dir)), 0o700), os.WriteFile(at(dir), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReadOnly(t.Context(), at(dir), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("never begun: got %v, want fs.ErrNotExist", err)
	}
	opened(t, dir).Close()
	dir = filled(t, 2)
	if err := os.Truncate(at(dir), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReadOnly(t.Context(), at(dir), nil); !errors.Is(err, journal.ErrAltered) {
		t.Errorf("emptied: got %v, want ErrAltered", err)
	}
	if _, err := Open(t.Context(), at(dir), nil); !errors.Is(err, journal.ErrAltered) {
		t.Errorf("emptied, to write: got %v, want ErrAltered", err)
	}
}
