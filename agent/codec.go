package agent

import (
	"encoding/json"
	"fmt"
	"reflect"

	"deputy/agent/journal"
)

// kinds holds a zero body for each kind that is journaled.
var kinds = func() map[string]reflect.Type {
	m := map[string]reflect.Type{}
	for _, b := range []Body{
		Heard{}, Ignored{}, Overheard{}, Opened{}, Replied{}, Ended{}, Undone{}, Answered{}, ClockSet{},
		TaskOpened{}, TaskRevised{}, Dictated{}, TaskClosed{}, Reported{}, Refused{}, Mending{},
		Intended{}, Asked{}, Posing{}, Posed{}, Explained{}, Parked{}, Returned{}, Listed{}, SetAside{}, Decided{},
		Held{}, Retracted{}, Started{}, Told{}, Reminded{}, Granted{}, Used{}, Revoked{}, Repaired{},
	} {
		m[b.Kind()] = reflect.TypeOf(b)
	}
	return m
}()

// encode turns an event into the journal's form.
func encode(e Event) (journal.Event, error) {
	body, err := json.Marshal(e.Body)
	if err != nil {
		return journal.Event{}, fmt.Errorf("encode %s: %w", e.Body.Kind(), err)
	}
	return journal.Event{Time: e.At, Kind: e.Body.Kind(), Task: taskOf(e.Body), Body: body}, nil
}

// Decode turns an event of the journal back into what the desk wrote.
func Decode(e journal.Event) (Event, error) {
	t, ok := kinds[e.Kind]
	if !ok {
		return Event{}, fmt.Errorf("event %d is of kind %q, which this version doesn't know: use the version that wrote it", e.Seq, e.Kind)
	}
	p := reflect.New(t)
	if err := json.Unmarshal(e.Body, p.Interface()); err != nil {
		return Event{}, fmt.Errorf("decode event %d (%s): %w", e.Seq, e.Kind, err)
	}
	return Event{At: e.Time, Body: p.Elem().Interface().(Body)}, nil
}

// taskOf is the task that a body belongs to; "" if it belongs to none.
func taskOf(b Body) string {
	v := reflect.ValueOf(b)
	if f := v.FieldByName("Task"); f.IsValid() {
		return f.String()
	}
	return ""
}
