package toolstest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent/tool"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/files"
	"deputy/agent/tools/notes"
	"deputy/agent/workspace"
)

type Space struct {
	*workspace.Workspace
	Tools map[string]tool.Tool
	t     *testing.T
}

func NewSpace(t *testing.T) Space {
	t.Helper()
	base := t.TempDir()
	w, err := workspace.New(filepath.Join(base, "work"), filepath.Join(base, "state", "undo"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	s := Space{w, map[string]tool.Tool{}, t}
	noon := func() time.Time { return time.Date(2026, 11, 23, 14, 5, 30, 0, time.UTC) }
	for _, tool := range append(files.Tools(w), notes.Tools(w, notes.Options{Clock: noon})...) {
		s.Tools[tool.Spec().Name] = tool
	}
	return s
}

func (s Space) File(name, text string) {
	s.t.Helper()
	p := filepath.Join(s.Dir(), name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// Text is a file's content, "-" if there is none.
func (s Space) Text(name string) string {
	b, err := os.ReadFile(filepath.Join(s.Dir(), name))
	if errors.Is(err, os.ErrNotExist) {
		return "-"
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

func (s Space) Do(tool, key string, v any) tool.Result {
	s.t.Helper()
	r, err := tooltest.Planned(s.t, s.Tools[tool], v).Do(s.t.Context(), key)
	if err != nil {
		s.t.Fatalf("%s %+v: %v", tool, v, err)
	}
	return r
}

func (s Space) Undo(name string, r tool.Result) error {
	s.t.Helper()
	_, err := s.Tools[name].(tool.Undoer).Undo(s.t.Context(), r.Undo)
	return err
}

// Repository makes a git repository in the workspace, with a commit.
func (s Space) Repository() {
	s.t.Helper()
	s.Git("init", "-q", "--template=", "-b", "main")
	f, err := os.OpenFile(filepath.Join(s.Dir(), ".git/config"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString("[user]\n\tname = Kim\n\temail = kim@acme.example\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.Git("add", "-A")
	s.Git("commit", "-q", "-m", "first")
}

func (s Space) Git(args ...string) string {
	s.t.Helper()
	c := exec.Command("git", args...)
	c.Dir = s.Dir()
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Dir(s.Dir())}
	out, err := c.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %q: %v: %s", args, err, out)
	}
	return string(out)
}

// ObeyedNow is all of the workspace that is run or obeyed by itself, by path.
func (s Space) ObeyedNow() map[string]string {
	found := s.Protected().Scan(s.Root(), true)
	all := map[string]string{}
	for _, f := range found.Files(s.Root()) {
		text, _ := os.ReadFile(filepath.Join(s.Dir(), f.Path))
		link, _ := os.Readlink(filepath.Join(s.Dir(), f.Path))
		if f.Path != "other-name" { // what is brought back has no other name any more
			all[f.Path] = f.Info.Mode().String() + " " + link + " " + string(text)
		}
	}
	for _, dir := range found.Git {
		all[dir.Path] = "repository"
	}
	return all
}

// Listing is everything in the workspace: path, mode, time, content or
// where a link leads.
func (s Space) Listing() string {
	s.t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(s.Dir(), func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrPermission) {
			fmt.Fprintf(&b, "%q is closed\n", p)
			return fs.SkipDir
		} else if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(s.Dir(), p)
		what := ""
		switch {
		case d.Type() == fs.ModeSymlink:
			what, err = os.Readlink(p)
			fmt.Fprintf(&b, "%q -> %s\n", rel, what)
			return err
		case d.Type().IsRegular():
			data, err := os.ReadFile(p)
			if err != nil && !errors.Is(err, fs.ErrPermission) {
				return err
			}
			if what = string(data); len(data) > 512 {
				what = fmt.Sprintf("%x", sha256.Sum256(data))
			}
		}
		fmt.Fprintf(&b, "%q %v %v %q\n", rel, info.Mode(), info.ModTime().UnixNano(), what)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return b.String()
}

// Full makes a workspace with something of each kind in it.
func (s Space) Full(outside string) {
	s.t.Helper()
	s.File("a.txt", "one\n")
	s.File("empty", "")
	s.File("run.sh", "#!/bin/sh\n")
	s.File("notes/day.md", "monday\n")
	s.File("notes/old/jan.md", "january\n")
	s.File("closed/x", "x\n")
	for p, mode := range map[string]fs.FileMode{"run.sh": 0o755, "a.txt": 0o600, "closed": 0o750} {
		if err := os.Chmod(filepath.Join(s.Dir(), p), mode); err != nil {
			s.t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"link": "a.txt", "out": outside, "dangling": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(s.Dir(), name)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// ProtectedSpace holds something of each kind of protected path, and other names for them.
func ProtectedSpace(t *testing.T) Space {
	t.Helper()
	s := NewSpace(t)
	for name, text := range map[string]string{
		".git/config": "[core]\n\thooksPath = tooling\n[include]\n\tpath = ../later.cfg\n\tpath = ../now.cfg\n", "now.cfg": "[core]\n\thooksPath = hooks/later\n", ".git/HEAD": "ref: refs/heads/main\n", ".git/objects/x": "", ".git/refs/x": "",
		".envrc": "export A=1\n", ".vscode/tasks.json": "{}\n", "sub/.husky/pre-commit": "npm test\n", "tooling/pre-commit": "make\n",
		".git/credentials": "hunter2\n", ".env": "TOKEN=hunter2\n", "sub/.env.local": "TOKEN=hunter2\n", "keys/server.pem": "hunter2\n", ".ssh/id_ed25519": "hunter2\n",
		"plain.txt": "hello\n", ".env.example": "TOKEN=\n",
	} {
		s.File(name, text)
	}
	t.Setenv("HOME", filepath.Dir(s.Dir()))
	s.File("now.cfg", s.Text("now.cfg")+"\tgpg.program = x\n\thooksPath = "+s.Dir()+"/absolute\n\thooksPath = ~/"+filepath.Base(s.Dir())+"/of-home\n")
	s.File("lib/.git/config", "[core]\n\thooksPath = "+s.Dir()+"/lib/hooks\n")
	for name, to := range map[string]string{"soft": ".env", "git": ".git", "rc": ".envrc", "far": "sub/../git", "deep": "sub"} {
		if err := os.Symlink(to, filepath.Join(s.Dir(), name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, of := range map[string]string{"hard.txt": ".env", "hardrc.txt": ".envrc"} {
		if err := os.Link(filepath.Join(s.Dir(), of), filepath.Join(s.Dir(), name)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
