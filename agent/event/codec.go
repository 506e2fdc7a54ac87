package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"

	"deputy/agent/journal"
)

// Schema is how events are written. It is raised with any change by which an older
// program would read them wrongly: a field that goes or means something else. What
// earlier ones wrote is read for ever; testdata/journals holds a journal of each.
const Schema = 2

// ErrNewer is a journal that holds what only a newer program can read.
var ErrNewer = errors.New("a newer version wrote this")

// Kinds holds the type of each kind that is journaled.
var Kinds = func() map[string]reflect.Type {
	m := map[string]reflect.Type{}
	for _, e := range Catalogue {
		if e.Since > 0 {
			m[e.Body.Kind()] = reflect.TypeOf(e.Body)
		}
	}
	return m
}()

// Encode turns an event into the journal's form.
func Encode(e Event) (journal.Event, error) {
	body, err := json.Marshal(e.Body)
	if err != nil {
		return journal.Event{}, fmt.Errorf("encode %s: %w", e.Body.Kind(), err)
	}
	comma := ","
	if len(body) == len("{}") {
		comma = ""
	}
	body = fmt.Appendf(nil, "%s%d%s%s", SchemaField, Schema, comma, body[1:])
	return journal.Event{Time: e.At, Kind: e.Body.Kind(), Task: TaskOf(e.Body), Body: body}, nil
}

// Decode turns an event of the journal back into what the desk wrote.
func Decode(e journal.Event) (Event, error) {
	t, ok := Kinds[e.Kind]
	if n := SchemaOf(e.Body); !ok || n > Schema {
		return Event{}, fmt.Errorf("event %d (%q, schema %d) can't be read: %w", e.Seq, e.Kind, n, ErrNewer)
	}
	p := reflect.New(t)
	if err := json.Unmarshal(e.Body, p.Interface()); err != nil {
		return Event{}, fmt.Errorf("decode event %d (%s): %w", e.Seq, e.Kind, err)
	}
	return Event{At: e.Time, Body: p.Elem().Interface().(Body)}, nil
}

// SchemaField is how each body begins.
const SchemaField = `{"v":`

// SchemaOf is the schema that a body was written in. The first had no name for it.
func SchemaOf(body []byte) int {
	rest, ok := bytes.CutPrefix(body, []byte(SchemaField))
	if !ok {
		return 1
	}
	end := bytes.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.Atoi(string(rest[:max(end, 0)]))
	if err != nil {
		return math.MaxInt
	}
	return n
}

// TaskOf is the task that a body belongs to, KeyOf the effect; "" if it belongs to none.
func TaskOf(b Body) string { return textOf(b, "Task") }
func KeyOf(b Body) string  { return textOf(b, "Key") }

func textOf(b Body, name string) string {
	if f := reflect.ValueOf(b).FieldByName(name); f.IsValid() && f.Kind() == reflect.String {
		return f.String()
	}
	return ""
}
