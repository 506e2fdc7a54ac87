package shell

import (
	"maps"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"deputy/agent/policy"
	"deputy/agent/sandbox"
	"deputy/agent/sandbox/sandboxtest"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/toolstest"
	"deputy/agent/workspace"
	"deputy/agent/workspace/checkpoint"
)

// programs are the lines of a Python script that runs at the end of a command.
const plantPrelude = "import os, shutil, subprocess\ndef put(p, s='#!/bin/sh\\ntouch planted-ran\\n'):\n  os.makedirs(os.path.dirname(p) or '.', exist_ok=True)\n  open(p, 'w').write(s); os.chmod(p, 0o755)\n"

// plants are attempts, each as a script of Python, to leave something behind that
// runs or is obeyed by itself.
var plants = []struct{ name, code string }{
	{"a hook", "put('.git/hooks/post-checkout')"},
	{"git's configuration", "open('.git/config','a').write('[core]\\nfsmonitor = ./evil\\n')"},
	{"git's configuration, replaced", "put('x', '[core]\\nfsmonitor = ./evil\\n'); os.replace('x', '.git/config')"},
	{"git's configuration, removed and made", "os.remove('.git/config'); put('.git/config', '[core]\\nfsmonitor = ./evil\\n')"},
	{"the repository, moved away", "os.rename('.git', 'old'); shutil.copytree('old', '.git'); put('.git/hooks/post-checkout')"},
	{"the repository, copied and swapped", "shutil.copytree('.git', 'new'); put('new/hooks/post-checkout'); shutil.rmtree('.git'); os.rename('new', '.git')"},
	{"the folder around a repository", "os.rename('lib', 'lib2'); put('lib/.git/config', '[core]\\nfsmonitor = ./evil\\n')"},
	{"another configuration of the repository", "put('.git/config.worktree', '[core]\\nfsmonitor = ./evil\\n')"},
	{"another common directory", "put('.git/commondir', '../evil\\n')"},
	{"a link in place of hooks", "shutil.rmtree('.git/hooks', ignore_errors=True); os.symlink('../evil', '.git/hooks')"},
	{"a new repository", "put('sub/.git/config', '[core]\\nfsmonitor = ./evil\\n'); put('sub/.git/HEAD', 'ref: refs/heads/x'); os.makedirs('sub/.git/objects'); os.makedirs('sub/.git/refs')"},
	{"git init", "subprocess.run(['git', 'init', '-q', 'fresh'])"},
	{"a repository without a work tree", "subprocess.run(['git', 'init', '-q', '--bare', 'fresh'])"},
	{"a repository in two halves", "put('half/HEAD', 'ref: refs/heads/x'); put('half/commondir', '../other'); put('other/config', ''); os.makedirs('other/objects'); os.makedirs('other/refs')"},
	{"a file in place of .git", "put('sub/.git', 'gitdir: ../evil')"},
	{"a pipe in place of a configuration, which keeps its reader waiting", "os.makedirs('sub/.git'); os.mkfifo('sub/.git/config')"},
	{"a rebase to go on with", "put('.git/rebase-merge/git-rebase-todo', 'exec ./evil\\n')"},
	{"hooks of the workspace", "put('tooling/post-merge')"},
	{"hooks of husky", "put('.husky/pre-commit')"},
	{".envrc", "put('.envrc')"},
	{".envrc, deeper", "put('a/b/.envrc')"},
	{"tasks of an editor", "put('.vscode/tasks.json', '{}')"},
	{"another case", "put('.VSCode/tasks.json', '{}')"},
	{"another form", "put('.vscode\\u200b/tasks.json', '{}'); put('．envrc')"},
	{"a link", "put('evil'); os.symlink('evil', '.envrc')"},
	{"a hard link", "put('evil'); os.link('evil', '.envrc')"},
	{"a rename", "put('evil'); os.rename('evil', '.envrc')"},
	{"a rename of a folder", "put('evil/tasks.json', '{}'); os.rename('evil', '.vscode')"},
	{"through a link", "os.symlink('.git/hooks', 'h'); put('h/post-checkout')"},
	{"in a folder that can't be listed", "put('dark/.envrc'); os.fchmod(os.open('dark', 0), 0o100)"},
	{"an unpacked archive", "put('e/.vscode/tasks.json', '{}'); shutil.make_archive('a', 'tar', 'e'); shutil.rmtree('e'); subprocess.run(['tar', 'xf', 'a.tar'])"},
	{"settings of another agent", "put('.claude/settings.json', '{}')"},
	{"a change of what was there", "open('lib/.envrc','a').write('evil\\n')"},
	{"a change by another name", "open('other-name','a').write('evil\\n')"},
	{"a link in place of what was there", "os.remove('lib/.envrc'); os.symlink('../evil', 'lib/.envrc')"},
	{"its loss", "os.remove('lib/.envrc')"},
}

