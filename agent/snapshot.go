package agent

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// snapshotSchema is how a snapshot is written and which rules made it. It is raised
// with any change of what events come to, and of what a State holds: then no snapshot
// from before is used. testdata/snapshot.json shows what it stands for.
const snapshotSchema = 2

// form names it.
var form = "state " + strconv.Itoa(snapshotSchema)

// frozen is a State as a snapshot holds it: all that events leave behind, and
// nothing of what is only being said. Its own fields hide those of State that JSON
// can't see into.
type frozen struct {
	State
	Tasks             map[string]frozenTask
	Era               time.Time
	Repaired          bool
	LastTask, LastAsk int // counters behind the IDs
	LastGrant         int
}

type frozenTask struct {
	Task
	Private  bool     `json:",omitempty"`
	Stranger bool     `json:",omitempty"`
	Source   string   `json:",omitempty"`
	Vouched  []string `json:",omitempty"`
}

// freeze writes down a state that events alone have made.
func freeze(s *State) ([]byte, error) {
	f := frozen{
		State: *s, Tasks: make(map[string]frozenTask, len(s.Tasks)), Era: s.era, Repaired: s.repaired,
		LastTask: s.tasks, LastAsk: s.asks, LastGrant: s.grants,
	}
	for id, t := range s.Tasks {
		f.Tasks[id] = frozenTask{Task: *t, Private: t.private, Stranger: t.stranger, Source: t.source, Vouched: t.vouched}
	}
	b, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write the state down: %w", err)
	}
	return b, nil
}

// thaw is freeze backwards.
func thaw(b []byte) (State, error) {
	f := frozen{State: NewState()}
	if err := json.Unmarshal(b, &f); err != nil {
		return State{}, fmt.Errorf("read a written state: %w", err)
	}
	s := f.State
	s.era, s.repaired, s.tasks, s.asks, s.grants = f.Era, f.Repaired, f.LastTask, f.LastAsk, f.LastGrant
	for id, ft := range f.Tasks {
		t := ft.Task
		t.private, t.stranger, t.source, t.vouched = ft.Private, ft.Stranger, ft.Source, ft.Vouched
		s.Tasks[id] = &t
	}
	return s, nil
}

// unborn is the state before the first event, in which no language was heard.
func unborn() State {
	s := NewState()
	s.Language = ""
	return s
}
