package shell

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"deputy/agent/policy"
	"deputy/agent/sandbox"
	"deputy/agent/sandbox/sandboxtest"
	"deputy/agent/tool"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/files"
	"deputy/agent/tools/toolstest"
	"deputy/agent/workspace/checkpoint"
)

func TestCommandUndo(t *testing.T) {
	for _, tt := range []struct {
		name, command, said string
		bwrapOnly           bool // it changes a mode by name
	}{
		{name: "nothing", command: "sh -c true", said: "as it was before"},
		{name: "overwrite", command: "echo two > a.txt", said: "as before: a.txt"},
		{name: "overwrite by a new file", command: "echo two > t && mv t a.txt", said: "as before: a.txt"},
		{name: "append", command: "echo two >> a.txt", said: "as before: a.txt"},
		{name: "truncate", command: "truncate -s 0 a.txt", said: "as before: a.txt"},
		{name: "fill an empty file", command: "echo x > empty", said: "as before: empty"},
		{name: "create", command: "echo new > new.txt", said: "removed again: new.txt"},
		{name: "create folders", command: "mkdir -p p/q/r && echo x > p/q/r/f && mkdir lonely", said: "removed again: p/q/r/f"},
		{name: "delete", command: "rm a.txt run.sh", said: "as before: a.txt, run.sh"},
		{name: "delete folders", command: "rm -r notes closed", said: "notes"},
		{name: "delete everything", command: "rm -rf ./* .[a-z]*", said: "+"},
		{name: "rename", command: "mv a.txt b.txt", said: "as before: a.txt; removed again: b.txt"},
		{name: "rename a folder", command: "mv notes memos", said: "removed again: memos/day.md, memos/old/jan.md"},
		{name: "move between folders", command: "mv notes/old/jan.md . && rmdir notes/old", said: "as before: notes/old"},
		{name: "swap", command: "mv a.txt t && mv run.sh a.txt && mv t run.sh", said: "as before: a.txt, run.sh"},
		{name: "modes", command: "chmod 777 a.txt && chmod 600 run.sh && chmod 700 notes && chmod -R go-rwx closed", said: "as before", bwrapOnly: true},
		{name: "a closed folder", command: "echo y > closed/y; rm closed/x; chmod 0 closed", said: "closed", bwrapOnly: true},
		{name: "a closed workspace", command: "echo y > y; chmod 0 .", said: "removed again: y", bwrapOnly: true},
		{name: "a closed file", command: "echo two > a.txt; chmod 0 a.txt", said: "as before: a.txt", bwrapOnly: true},
		{name: "a file becomes a folder", command: "rm a.txt && mkdir -p a.txt/b && echo x > a.txt/b/c", said: "as before: a.txt; removed again: a.txt/b/c"},
		{name: "a folder becomes a file", command: "rm -r notes && echo x > notes", said: "as before: notes"},
		{name: "a file becomes a link out", command: "rm a.txt && ln -s /etc/hostname a.txt", said: "as before: a.txt"},
		{name: "a folder becomes a link out", command: "rm -r notes && ln -s /tmp notes", said: "as before: notes"},
		{name: "links", command: "ln -sf run.sh link; rm dangling out; ln -s x new", said: "as before: dangling, link, out; removed again: new"},
		{name: "hard link", command: "ln a.txt hard; echo more >> hard", said: "as before: a.txt; removed again: hard"},
		{name: "odd names", command: "printf x > $'a\\nb'; printf x > ' '; printf x > $'\\xff\\xfe'; mkdir -- -rf; printf y > -rf/-x", said: "removed again"},
		{name: "a pipe", command: "mkfifo p", said: "removed again: p"},
		{name: "a large file", command: "head -c 40M /dev/zero > big", said: "removed again: big"},
		{name: "ended by force", command: "echo two > a.txt; kill -9 $$", said: "as before: a.txt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			outside := filepath.Join(t.TempDir(), "outside")
			if err := os.WriteFile(outside, []byte("untouched"), 0o644); err != nil {
				t.Fatal(err)
			}
			s := toolstest.NewSpace(t)
			s.Full(outside)
			before := s.Listing()
			for kind, box := range sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{}) {
				if tt.bwrapOnly && kind == sandbox.Landlock {
					continue
				}
				tool := newRunCommand(s.Workspace, box)
				r, err := tooltest.Planned(t, tool, commandArgs{tt.command}).Do(t.Context(), "k")
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				if changed := s.Listing(); changed == before && tt.name != "nothing" {
					t.Fatalf("%s: nothing was changed: %s", kind, r.Text)
				}
				for range 2 { // a second time there is nothing left to do
					u, err := tool.Undo(t.Context(), r.Undo)
					if err != nil {
						t.Errorf("%s: %v", kind, err)
					}
					if got := s.Listing(); got != before {
						t.Errorf("%s: got\n%s\nwant\n%s", kind, got, before)
					}
					if tt.said != "" && !strings.Contains(u.Text, tt.said) {
						t.Errorf("%s: got %q, want %q in it", kind, u.Text, tt.said)
					}
					tt.said = ""
				}
			}
			if b, err := os.ReadFile(outside); err != nil || string(b) != "untouched" {
				t.Errorf("outside: got %q, %v", b, err)
			}
		})
	}
}

