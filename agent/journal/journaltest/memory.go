package journaltest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"

	"deputy/agent/journal"
)

// A Memory is a journal that forgets. The zero value is empty and ready.
type Memory struct {
	// mu guards events: readers may run while another goroutine appends.
	mu     sync.Mutex
	events []journal.Event
	// kept are the snapshots, oldest first.
	kept []journal.Snapshot
	// Fail, when set, is asked before each append; its error is Append's.
	Fail func(events []journal.Event) error
	// Rest, when set, is what Check does.
	Rest func(ctx context.Context) error
}

var _ journal.Snapshotter = (*Memory)(nil)

// Append adds events, all or none; see journal.Journal.
func (m *Memory) Append(ctx context.Context, events ...journal.Event) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("append to the journal: %w", err)
	}
	if m.Fail != nil {
		if err := m.Fail(events); err != nil {
			return fmt.Errorf("append to the journal: %w", err)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	seq, prev := m.head()
	journal.Link(seq, prev, events)
	for _, e := range events {
		e.Body = slices.Clone(e.Body) // the caller may use its bytes again
		m.events = append(m.events, e)
	}
	return nil
}

// Events yields the events from number from on; see journal.Journal.
func (m *Memory) Events(from journal.Seq) iter.Seq2[journal.Event, error] {
	return func(yield func(journal.Event, error) bool) {
		m.mu.Lock()
		events := m.events // appends never touch what is before this end
		m.mu.Unlock()
		var prev journal.Hash
		for i, e := range events {
			if e.Seq >= from || from == 0 {
				if err := journal.Check(journal.Seq(i), prev, e); err != nil {
					yield(journal.Event{}, fmt.Errorf("read the journal: %w", err))
					return
				}
				e.Body = slices.Clone(e.Body)
				if !yield(e, nil) {
					return
				}
			}
			prev = e.Hash
		}
	}
}

// SaveSnapshot keeps a copy of s; see journal.Snapshotter.
func (m *Memory) SaveSnapshot(ctx context.Context, s journal.Snapshot) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.holds(s) {
		return fmt.Errorf("keep a snapshot of the journal: it is not of this journal's event %d", s.Seq)
	}
	s.Body = slices.Clone(s.Body)
	m.kept = append(m.kept, s)
	m.kept = m.kept[max(len(m.kept)-2, 0):]
	return nil
}

// LatestSnapshot is the youngest snapshot of that schema; see journal.Snapshotter.
func (m *Memory) LatestSnapshot(ctx context.Context, schema string) (journal.Snapshot, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range slices.Backward(m.kept) {
		if s.Schema == schema && m.holds(s) {
			return s, true
		}
	}
	return journal.Snapshot{}, false
}

func (m *Memory) holds(s journal.Snapshot) bool {
	return s.Seq > 0 && s.Seq <= journal.Seq(len(m.events)) && m.events[s.Seq-1].Hash == s.Hash
}

// Check does what Rest says: nothing was left unchecked.
func (m *Memory) Check(ctx context.Context) error {
	if m.Rest == nil {
		return nil
	}
	return m.Rest(ctx)
}

// Head is the number and the hash of the last event; zeros when there is none.
func (m *Memory) Head() (journal.Seq, journal.Hash) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head()
}

func (m *Memory) head() (journal.Seq, journal.Hash) {
	if len(m.events) == 0 {
		return 0, journal.Hash{}
	}
	e := m.events[len(m.events)-1]
	return e.Seq, e.Hash
}

// Close does nothing: what was appended can still be read.
func (m *Memory) Close() error { return nil }

// Alter changes the stored event seq behind the chain's back, as a forger would.
func (m *Memory) Alter(seq journal.Seq, change func(*journal.Event)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	events := slices.Clone(m.events) // readers may hold the old ones
	change(&events[seq-1])
	m.events = events
}
