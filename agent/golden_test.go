package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/journaltest"
	"deputy/agent/state"
)

// golden writes what is missing in testdata: the journal of a new schema, kinds of
// events that the newest doesn't hold, the snapshot of a new schema. What is there
// stays as it was written.
var golden = flag.Bool("golden", false, "write what is missing in testdata")

// goldenJournal is where the journal of a schema is, an event a line.
func goldenJournal(schema int) string { return fmt.Sprintf("testdata/journals/%d.jsonl", schema) }

// everyKind is one event of each kind that has is false for, with every field set.
func everyKind(t *testing.T, has func(kind string) bool) (lines []journal.Event) {
	t.Helper()
	for _, kind := range slices.Sorted(maps.Keys(event.Kinds)) {
		if has(kind) {
			continue
		}
		v, n := reflect.New(event.Kinds[kind]).Elem(), 0
		filled(v, kind, &n)
		e, err := event.Encode(event.Event{At: time.Unix(900_000_000, 0), Body: v.Interface().(event.Body)})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, e)
	}
	return lines
}

func readLines(t *testing.T, path string) (lines []journal.Event) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; with a new schema comes its journal: go test ./agent -run Golden -golden", err)
	}
	for line := range bytes.Lines(data) {
		var e journal.Event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, e)
	}
	return lines
}

func appendLines(t *testing.T, path string, lines []journal.Event) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, e := range lines {
		line, err := json.Marshal(struct {
			Time       time.Time
			Kind, Task string
			Body       json.RawMessage
		}{e.Time, e.Kind, e.Task, e.Body})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(append(line, '\n')); err != nil {
			t.Fatal(err)
		}
	}
}

// TestGoldenIsWhole: the newest journal holds every kind of event.
func TestGoldenIsWhole(t *testing.T) {
	path := goldenJournal(event.Schema)
	if _, err := os.Stat(path); *golden && err != nil {
		appendLines(t, path, append(everyKind(t, func(string) bool { return false }), busyDay(t)...))
	}
	has := map[string]bool{}
	for _, e := range readLines(t, path) {
		has[e.Kind] = true
	}
	missing := everyKind(t, func(kind string) bool { return has[kind] })
	if *golden {
		appendLines(t, path, missing)
		return
	}
	for _, e := range missing {
		t.Errorf("%s holds no %s; add one: go test ./agent -run Golden -golden", path, e.Kind)
	}
}

// TestGoldenJournals: the journal of every schema is read, nothing that it holds is
// lost on the way, and a desk starts on it.
func TestGoldenJournals(t *testing.T) {
	paths, err := filepath.Glob("testdata/journals/*.jsonl")
	if err != nil || len(paths) != event.Schema {
		t.Fatalf("got %v (%v), want a journal for each of %d schemas", paths, err, event.Schema)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			lines := readLines(t, path)
			for i, e := range lines {
				ev, err := event.Decode(e)
				if err != nil {
					t.Fatalf("line %d: %v", i+1, err)
				}
				again, err := json.Marshal(ev.Body)
				if err != nil {
					t.Fatal(err)
				}
				if lost := lostFields(t, e.Body, again); lost != "" {
					t.Errorf("line %d, %s: %s is not what was written; a change like that needs a new schema, and a reader of the old one", i+1, e.Kind, lost)
				}
			}
			rehearse(t, func(b *bench) {
				if err := b.journal.Append(b.t.Context(), lines...); err != nil {
					b.t.Fatal(err)
				}
				b.start()
				b.hear("what's waiting")
			})
		})
	}
}

// lostFields names a field of was that is another or none in is.
func lostFields(t *testing.T, was, is []byte) string {
	t.Helper()
	var a, b map[string]any
	if err := errors.Join(json.Unmarshal(was, &a), json.Unmarshal(is, &b)); err != nil {
		t.Fatal(err)
	}
	delete(a, "v")
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if !reflect.DeepEqual(a[name], b[name]) {
			return fmt.Sprintf("%s, %v and now %v,", name, a[name], b[name])
		}
	}
	return ""
}

// TestGoldenSnapshot: what the newest journal comes to is what snapshots of this
// schema hold, so that none of them is read by other rules than it was made by.
func TestGoldenSnapshot(t *testing.T) {
	const path = "testdata/snapshot.json"
	s := folded(t, readLines(t, goldenJournal(event.Schema)), state.Empty())
	var got bytes.Buffer
	if err := json.Indent(&got, fmt.Appendf(nil, `{"schema":%q,"state":%s}`, state.SchemaID, written(t, s)), "", " "); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(path)
	if of := fmt.Sprintf("%q", state.SchemaID); *golden && (err != nil || !bytes.Contains(want[:min(len(want), 60)], []byte(of))) {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		a, b := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
		i := 0
		for i < min(len(a), len(b))-1 && a[i] == b[i] {
			i++
		}
		t.Errorf("%s, line %d: got %s, want %s. Events come to something else than they did: raise snapshotSchema, then go test ./agent -run Golden -golden", path, i+1, a[i], b[i])
	}
}

// TestNewerJournal: what a newer version has written is refused, by its schema or
// its kind, and not taken for damage.
func TestNewerJournal(t *testing.T) {
	for name, e := range map[string]journal.Event{
		"a newer schema":   {Kind: "told", Body: fmt.Appendf(nil, `{"v":%d,"text":"x"}`, event.Schema+1)},
		"a newer kind":     {Kind: "task.shared", Body: []byte(`{"v":1}`)},
		"no schema at all": {Kind: "told", Body: []byte(`{"v":"two"}`)},
	} {
		m := &journaltest.Memory{}
		if err := m.Append(t.Context(), journal.Event{Kind: "session.opened", Body: []byte(`{}`)}, e); err != nil {
			t.Fatal(err)
		}
		_, err := NewDesk(Options{Journal: m}).begin(t.Context())
		if !errors.Is(err, event.ErrNewer) || errors.Is(err, journal.ErrAltered) {
			t.Errorf("%s: got %v, want ErrNewer", name, err)
		}
	}
}

// TestSchemaIsWritten: each event says in which schema it is, the empty ones too.
func TestSchemaIsWritten(t *testing.T) {
	for _, b := range []event.Body{event.Opened{}, event.Notified{Text: "x"}, event.QueueRead{}} {
		e, err := event.Encode(event.Event{Body: b})
		if err != nil || event.SchemaOf(e.Body) != event.Schema || !strings.HasPrefix(string(e.Body), event.SchemaField) || !json.Valid(e.Body) {
			t.Errorf("got %s (%v), want schema %d in it", e.Body, err, event.Schema)
		}
	}
	if n := event.SchemaOf([]byte(`{"text":"x"}`)); n != 1 {
		t.Errorf("got schema %d of an event that has none, want 1", n)
	}
}