// ran runs a command and gives what Undo needs, by any sandbox that works.
func ran(t *testing.T, s toolstest.Space, command string) (runCommand, tool.Result) {
	t.Helper()
	for _, box := range sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{}) {
		tool := newRunCommand(s.Workspace, box)
		r, err := tooltest.Planned(t, tool, commandArgs{command}).Do(t.Context(), "k")
		if err != nil {
			t.Fatal(err)
		}
		return tool, r
	}
	t.Skip("no sandbox works here: the reason stands above")
	return runCommand{}, tool.Result{}
}

// TestCommandUndoLeavesLaterChanges: what was changed since stays, and is named.
func TestCommandUndoLeavesLaterChanges(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.Full("nowhere")
	tool, r := ran(t, s, "echo two > a.txt; echo two > run.sh; mkdir d; echo x > d/x; rm empty")
	s.File("a.txt", "by hand\n")
	s.File("d/mine", "mine\n")
	s.File("empty", "not any more\n")
	_, err := tool.Undo(t.Context(), r.Undo)
	if err == nil || !strings.Contains(err.Error(), "changed since, so left as it is: a.txt, d, empty") {
		t.Errorf("got %v, want what was left", err)
	}
	for name, want := range map[string]string{"a.txt": "by hand\n", "d/mine": "mine\n", "empty": "not any more\n", "d/x": "-", "run.sh": "#!/bin/sh\n"} {
		if got := s.Text(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestCommandUndoLeavesOthersChanges: what another tool wrote meanwhile is not
// the command's.
func TestCommandUndoLeavesOthersChanges(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.Full("nowhere")
	c, err := s.Begin(checkpoint.Copy)
	if err != nil {
		t.Fatal(err)
	}
	s.Do("write_file", "w", files.WriteArgs{Path: "plan/new.md", Text: "by another tool"})
	s.Do("write_file", "w2", files.WriteArgs{Path: "a.txt", Text: "by another tool"})
	s.File("b.txt", "by the command")
	id, err := s.End(c)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRunCommand(s.Workspace, sandbox.New(s.Dir(), "", sandbox.Options{})).Undo(t.Context(), tool.Encode(commandUndo{id}))
	if err != nil || r.Values["removed"] != "b.txt" || r.Values["restored"] != "" {
		t.Errorf("got %+v, %v, want b.txt removed only", r, err)
	}
	if s.Text("plan/new.md") != "by another tool" || s.Text("a.txt") != "by another tool" || s.Text("b.txt") != "-" {
		t.Errorf("got %q, %q, %q", s.Text("plan/new.md"), s.Text("a.txt"), s.Text("b.txt"))
	}
}

// TestCommandUndoWithoutCopies: what is no longer kept is named, the rest restored.
func TestCommandUndoWithoutCopies(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.Full("nowhere")
	tool, r := ran(t, s, "rm a.txt run.sh")
	all, _ := filepath.Glob(filepath.Join(filepath.Dir(s.Scratch()), "checkpoints/*/old/*"))
	for _, kept := range all {
		if text, _ := os.ReadFile(kept); string(text) == "one\n" {
			if err := os.Remove(kept); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := tool.Undo(t.Context(), r.Undo); err == nil || !strings.Contains(err.Error(), "no copy is kept any more: a.txt") || s.Text("run.sh") == "-" {
		t.Errorf("got %v, run.sh %q, want a.txt named and run.sh restored", err, s.Text("run.sh"))
	}
	for _, record := range []string{`{}`, `{"checkpoint":"../../etc/passwd"}`, `{"checkpoint":".."}`, `{"checkpoint":"20200101-000000.0"}`, `null`, `{"path":"a.txt"}`} {
		if r, err := tool.Undo(t.Context(), json.RawMessage(record)); err == nil {
			t.Errorf("%s: got %+v, want an error", record, r)
		}
	}
}

// TestCommandOutsideUndo: a workspace that can't be kept makes a command one
// that can't be taken back, and the plan says so.
func TestCommandOutsideUndo(t *testing.T) {
	s := toolstest.NewSpace(t)
	for kind, b := range sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{}) {
		tool := newRunCommand(s.Workspace, b)
		tool.shared.kind = checkpoint.Copy
		early := tooltest.Planned(t, tool, commandArgs{"rm a"})
		if early.Level >= policy.Commit || early.Facts["undo"] != "kept" {
			t.Errorf("%s: an empty workspace: got %v, %v, want no Commit, and an undo", kind, early.Level, early.Facts)
		}
		pipe := filepath.Join(s.Dir(), "pipe")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		a := tooltest.Planned(t, tool, commandArgs{"rm a"})
		if a.Level != policy.Commit || a.Facts["undo"] != "none" || a.Values["lasting"] == "" {
			t.Errorf("%s: got %v, %v, %v, want a Commit that can't be undone", kind, a.Level, a.Facts, a.Values)
		}
		if a := tooltest.Planned(t, tool, commandArgs{"ls"}); a.Level != policy.Look {
			t.Errorf("%s: ls: got %v, want Look", kind, a.Level)
		}
		if _, err := early.Do(t.Context(), "k"); err == nil || !strings.Contains(err.Error(), "begin a checkpoint") {
			t.Errorf("%s: grown since it was planned: got %v, want it refused", kind, err)
		}
		if err := os.Remove(pipe); err != nil {
			t.Fatal(err)
		}
	}
}
