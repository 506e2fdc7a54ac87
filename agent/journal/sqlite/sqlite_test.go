package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
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
		Open:    func(dir string) (journaltest.Journal, error) { return Open(t.Context(), at(dir), sealedApart(dir)) },
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

// sealedApart keeps the seal in a folder of its own, as Deputy does.
func sealedApart(dir string) *Options { return &Options{Seal: sealAt(dir)} }

func sealAt(dir string) string { return filepath.Join(dir, "data", "journal.seal") }

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
	j, err := Open(t.Context(), at(dir), sealedApart(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
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
	if _, err := Open(t.Context(), at(dir), sealedApart(dir)); !errors.Is(err, journal.ErrInUse) {
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
		r, err := OpenReadOnly(t.Context(), at(dir), sealedApart(dir))
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
	r, err := OpenReadOnly(t.Context(), at(dir), sealedApart(dir))
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

func FuzzParseLines(f *testing.F) {
	k := key{1, 2, 3}
	f.Add(k.headLine(head{turn: 3, done: mark{seq: 2}, next: mark{seq: 3}}))
	f.Add(k.anchorLine(2, mark{seq: 7}))
	f.Add(k.String())
	f.Add("1 2 3 4 5 6")
	f.Fuzz(func(t *testing.T, s string) {
		if h, ok := k.parseHead(s); ok && k.headLine(h) != strings.TrimRight(s, " \n") {
			t.Errorf("%q was read as the head %v", s, h)
		}
		if turn, m, ok := k.parseAnchor(s); ok && k.anchorLine(turn, m) != s {
			t.Errorf("%q was read as the anchor %d %v", s, turn, m)
		}
		if got, ok := parseKey(s); ok && got.String() != s {
			t.Errorf("%q was read as the key %v", s, got)
		}
	})
}

// BenchmarkAppend is what one event takes behind so many.
func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{0, 1_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if testing.Short() && n > 1_000 {
				b.Skip("a long journal takes a minute to make")
			}
			j, err := Open(b.Context(), filepath.Join(b.TempDir(), "j"), nil)
			if err != nil {
				b.Fatal(err)
			}
			defer j.Close()
			events := make([]journal.Event, 1000)
			for range n / len(events) {
				for i := range events {
					events[i] = journal.Event{Time: time.Now(), Kind: "heard", Task: "t1", Body: []byte(`{"text":"` + strings.Repeat("hello ", 50) + `"}`)}
				}
				if err := j.Append(b.Context(), events...); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				if err := j.Append(b.Context(), journal.Event{Time: time.Now(), Kind: "heard", Body: []byte(`{"text":"hello"}`)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOpen is what a start takes: the whole chain, its seals and its end.
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "j")
			j, err := Open(b.Context(), path, nil)
			if err != nil {
				b.Fatal(err)
			}
			events := make([]journal.Event, n)
			for i := range events {
				events[i] = journal.Event{Time: time.Now(), Kind: "heard", Task: "t1", Body: []byte(`{"text":"` + strings.Repeat("hello ", 50) + `"}`)}
			}
			if err := errors.Join(j.Append(b.Context(), events...), j.Close()); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				j, err := Open(b.Context(), path, nil)
				if err != nil {
					b.Fatal(err)
				}
				if err := j.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestNeverBegun: a Deputy that was stopped in its first start leaves an empty
// file behind, which is no journal yet; one that was emptied is altered.
func TestNeverBegun(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.MkdirAll(filepath.Dir(at(dir)), 0o700), os.WriteFile(at(dir), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReadOnly(t.Context(), at(dir), sealedApart(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("never begun: got %v, want fs.ErrNotExist", err)
	}
	opened(t, dir).Close()
	dir = filled(t, 2)
	if err := os.Truncate(at(dir), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReadOnly(t.Context(), at(dir), sealedApart(dir)); !errors.Is(err, journal.ErrAltered) {
		t.Errorf("emptied: got %v, want ErrAltered", err)
	}
	if _, err := Open(t.Context(), at(dir), sealedApart(dir)); !errors.Is(err, journal.ErrAltered) {
		t.Errorf("emptied, to write: got %v, want ErrAltered", err)
	}
}
