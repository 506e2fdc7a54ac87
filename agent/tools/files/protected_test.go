package files_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/agent/policy"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/files"
	"deputy/agent/tools/toolstest"
)

// TestProtectedPaths: one list for every tool, whatever a path is called.
func TestProtectedPaths(t *testing.T) {
	s := toolstest.ProtectedSpace(t)
	const startup, secret, free = "startup", "secret", ""
	for _, tt := range []struct{ path, kind string }{
		{".git/config", startup}, {".git/hooks/post-checkout", startup}, {".git/index", startup}, {".envrc", startup}, {".husky/pre-commit", startup}, {"sub/.husky/pre-commit", startup},
		{".vscode/tasks.json", startup}, {"sub/new/.vscode/tasks.json", startup}, {"sub/.git/config", startup}, {"sub/.git", startup}, {"tooling/pre-commit", startup}, {"tooling/post-merge", startup}, {"later.cfg", startup}, {"now.cfg", startup}, {"hooks/later/post-merge", startup}, {"hooks/x", free}, {"absolute/pre-commit", startup}, {"of-home/pre-commit", startup}, {"lib/hooks/pre-commit", startup},
		{".GIT/config", startup}, {".Envrc", startup}, {"notes/../.git/config", startup}, {"./.git//config", startup}, {".ENVRC", startup}, {".vscode/../.git/config", startup}, {"/workspace/.envrc", startup},
		{"．envrc", startup}, {"git/hooks/post-checkout", startup}, {"git/config", startup}, {"far/config", startup}, {"deep/.husky/pre-commit", startup}, {"hardrc.txt", startup},
		{".env", secret}, {".ENV", secret}, {"sub/.env.local", secret}, {"sub/../.env", secret}, {"keys/server.pem", secret}, {"keys/other.PEM", secret}, {".ssh/id_ed25519", secret}, {".ssh/config", secret},
		{"deep/.env.local", secret}, {"hard.txt", secret},
		{"plain.txt", free}, {".env.example", free}, {"notes/environment.md", free}, {"git.txt", free}, {"notes/.gitignore", free}, {"keys.md", free},
	} {
		write, err := s.Tools["write_file"].Plan(t.Context(), tooltest.Args(t, files.WriteArgs{Path: tt.path, Text: "x"}))
		if err != nil && tt.path != "sub/.git" && tt.path != "．envrc" {
			t.Errorf("write %s: %v", tt.path, err)
			continue
		}
		want := map[string]policy.Level{startup: policy.Commit, secret: policy.Restricted, free: policy.Draft}[tt.kind]
		if err == nil && (write.Level != want || tt.kind != free && write.Facts[tt.kind] != "yes") {
			t.Errorf("write %s: got %v with %v, want %v (%s)", tt.path, write.Level, write.Facts, want, tt.kind)
		}
		if a, err := s.Tools["delete_file"].Plan(t.Context(), tooltest.Args(t, files.PathArgs{Path: tt.path})); err == nil && (a.Level != want || tt.kind != free && a.Facts[tt.kind] != "yes") {
			t.Errorf("delete %s: got %v with %v, want %v", tt.path, a.Level, a.Facts, want)
		}
		for _, old := range []string{"hunter2", "export", "hello", "core", "npm", "{}", "make", "TOKEN="} {
			if a, err := s.Tools["edit_file"].Plan(t.Context(), tooltest.Args(t, files.EditArgs{Path: tt.path, Old: old, New: "x"})); err == nil && (a.Level != want || tt.kind != free && a.Facts[tt.kind] != "yes") {
				t.Errorf("edit %s: got %v with %v, want %v", tt.path, a.Level, a.Facts, want)
			}
		}
		look := policy.Look
		if tt.kind == secret {
			look = policy.Restricted
		}
		if a, err := s.Tools["read_file"].Plan(t.Context(), tooltest.Args(t, files.PathArgs{Path: tt.path})); err == nil && a.Level != look {
			t.Errorf("read %s: got %v, want %v", tt.path, a.Level, look)
		}
	}
	for _, p := range []string{"soft", "far/../rc"} { // a link is named as itself, and read through
		if a, err := s.Tools["read_file"].Plan(t.Context(), tooltest.Args(t, files.PathArgs{Path: p})); err == nil && p == "soft" && a.Level != policy.Restricted {
			t.Errorf("read %s: got %v, want Restricted", p, a.Level)
		}
	}
	if got := s.Do("search_files", "k", files.QueryArgs{Query: "hunter2"}).Text; !strings.Contains(got, "nothing was found") {
		t.Errorf("search: got %q, want nothing of a secret", got)
	}
	if got := s.Do("search_files", "k", files.QueryArgs{Query: "hello"}).Text; !strings.Contains(got, "plain.txt") {
		t.Errorf("search: got %q, want plain.txt", got)
	}
}

// TestProtectedMeanwhile: what became protected between its plan and its deed is left alone.
func TestProtectedMeanwhile(t *testing.T) {
	s := toolstest.ProtectedSpace(t)
	s.File("dir/config", "mine\n")
	write := tooltest.Planned(t, s.Tools["write_file"], files.WriteArgs{Path: "dir/config", Text: "x"})
	fresh := tooltest.Planned(t, s.Tools["write_file"], files.WriteArgs{Path: "dir/hooks/post-checkout", Text: "x"})
	s.File("r.txt", "mine\n")
	read := tooltest.Planned(t, s.Tools["read_file"], files.PathArgs{Path: "r.txt"})
	if err := os.RemoveAll(filepath.Join(s.Dir(), "dir")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(".git", filepath.Join(s.Dir(), "dir")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.Dir(), "r.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(".env", filepath.Join(s.Dir(), "r.txt")); err != nil {
		t.Fatal(err)
	}
	config := s.Text(".git/config")
	if _, err := write.Do(t.Context(), "k1"); err == nil || s.Text(".git/config") != config {
		t.Errorf("written through a new link: %v, %q", err, s.Text(".git/config"))
	}
	if _, err := fresh.Do(t.Context(), "k2"); err == nil || s.Text(".git/hooks/post-checkout") != "-" {
		t.Errorf("made through a new link: %v, %q", err, s.Text(".git/hooks/post-checkout"))
	}
	if r, err := read.Do(t.Context(), "k3"); err == nil {
		t.Errorf("read through a new link: %q", r.Text)
	}
}