// TestPlants: nothing that runs by itself is left behind by a script, whichever
// kind of sandbox it ran in, and the repository is sound.
func TestPlants(t *testing.T) {
	for i, tt := range plants {
		if racing && i%4 != 0 {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := toolstest.NewSpace(t)
			s.File("a.txt", "one\n")
			s.File("lib/.envrc", "export A=1\n")
			s.Repository()
			s.Git("config", "core.hooksPath", "tooling")
			s.Git("init", "-q", "--template=", "lib")
			if err := os.Link(filepath.Join(s.Dir(), "lib/.envrc"), filepath.Join(s.Dir(), "other-name")); err != nil {
				t.Fatal(err)
			}
			s.File("plant.py", plantPrelude+tt.code+"\n")
			before := s.ObeyedNow()
			all := map[string]runCommand{}
			for kind, box := range sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{}) {
				all[kind] = newRunCommand(s.Workspace, box)
			}
			if b, ok := all[sandbox.Bubblewrap]; ok { // and where there can be no overlay
				all["copied"] = newRunCommand(s.Workspace, b.box)
				all["copied"].shared.kind = checkpoint.Copy
			}
			for kind, run := range all {
				r, err := tooltest.Planned(t, run, commandArgs{"python3 plant.py"}).Do(t.Context(), "k")
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				for p, now := range s.ObeyedNow() { // moved with the folder around it, at most
					if !slices.ContainsFunc(slices.Collect(maps.Keys(before)), func(was string) bool { return path.Base(was) == path.Base(p) && before[was] == now }) {
						t.Errorf("%s: %s is left: %s\n%s", kind, p, now, r.Text)
					}
				}
				if _, err := run.Undo(t.Context(), r.Undo); err != nil {
					t.Errorf("%s: undo: %v", kind, err)
				}
				if after := s.ObeyedNow(); !maps.Equal(after, before) {
					t.Errorf("%s: after the undo: got\n%v\nwant\n%v\n%s", kind, after, before, r.Text)
				}
				if got := s.Text("other-name"); got != "export A=1\n" {
					t.Errorf("%s: another name of a protected file: got %q", kind, got)
				}
				s.Git("status")
				s.Git("log")
				s.Git("checkout", "-q", "-b", kind)
				if s.Text("planted-ran") != "-" {
					t.Errorf("%s: it ran", kind)
				}
			}
		})
	}
}

