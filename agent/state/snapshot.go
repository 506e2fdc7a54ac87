package state

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// snapshotSchema is how a snapshot is written and which rules made it. It is raised
// with any change of what events come to, and of what a State holds: then no snapshot
// from before is used. testdata/shape.txt and the snapshot in agent/testdata hold it to that.
const snapshotSchema = 5

// SchemaID names it.
var SchemaID = "state " + strconv.Itoa(snapshotSchema)

// Encode writes down a state that events alone have made: all that events leave
// behind, and nothing of what is only being said.
func Encode(s *State) ([]byte, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write the state down: %w", err)
	}
	return b, nil
}

// Decode reads what Encode wrote.
func Decode(b []byte) (State, error) {
	s := New()
	if err := json.Unmarshal(b, &s); err != nil {
		return State{}, fmt.Errorf("read a written state: %w", err)
	}
	return s, nil
}

// Empty is the state before the first event, in which no language was heard.
func Empty() State {
	s := New()
	s.Language = ""
	return s
}
