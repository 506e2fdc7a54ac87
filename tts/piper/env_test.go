package piper

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoKeysForPiper: the program that speaks is told no key.
func TestNoKeysForPiper(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "hunter2")
	t.Setenv("DEPUTY_SMTP_PASSWORD", "hunter2")
	python := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(python, []byte("#!/bin/sh\nenv > \"$0.env\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	p, err := start(Options{Python: python})
	if err != nil {
		t.Fatal(err)
	}
	<-p.gone
	told, err := os.ReadFile(python + ".env")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(told), "hunter2") || !strings.Contains(string(told), "PATH=") {
		t.Errorf("got %s", told)
	}
}