// TestSecretsAreShut: no command sees a secret unless it names it and is allowed.
func TestSecretsAreShut(t *testing.T) {
	for kind := range sandboxtest.Missing() {
		for _, command := range []string{
			"python3 -c 'print(open(\".e\"+\"nv\").read())'", "cat .e*", "grep -r hunter2 .", "cat soft", "cat hard.txt", "x=$(printf '.e%s' nv); cat $x", "cat keys/*", "cp -r .ss? copy; cat copy/*", "ln .e?v other; cat other", "mv .e?v other; cat other",
			"tar cf - . | tar xfO - | cat", "mv keys keys2; cat keys2/*", "python3 - <<'E'\nimport os\nfor d, _, fs in os.walk('.'):\n  for f in fs:\n    try: print(open(os.path.join(d, f)).read())\n    except OSError as e: print(e)\nE", "cat sub/.env.lo*", "cat .git/cred*", "cd .ssh; cat i*",
		} {
			s := toolstest.ProtectedSpace(t)
			tool := newRunCommand(s.Workspace, sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{})[kind])
			a, err := tool.Plan(t.Context(), tooltest.Args(t, commandArgs{command}))
			if err != nil {
				t.Fatal(err)
			}
			if a.Level == policy.Restricted {
				continue // it is asked for
			}
			r, err := a.Do(t.Context(), "k")
			if err != nil {
				t.Fatalf("%s: %s: %v", kind, command, err)
			}
			if strings.Contains(r.Text, "hunter2") {
				t.Errorf("%s: %s: got %q", kind, command, r.Text)
			}
			if len(r.Undo) > 0 {
				if _, err := tool.Undo(t.Context(), r.Undo); err != nil {
					t.Errorf("%s: %s: undo: %v", kind, command, err)
				}
			}
			for name, want := range map[string]string{".env": "TOKEN=hunter2\n", "keys/server.pem": "hunter2\n", ".ssh/id_ed25519": "hunter2\n"} {
				if got := s.Text(name); got != want {
					t.Errorf("%s: %s: %s: got %q, want %q", kind, command, name, got, want)
				}
			}
		}
		s := toolstest.ProtectedSpace(t)
		tool := newRunCommand(s.Workspace, sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{})[kind])
		if got, err := tooltest.Planned(t, tool, commandArgs{"cat .env"}).Do(t.Context(), "k"); err != nil || !strings.Contains(got.Text, "hunter2") {
			t.Errorf("%s: allowed: got %q, %v", kind, got.Text, err)
		}
	}
}

// TestDoorsAreShut: a pipe or a socket in the workspace leads to another program,
// which no command reaches that was not asked about.
func TestDoorsAreShut(t *testing.T) {
	for _, tt := range []struct {
		name, command string
		level         policy.Level
	}{
		{"a pipe", "timeout 2 sed -n 'w sub/pipe' a.txt", policy.Look},
		{"a pipe, by another reader's output", "timeout 2 uniq a.txt sub/pipe", policy.Draft},
		{"a pipe, from a script", "timeout 2 python3 -c \"open('sub/pipe', 'w').write('x')\"", policy.Draft},
		{"a socket", "python3 -c \"import socket; socket.socket(socket.AF_UNIX).connect('sub/socket')\"", policy.Draft},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := toolstest.NewSpace(t)
			s.File("a.txt", "one\n")
			s.File("sub/b.txt", "two\n")
			pipe := filepath.Join(s.Dir(), "sub/pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			end, err := os.OpenFile(pipe, os.O_RDWR|syscall.O_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer end.Close()
			t.Chdir(s.Dir()) // the name of a socket is short
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: "sub/socket", Net: "unix"})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			for kind, box := range sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{}) {
				a := tooltest.Planned(t, newRunCommand(s.Workspace, box), commandArgs{tt.command})
				if kind == sandbox.Bubblewrap && a.Level != tt.level {
					t.Errorf("got %v, want %v", a.Level, tt.level)
				}
				if r, err := a.Do(t.Context(), "k"); err != nil {
					t.Errorf("%s: got %v, %v", kind, r, err)
				}
				if err := end.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
					t.Fatal(err)
				}
				if n, _ := end.Read(make([]byte, 10)); n > 0 && a.Level < policy.External {
					t.Errorf("%s: %d bytes came through the pipe", kind, n)
				}
				if err := l.SetDeadline(time.Now().Add(time.Millisecond)); err != nil {
					t.Fatal(err)
				}
				if c, err := l.Accept(); err == nil {
					c.Close()
					t.Errorf("%s: the socket was reached", kind)
				}
			}
		})
	}
}

