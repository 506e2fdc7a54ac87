package agent

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// source is this package: the rules by which events become a state. A snapshot
// that other rules made means nothing.
//
//go:embed *.go
var source embed.FS

// form names how a snapshot is written and the rules that made it: any change of
// the code that folds, or of a type that is folded, gives another.
var form = sync.OnceValue(func() string {
	h := sha256.New()
	names, err := fs.Glob(source, "*.go")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := source.ReadFile(name)
		if err != nil {
			panic(fmt.Sprintf("a file that was built in can't be read: %v", err))
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	seen := map[reflect.Type]bool{}
	shape(h, reflect.TypeFor[frozen](), seen)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		shape(h, kinds[kind], seen)
	}
	return "state json " + hex.EncodeToString(h.Sum(nil)[:12])
})

// shape writes down a type with all that it holds, in other packages too.
func shape(w io.Writer, t reflect.Type, seen map[reflect.Type]bool) {
	fmt.Fprintf(w, "%s %s;", t, t.Kind())
	if seen[t] || t == reflect.TypeFor[time.Time]() {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Struct:
		for f := range t.Fields() {
			fmt.Fprintf(w, "%s %q ", f.Name, f.Tag)
			shape(w, f.Type, seen)
		}
	case reflect.Map:
		shape(w, t.Key(), seen)
		shape(w, t.Elem(), seen)
	case reflect.Slice, reflect.Pointer, reflect.Array:
		shape(w, t.Elem(), seen)
	}
}

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
