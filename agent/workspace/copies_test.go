package workspace

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/agent/policy"
	"deputy/agent/workspace/checkpoint"
)

func TestCopiesAreChecked(t *testing.T) {
	w := opened(t)
	name, err := w.copies.put([]byte("old"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.copies.get(name)
	if err != nil || !bytes.Equal(got, []byte("old")) {
		t.Errorf("got %q, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(w.copies.root.Name(), "copies", name[:2], name), []byte("bad"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.copies.get(name); err == nil {
		t.Error("a damaged copy: got no error")
	}
	if _, err := w.copies.get("../../etc/passwd"); err == nil {
		t.Error("a path for a name: got no error")
	}
}

func opened(t *testing.T) *Workspace {
	t.Helper()
	base := t.TempDir()
	w, err := New(filepath.Join(base, "work"), filepath.Join(base, "state", "undo"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func TestLeftoversAndCap(t *testing.T) {
	w := opened(t)
	write := func(name, text string) change {
		t.Helper()
		ch, err := w.Apply(t.Context(), "", name, policy.Draft, func([]byte, bool) ([]byte, error) { return []byte(text), nil })
		if err != nil {
			t.Fatal(err)
		}
		return ch
	}
	temp := w.abs(TempPrefix + sum([]byte("a.txt"))[:16])
	if err := os.WriteFile(temp, []byte("half of"), 0o644); err != nil {
		t.Fatal(err)
	}
	write("a.txt", "whole")
	if _, err := os.Stat(temp); err == nil {
		t.Error("the leftover is still there")
	}
	w.copies.limit = 10_000
	var results []change
	for i := range 10 {
		results = append(results, write("b.txt", strings.Repeat(string(rune('a'+i)), 3000)))
	}
	if w.copies.total > w.copies.limit {
		t.Errorf("copies take %d bytes, want at most %d", w.copies.total, w.copies.limit)
	}
	if _, err := w.revert(results[9]); err != nil {
		t.Errorf("the last change: %v", err)
	}
	if _, err := w.revert(results[1]); err == nil {
		t.Error("a change whose copy is gone: got no error")
	}
}

// TestTryOverlayBesideACommand: trying an overlay while a command runs doesn't lose
// what others changed meanwhile.
func TestTryOverlayBesideACommand(t *testing.T) {
	w := opened(t)
	c, err := w.Begin(checkpoint.Copy)
	if err != nil {
		t.Fatal(err)
	}
	write := func([]byte, bool) ([]byte, error) { return []byte("by another tool"), nil }
	if _, err := w.Apply(t.Context(), "", "a.txt", policy.Draft, write); err != nil {
		t.Fatal(err)
	}
	if err := w.TryOverlay(func(*checkpoint.Layer) error { return nil }); err != nil {
		t.Fatal(err)
	}
	id, err := w.End(c)
	if err := errors.Join(err, w.Settle(id, nil)); err != nil {
		t.Fatal(err)
	}
	if id != "" {
		o, err := w.UndoCommand(id)
		if err != nil || len(o.Removed) > 0 {
			t.Errorf("got %+v, %v, want another tool's file left alone", o, err)
		}
	}
	if data, err := os.ReadFile(w.abs("a.txt")); err != nil || string(data) != "by another tool" {
		t.Errorf("got %q, %v, want the file of another tool", data, err)
	}
}
