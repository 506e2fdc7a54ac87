package workspace

import (
	"os"
	"path/filepath"
	"testing"
)

func TestKindByName(t *testing.T) {
	p, err := NewProtected([]string{"deploy/hooks", "!.idea"}, []string{"*.token"})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]Kind{
		".git": Runs, "a/.git/x": Runs, ".GIT/config": Runs, "GIT~1/config": Runs, ".g\u200cit/config": Runs, ".git ./config": Runs, "．ｇｉｔ/config": Runs,
		".e\u0301nv": Free, "deploy/hooks/x": Runs, "a/Deploy/hooks": Runs, "deploy/x": Free, ".idea/x": Free,
		".env": Secret, ".Env.Local": Secret, ".env.example": Free, "x/y.token": Secret, "a.pem": Secret, "cacert.pem": Free, ".ssh/config": Secret, ".npmrc": Runs | Secret,
		"environment": Free, ".gitignore": Free, "..git": Free, ".": Free,
	} {
		if got := p.Of(path); got != want {
			t.Errorf("%q: got %d, want %d", path, got, want)
		}
	}
	for _, bad := range []string{"", "[", "../x", "."} {
		if _, err := NewProtected([]string{bad}, nil); err == nil {
			t.Errorf("%q: got no error", bad)
		}
	}
}

// TestScan: what is there is found once, and of a git directory only what git obeys.
func TestScan(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		".git/config": "[core]\n\thooksPath = tooling\n[include]\n\tpath = ../shared.cfg\n[alias]\n\tst = !scripts/st.sh now\n", ".git/hooks/pre-commit": "", ".git/HEAD": "", ".git/objects/a/b": "", ".git/refs/x": "",
		".git/modules/lib/HEAD": "", ".git/modules/lib/objects/x": "", ".git/modules/lib/refs/x": "", ".git/modules/lib/config": "[core] hooksPath=libhooks\n", "tooling/x": "", "shared.cfg": "[include]\npath = shared.cfg\n[core]\n\thooksPath = chained\n", "scripts/st.sh": "", "scripts/other.sh": "",
		"half/HEAD": "", "half/commondir": "../other", "half/config.worktree": "", "lib/.git": "gitdir: ../.git/modules/lib\n", "lib/libhooks/x": "", "chained/x": "",
		"bare/HEAD": "", "bare/objects/x": "", "bare/refs/x": "", "bare/config": "", "bare/.env": "", ".git/credentials": "", ".git/refs/heads/secrets": "", ".git/modules/lib/x.pem": "", "sub/.vscode/tasks.json": "", "sub/.vscode/.env": "", ".env": "", "a.txt": "",
	} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	p, err := NewProtected(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := p.Scan(root, false)
	got := map[string]Kind{}
	for _, f := range found.Paths {
		got[f.Path] |= f.Kind
	}
	want := map[string]Kind{
		".git/config": Runs, ".git/hooks": Runs, ".git/modules/lib/config": Runs, "tooling": Runs, "shared.cfg": Runs, "scripts/st.sh": Runs,
		"half/commondir": Runs, "half/config.worktree": Runs, "lib/.git": Runs, "lib/libhooks": Runs, "chained": Runs,
		"bare/.env": Secret, ".git/credentials": Secret, ".git/modules/lib/x.pem": Secret,
		"bare/config": Runs, "sub/.vscode": Runs, "sub/.vscode/.env": Runs | Secret, ".env": Secret,
	}
	for path, k := range want {
		if got[path] != k {
			t.Errorf("%s: got %d, want %d", path, got[path], k)
		}
	}
	for path := range got {
		if want[path] == Free {
			t.Errorf("%s was found", path)
		}
	}
	if len(found.Git) != 4 {
		t.Errorf("git directories: got %v, want 4", found.Git)
	}
}
