package llama

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFind(t *testing.T) {
	root := t.TempDir()
	t.Setenv("PATH", filepath.Join(root, "path"))
	put := func(parts ...string) string {
		path := filepath.Join(append([]string{root}, parts...)...)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	check := func(configured, want string) {
		t.Helper()
		got, err := Find(configured, root)
		if got != want || (want == "") != errors.Is(err, ErrNoProgram) {
			t.Errorf("Find(%q): got %q and %v, want %q", configured, got, err, want)
		}
		if want == "" && !strings.Contains(err.Error(), "make build") {
			t.Errorf("got %v, want it to say how to get one", err)
		}
	}
	check("", "")
	old := put("native", "llama-b1-x", "bin", "llama-server")
	check("", old)
	newer := put("native", "llama-b2-x", "bin", "llama-server")
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	check("", newer)
	linked := put("native", "bin", "llama-server")
	check("", linked)
	onPath := put("path", "llama-server")
	check("", onPath)
	check(old, old)
	check(filepath.Join(root, "nothing"), "")
}
