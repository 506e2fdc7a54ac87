package journaltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"deputy/agent/journal"
)

// testConcurrent reads from several goroutines while one appends.
func testConcurrent(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	const n = 300
	done := make(chan struct{})
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() {
			for last := 0; ; {
				events, err := collect(j, 1)
				if err != nil {
					errs <- err
					return
				}
				if len(events) < last || len(events)%3 != 0 {
					errs <- fmt.Errorf("got %d events after %d, want no fewer, in threes", len(events), last)
					return
				}
				last = len(events)
				select {
				case <-done:
					if events, err = collect(j, 1); err == nil && len(events) != n {
						err = fmt.Errorf("got %d events at the end, want %d", len(events), n)
					}
					errs <- err
					return
				default:
				}
			}
		}()
	}
	for i := 0; i < n; i += 3 {
		mustAppend(t, j, event(i), event(i+1), event(i+2))
	}
	close(done)
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// testNested appends while reading: the reader sees what was there when it began.
func testNested(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	mustAppend(t, j, event(0), event(1))
	n := 0
	for _, err := range j.Events(1) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n > 2 {
			t.Fatal("a reader saw an event that was appended after it began")
		}
		mustAppend(t, j, event(n+1))
	}
	if got := len(read(t, j, 1)); got != 4 {
		t.Errorf("got %d events, want 4", got)
	}
}

func testMany(t *testing.T, s Store) {
	j := open(t, s, t.TempDir())
	events := make([]journal.Event, 2000)
	for i := range events {
		events[i] = event(i)
	}
	mustAppend(t, j, events...)
	same(t, read(t, j, 1), events)
	same(t, read(t, j, 1500), events[1499:])
}

func testReopen(t *testing.T, s Store) {
	if !s.Lasting {
		t.Skip("this store forgets")
	}
	dir := t.TempDir()
	var want []journal.Event
	for round := range 4 {
		j := open(t, s, dir)
		same(t, read(t, j, 1), want)
		for i := range round {
			want = append(want, mustAppend(t, j, event(i))...)
		}
		if err := j.Close(); err != nil {
			t.Fatalf("close: %v", err)
		}
	}
	chained(t, want)
}

func testAltered(t *testing.T, s Store) {
	if s.Alter == nil {
		t.Skip("this store can't be got at")
	}
	for name, change := range map[string]func(*journal.Event){
		"body":  func(e *journal.Event) { e.Body = json.RawMessage(`{"approved":true}`) },
		"kind":  func(e *journal.Event) { e.Kind = "decided" },
		"task":  func(e *journal.Event) { e.Task += "1" },
		"time":  func(e *journal.Event) { e.Time = e.Time.Add(time.Microsecond) },
		"prev":  func(e *journal.Event) { e.Prev[0] ^= 1 },
		"hash":  func(e *journal.Event) { e.Hash[31] ^= 1 },
		"forge": func(e *journal.Event) { e.Kind = "decided"; e.Hash = journal.Sum(*e) },
	} {
		for _, seq := range []journal.Seq{1, 4, 5} {
			t.Run(fmt.Sprint(name, " ", seq), func(t *testing.T) {
				dir := t.TempDir()
				j := open(t, s, dir)
				mustAppend(t, j, event(0), event(1), event(2), event(3), event(4))
				j.Close()
				s.Alter(t, dir, seq, change)
				j, err := s.Open(dir)
				if err == nil {
					defer j.Close()
					_, err = collect(j, 1)
				}
				if !errors.Is(err, journal.ErrAltered) {
					t.Fatalf("got %v, want journal.ErrAltered", err)
				}
				// A forged event is found where it is followed.
				if s := err.Error(); !strings.Contains(s, fmt.Sprint("event ", seq)) && !strings.Contains(s, fmt.Sprint("event ", seq+1)) {
					t.Errorf("got %q, want event %d named", s, seq)
				}
			})
		}
	}
}
