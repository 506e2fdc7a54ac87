package llama

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestWarm(t *testing.T) {
	dir, model := t.TempDir(), fakeModel(t)
	fills := 0
	warm := func(s *Server, prefix string) {
		t.Helper()
		if err := s.Warm(t.Context(), []byte(prefix), func(context.Context) error { fills++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	s := mustStart(t, "", Options{CacheDir: dir, Model: model})
	warm(s, "one")
	s.Close()
	s = mustStart(t, "", Options{CacheDir: dir, Model: model})
	warm(s, "one")
	if fills != 1 {
		t.Errorf("filled %d times, want once: the second start has the cache", fills)
	}
	warm(s, "two")
	if fills != 2 {
		t.Errorf("filled %d times, want 2: another prefix is another cache", fills)
	}
	path := filepath.Join(dir, s.cacheName([]byte("two")))
	if i, err := os.Stat(path); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("got %v and %v, want a file of mode 0600", i, err)
	}
	if err := os.WriteFile(path, []byte("cut"), 0o600); err != nil {
		t.Fatal(err)
	}
	warm(s, "two")
	if fills != 3 {
		t.Errorf("filled %d times, want 3: a broken cache counts for nothing", fills)
	}
	for _, p := range []string{"three", "four", "five"} {
		warm(s, p)
	}
	kept, _ := os.ReadDir(dir)
	if len(kept) > keptCaches {
		t.Errorf("got %d caches kept, want at most %d", len(kept), keptCaches)
	}
	failed := errors.New("no")
	if err := s.Warm(t.Context(), []byte("six"), func(context.Context) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v, want %v", err, failed)
	}
	other := mustStart(t, "", Options{CacheDir: dir, Model: fakeModel(t), Context: 100})
	if a, b := s.cacheName([]byte("x")), other.cacheName([]byte("x")); a == b {
		t.Errorf("two models share the cache %s", a)
	}
}
