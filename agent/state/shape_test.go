package state

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

var write = flag.Bool("write", false, "write testdata/shape.txt anew, if snapshotSchema was raised")

// TestSnapshotShape: whoever changes what a State holds raises snapshotSchema, so that no
// snapshot of another shape is read.
func TestSnapshotShape(t *testing.T) {
	const path = "testdata/shape.txt"
	got := &shape{seen: map[reflect.Type]bool{}}
	fmt.Fprintln(got, SchemaID)
	got.walk(reflect.TypeFor[State]())
	want, err := os.ReadFile(path)
	if *write && (err != nil || !strings.HasPrefix(string(want), SchemaID+"\n")) {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s\nA State holds something else than it did: raise snapshotSchema, then go test ./agent/state -run Shape -write and go test ./agent -run Golden -golden", got, want)
	}
}

// A shape lists what is written of a type and of all types that it holds.
type shape struct {
	strings.Builder
	seen map[reflect.Type]bool
}

func (s *shape) walk(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		s.walk(t.Elem())
	case reflect.Map:
		s.walk(t.Key())
		s.walk(t.Elem())
	case reflect.Struct:
		if s.seen[t] || !strings.HasPrefix(t.PkgPath(), "deputy/") {
			return
		}
		s.seen[t] = true
		var held []reflect.Type
		fmt.Fprintf(s, "\n%s\n", t)
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
				fmt.Fprintf(s, "\t%s %s %s\n", f.Name, f.Type, f.Tag.Get("json"))
				held = append(held, f.Type)
			}
		}
		for _, h := range held {
			s.walk(h)
		}
	}
}
