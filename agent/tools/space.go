package tools

import (
	"deputy/agent/tool"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

type space struct {
	*Workspace
	tools map[string]tool.Tool
	t     *testing.T
}

func newSpace(t *testing.T) space {
	t.Helper()
	base := t.TempDir()
	w, err := NewWorkspace(filepath.Join(base, "work"), filepath.Join(base, "state", "undo"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	s := space{w, map[string]tool.Tool{}, t}
	noon := func() time.Time { return time.Date(2026, 11, 23, 14, 5, 30, 0, time.UTC) }
	for _, tool := range append(Files(w), Notes(w, NoteOptions{Clock: noon})...) {
		s.tools[tool.Spec().Name] = tool
	}
	return s
}

func (s space) file(name, text string) {
	s.t.Helper()
	p := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// text is a file's content, "-" if there is none.
func (s space) text(name string) string {
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return "-"
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

func (s space) do(tool, key string, v any) tool.Result {
	s.t.Helper()
	r, err := planned(s.t, s.tools[tool], v).Do(s.t.Context(), key)
	if err != nil {
		s.t.Fatalf("%s %+v: %v", tool, v, err)
	}
	return r
}

func (s space) undo(name string, r tool.Result) error {
	s.t.Helper()
	_, err := s.tools[name].(tool.Undoer).Undo(s.t.Context(), r.Undo)
	return err
}
