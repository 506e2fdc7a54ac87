package tools

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent"
	"deputy/agent/policy"
)

// listing is everything in the workspace: path, mode, content or where a link leads.
func (s space) listing() string {
	s.t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(s.dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(s.dir, p)
		what := ""
		switch {
		case d.Type() == fs.ModeSymlink:
			what, err = os.Readlink(p)
			fmt.Fprintf(&b, "%q -> %s\n", rel, what)
			return err
		case d.Type().IsRegular():
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			if what = string(data); len(data) > 1<<20 {
				what = sum(data)
			}
		}
		fmt.Fprintf(&b, "%q %v %q\n", rel, info.Mode(), what)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return b.String()
}

// full makes a workspace with something of each kind in it.
func (s space) full(outside string) {
	s.t.Helper()
	s.file("a.txt", "one\n")
	s.file("empty", "")
	s.file("run.sh", "#!/bin/sh\n")
	s.file("notes/day.md", "monday\n")
	s.file("notes/old/jan.md", "january\n")
	s.file("closed/x", "x\n")
	for p, mode := range map[string]fs.FileMode{"run.sh": 0o755, "a.txt": 0o600, "closed": 0o750} {
		if err := os.Chmod(filepath.Join(s.dir, p), mode); err != nil {
			s.t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"link": "a.txt", "out": outside, "dangling": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(s.dir, name)); err != nil {
			s.t.Fatal(err)
		}
	}
}

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
		{name: "delete folders", command: "rm -r notes closed", said: "closed/x, notes/day.md, notes/old/jan.md"},
		{name: "delete everything", command: "rm -rf ./* .[a-z]*", said: "+"},
		{name: "rename", command: "mv a.txt b.txt", said: "as before: a.txt; removed again: b.txt"},
		{name: "rename a folder", command: "mv notes memos", said: "removed again: memos/day.md, memos/old/jan.md"},
		{name: "move between folders", command: "mv notes/old/jan.md . && rmdir notes/old", said: "as before: notes/old/jan.md"},
		{name: "swap", command: "mv a.txt t && mv run.sh a.txt && mv t run.sh", said: "as before: a.txt, run.sh"},
		{name: "modes", command: "chmod 777 a.txt && chmod 600 run.sh && chmod 700 notes && chmod -R go-rwx closed", said: "as before", bwrapOnly: true},
		{name: "a closed folder", command: "echo y > closed/y; rm closed/x; chmod 0 closed", said: "closed", bwrapOnly: true},
		{name: "a closed workspace", command: "echo y > y; chmod 0 .", said: "removed again: y", bwrapOnly: true},
		{name: "a closed file", command: "echo two > a.txt; chmod 0 a.txt", said: "as before: a.txt", bwrapOnly: true},
		{name: "a file becomes a folder", command: "rm a.txt && mkdir -p a.txt/b && echo x > a.txt/b/c", said: "as before: a.txt; removed again: a.txt/b/c"},
		{name: "a folder becomes a file", command: "rm -r notes && echo x > notes", said: "as before: notes/day.md, notes/old/jan.md"},
		{name: "a file becomes a link out", command: "rm a.txt && ln -s /etc/hostname a.txt", said: "as before: a.txt"},
		{name: "a folder becomes a link out", command: "rm -r notes && ln -s /tmp notes", said: "as before: notes/day.md, notes/old/jan.md"},
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
			s := newSpace(t)
			s.full(outside)
			before := s.listing()
			for kind, box := range boxes(t, s, ShellOptions{}) {
				if tt.bwrapOnly && kind == Landlock {
					continue
				}
				tool := runCommand{s.Workspace, box}
				r, err := planned(t, tool, commandArgs{tt.command}).Do(t.Context(), "k")
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				if changed := s.listing(); changed == before && tt.name != "nothing" {
					t.Fatalf("%s: nothing was changed: %s", kind, r.Text)
				}
				for range 2 { // a second time there is nothing left to do
					u, err := tool.Undo(t.Context(), r.Undo)
					if err != nil {
						t.Errorf("%s: %v", kind, err)
					}
					if got := s.listing(); got != before {
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
func ran(t *testing.T, s space, command string) (runCommand, agent.Result) {
	t.Helper()
	for _, box := range boxes(t, s, ShellOptions{}) {
		tool := runCommand{s.Workspace, box}
		r, err := planned(t, tool, commandArgs{command}).Do(t.Context(), "k")
		if err != nil {
			t.Fatal(err)
		}
		return tool, r
	}
	t.Skip("no sandbox works here: the reason stands above")
	return runCommand{}, agent.Result{}
}

// TestCommandUndoLeavesLaterChanges: what was changed since stays, and is named.
func TestCommandUndoLeavesLaterChanges(t *testing.T) {
	s := newSpace(t)
	s.full("nowhere")
	tool, r := ran(t, s, "echo two > a.txt; echo two > run.sh; mkdir d; echo x > d/x; rm empty")
	s.file("a.txt", "by hand\n")
	s.file("d/mine", "mine\n")
	s.file("empty", "not any more\n")
	_, err := tool.Undo(t.Context(), r.Undo)
	if err == nil || !strings.Contains(err.Error(), "changed since, so left as it is: a.txt, d, empty") {
		t.Errorf("got %v, want what was left", err)
	}
	for name, want := range map[string]string{"a.txt": "by hand\n", "d/mine": "mine\n", "empty": "not any more\n", "d/x": "-", "run.sh": "#!/bin/sh\n"} {
		if got := s.text(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestCommandUndoLeavesOthersChanges: what another tool wrote meanwhile is not
// the command's.
func TestCommandUndoLeavesOthersChanges(t *testing.T) {
	s := newSpace(t)
	s.full("nowhere")
	before, err := s.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	s.do("write_file", "w", writeArgs{"plan/new.md", "by another tool"})
	s.do("write_file", "w2", writeArgs{"a.txt", "by another tool"})
	s.file("b.txt", "by the command")
	record, err := s.settle(before)
	if err != nil {
		t.Fatal(err)
	}
	r, err := runCommand{w: s.Workspace}.Undo(t.Context(), encode(commandUndo{record}))
	if err != nil || r.Values["removed"] != "b.txt" || r.Values["restored"] != "" {
		t.Errorf("got %+v, %v, want b.txt removed only", r, err)
	}
	if s.text("plan/new.md") != "by another tool" || s.text("a.txt") != "by another tool" || s.text("b.txt") != "-" {
		t.Errorf("got %q, %q, %q", s.text("plan/new.md"), s.text("a.txt"), s.text("b.txt"))
	}
}

// TestCommandUndoWithoutCopies: what is no longer kept is named, the rest restored.
func TestCommandUndoWithoutCopies(t *testing.T) {
	s := newSpace(t)
	s.full("nowhere")
	tool, r := ran(t, s, "rm a.txt run.sh")
	if err := os.Remove(filepath.Join(s.copies.root.Name(), copyFile(sum([]byte("one\n"))))); err != nil {
		t.Fatal(err)
	}
	if _, err := tool.Undo(t.Context(), r.Undo); err == nil || !strings.Contains(err.Error(), "no copy is kept any more: a.txt") || s.text("run.sh") == "-" {
		t.Errorf("got %v, run.sh %q, want a.txt named and run.sh restored", err, s.text("run.sh"))
	}
	for _, record := range []string{`{}`, `{"changes":"../../etc/passwd"}`, `{"changes":"` + sum([]byte("#!/bin/sh\n")) + `"}`, `null`, `{"path":"a.txt"}`} {
		if r, err := tool.Undo(t.Context(), json.RawMessage(record)); err == nil {
			t.Errorf("%s: got %+v, want an error", record, r)
		}
	}
}

// TestUndoCantLeave: a record that names paths outside restores nothing there.
func TestUndoCantLeave(t *testing.T) {
	s := newSpace(t)
	victim := filepath.Join(filepath.Dir(s.dir), "victim")
	if err := os.WriteFile(victim, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	b := &restoring{w: s.Workspace, skip: map[string]bool{}, all: []difference{{Path: "../victim", After: &node{Mode: 0o644, Size: 1, Sum: sum([]byte("x"))}}}}
	b.check()
	b.takeAway()
	b.putBack()
	if got, err := os.ReadFile(victim); err != nil || string(got) != "x" {
		t.Errorf("got %q, %v, want it untouched", got, err)
	}
}

// TestCommandOutsideUndo: a workspace that can't be kept makes a command one
// that can't be taken back, and the plan says so.
func TestCommandOutsideUndo(t *testing.T) {
	for name, fill := range map[string]func(s space){
		"many files": func(s space) {
			for i := range maxSnapshot {
				s.file(fmt.Sprintf("d%d/f%d", i%40, i), "")
			}
		},
		"a large file": func(s space) {
			s.file("big", "")
			if err := os.Truncate(filepath.Join(s.dir, "big"), maxKept+1); err != nil {
				t.Fatal(err)
			}
		},
		"much in all": func(s space) {
			for i := range 3 {
				s.file(fmt.Sprint("big", i), "")
				if err := os.Truncate(filepath.Join(s.dir, fmt.Sprint("big", i)), maxKept-1); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSpace(t)
			b := newSandbox(s.dir, s.copies.scratch(), ShellOptions{}.filled())
			b.probed, b.way = true, way{kind: Bubblewrap}
			tool := runCommand{s.Workspace, b}
			early := planned(t, tool, commandArgs{"rm a"})
			if early.Level != policy.Reach || early.Facts["undo"] != "kept" {
				t.Errorf("an empty workspace: got %v, %v, want a Reach that can be undone", early.Level, early.Facts)
			}
			fill(s)
			a := planned(t, tool, commandArgs{"rm a"})
			if a.Level != policy.Commit || a.Facts["undo"] != "none" || a.Values["lasting"] == "" {
				t.Errorf("got %v, %v, %v, want a Commit that can't be undone", a.Level, a.Facts, a.Values)
			}
			if a := planned(t, tool, commandArgs{"ls"}); a.Level != policy.Look {
				t.Errorf("ls: got %v, want Look", a.Level)
			}
			if _, err := early.Do(t.Context(), "k"); err == nil || !strings.Contains(err.Error(), "order it again") {
				t.Errorf("grown since it was planned: got %v, want it refused", err)
			}
		})
	}
}

// TestSnapshotKeepsTheNewest: copies of what a command is about to change stay,
// whatever goes.
func TestSnapshotKeepsTheNewest(t *testing.T) {
	s := newSpace(t)
	old := time.Now().Add(-time.Hour)
	s.copies.limit = 50_000
	for i := range 6 {
		name, err := s.copies.put([]byte(strings.Repeat(fmt.Sprint(i), 8000)))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.copies.root.Chtimes(copyFile(name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	s.file("a", strings.Repeat("a", 10_000))
	s.file("b", strings.Repeat("b", 10_000))
	s.file("c", strings.Repeat("0", 8000)) // kept already, long ago
	before, err := s.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for p, n := range before {
		if n.Mode.IsRegular() {
			if _, err := s.copies.get(n.Sum); err != nil {
				t.Errorf("%s: %v", p, err)
			}
		}
	}
	if s.copies.total > s.copies.limit {
		t.Errorf("copies take %d bytes, want at most %d", s.copies.total, s.copies.limit)
	}
}