// TestGitInTheSandbox: what a repository is for goes on.
func TestGitInTheSandbox(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File("a.txt", "one\n")
	s.Repository()
	s.Git("config", "--remove-section", "user")
	for kind, box := range sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{Author: "Kim", AuthorMail: "kim@acme.example"}) {
		tool := newRunCommand(s.Workspace, box)
		for _, tt := range []struct{ command, want string }{
			{"git status --short", ""}, {"echo two >> a.txt; git diff", "+two"}, {"git add -A && git commit -q -m second && git log --oneline", "second"},
			{"git checkout -q -b other && echo x > b.txt && git add b.txt && git commit -q -m third && git checkout -q main && git merge -q other && git log --oneline", "third"},
			{"git stash -q; git tag v1; git branch", "other"}, {"echo y > b.txt; git stash -q; git stash pop -q; cat b.txt", "y"}, {"git reset -q --hard HEAD~1; git status --short; ls", "a.txt"}, {"git gc -q && git fsck 2>&1; git log --oneline", "second"},
		} {
			r, err := tooltest.Planned(t, tool, commandArgs{tt.command}).Do(t.Context(), "k")
			if err != nil || !strings.Contains(r.Text, tt.want) || strings.Contains(r.Text, "fatal") || strings.Contains(r.Text, "[exit") || strings.Contains(r.Text, "taken back") {
				t.Errorf("%s: %s: got %q, %v, want %q in it", kind, tt.command, r.Text, err, tt.want)
			}
		}
		s.Git("fsck")
		s.Git("checkout", "-q", "main")
		s.Git("branch", "-q", "-D", "other")
		s.Git("tag", "-d", "v1")
	}
}

// TestVet: what a layer must not bring is taken out of it before it is in place.
func TestVet(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File(".git/config", "[core]\n")
	g, err := s.Guard(workspace.Free, true)
	if err != nil {
		t.Fatal(err)
	}
	upper := t.TempDir()
	for _, name := range []string{"a.txt", ".git/index", ".git/commondir", ".git/hooks/post-checkout", "sub/.git/config", ".vscode/tasks.json", "bare/HEAD", "bare/objects/x", "bare/refs/x", ".env"} {
		if err := os.MkdirAll(filepath.Join(upper, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(upper, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	took, err := g.Vet(upper)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(took)
	if want := []string{".git/commondir", ".git/hooks", ".vscode", "bare/HEAD", "sub/.git"}; !slices.Equal(took, want) {
		t.Errorf("got %q, want %q", took, want)
	}
	for name, want := range map[string]bool{"a.txt": true, ".git/index": true, "bare/objects/x": true, ".env": true, ".vscode": false, ".git/commondir": false} {
		if _, err := os.Lstat(filepath.Join(upper, name)); (err == nil) != want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestKilledWhilePlanting: a command that was cut off with Deputy leaves nothing
// that runs by itself behind, once Deputy has started again.
func TestKilledWhilePlanting(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File(".git/config", "[core]\n")
	s.File(".envrc", "export A=1\n")
	g, err := s.Guard(workspace.Free, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Note(); err != nil {
		t.Fatal(err)
	}
	s.File(".git/hooks/post-checkout", "evil")
	s.File("sub/.git/config", "evil")
	s.File("a.txt", "hello")
	undo := filepath.Dir(s.Scratch())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := workspace.New(s.Dir(), undo)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if s.Text(".git/hooks/post-checkout") != "-" || s.Text("sub/.git/config") != "-" || s.Text("a.txt") != "hello" || s.Text(".envrc") != "export A=1\n" || len(w.CutOff) != 1 {
		t.Errorf("got %q, %q, %q and %q", s.Text(".git/hooks/post-checkout"), s.Text("sub/.git/config"), s.Text("a.txt"), w.CutOff)
	}
}
