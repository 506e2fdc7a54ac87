package checkpoint

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	Enter()
	os.Exit(m.Run())
}

// A ground is a folder with a store beside it, or on another file system.
type ground struct {
	*testing.T
	dir, own string
	s        *Store
}

func newGround(t *testing.T, own string) *ground {
	t.Helper()
	if own == "" {
		own = filepath.Join(t.TempDir(), "undo")
	}
	g := &ground{T: t, dir: filepath.Join(t.TempDir(), "wo:rk, a"), own: own}
	for name, text := range map[string]string{"a": "one\n", "d/b": "two\n", "d/e/c": "three\n", "gone/x": "x\n", "keep": "kept\n"} {
		g.file(name, text)
	}
	if err := os.Symlink("a", filepath.Join(g.dir, "link")); err != nil {
		t.Fatal(err)
	}
	g.open()
	t.Cleanup(func() { g.s.Close() })
	return g
}

func (g *ground) file(name, text string) {
	g.Helper()
	p := filepath.Join(g.dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		g.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		g.Fatal(err)
	}
}

func (g *ground) open() (told []string) {
	g.Helper()
	var err error
	if g.s, told, err = Open(g.dir, g.own); err != nil {
		g.Fatal(err)
	}
	return told
}

// run begins a checkpoint and runs a command; false if there can be no overlay.
func (g *ground) run(kind, command string) *Checkpoint {
	g.Helper()
	c, err := g.s.Begin(kind)
	if err != nil {
		g.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", "-ec", `cd "$0"; `+command, g.dir)
	if c.Layer != nil {
		if err := c.Layer.Wrap(cmd); err != nil {
			g.Fatal(err)
		}
	}
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "mount the overlay") || err != nil && len(out) == 0 {
		g.Skipf("there can be no overlay here: %v %s", err, out)
	} else if err != nil {
		g.Fatalf("%v: %s", err, out)
	}
	return c
}

func (g *ground) listing() string {
	g.Helper()
	var b strings.Builder
	err := filepath.WalkDir(g.dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		rel, _ := filepath.Rel(g.dir, p)
		text := []byte{}
		if d.Type().IsRegular() {
			text, err = os.ReadFile(p)
			fmt.Fprint(&b, info.ModTime().UnixNano(), " ")
		}
		fmt.Fprintf(&b, "%s %v %q\n", rel, info.Mode(), text)
		return err
	})
	if err != nil {
		g.Fatal(err)
	}
	return b.String()
}

// everything is a command that does something of each kind.
const everything = `echo more >> a; mv d/b d/bb; rm -r gone; mkdir -p new/in; echo n > new/in/f; chmod 700 d
	rm link; ln -s keep link; rm -r d/e; mkdir d/e; echo again > d/e/c; mkdir empty; rm keep; mkdir keep; echo k > keep/k`

func kinds(t *testing.T, do func(t *testing.T, kind string)) {
	for _, kind := range []string{Overlay, Copy} {
		t.Run(kind, func(t *testing.T) { do(t, kind) })
	}
}

// TestKilled: whenever the process is killed, the folder is afterwards, once it
// is opened again, as it was before or as the command left it, and what was cut
// off is told.
func TestKilled(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		killed := 0
		for step := 1; ; step++ {
			g := newGround(t, "")
			before := g.listing()
			c := g.run(kind, everything)
			left := step
			die := func() {
				if left--; left == 0 {
					panic("killed")
				}
			}
			dies := func(do func()) (died bool) {
				g.s.died = die
				defer func() { died = recover() != nil }()
				do()
				return false
			}
			id := c.id
			during := "the end"
			died := dies(func() {
				if _, err := c.End(nil); err != nil {
					t.Error(err)
				}
			})
			after := ""
			if !died {
				during, after = "the undo", g.listing()
				died = dies(func() {
					if o, err := g.s.Undo(id); err != nil || !o.Whole() {
						t.Error(o, err)
					}
				})
			}
			g.s.Close()
			told := g.open()
			if died != (len(told) == 1) {
				t.Errorf("step %d, in %s: got %q told", step, during, told)
			}
			if got := g.listing(); after != "" && got != before {
				t.Errorf("step %d, in the undo: got\n%s\nwant\n%s", step, got, before)
			} else if after == "" && !strings.Contains(got, "new/in/f") {
				t.Errorf("step %d, in the end: got\n%s\nwant what the command did", step, got)
			}
			if o, err := g.s.Undo(id); err != nil || !o.Whole() || g.listing() != before {
				t.Errorf("step %d: undo: got %+v, %v,\n%s\nwant\n%s", step, o, err, g.listing(), before)
			}
			if !died {
				break
			}
			killed++
		}
		if killed < 10 {
			t.Errorf("it was killed %d times, want more: the steps are not seen", killed)
		}
	})
}

// TestCutOffCommand: what a command in a layer had done has never happened when
// Deputy is killed before its end.
func TestCutOffCommand(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		g := newGround(t, "")
		before := g.listing()
		g.run(kind, everything)
		g.s.Close()
		told := g.open()
		switch {
		case kind == Overlay && (len(told) > 0 || g.listing() != before):
			t.Errorf("got %q told,\n%s\nwant nothing, and\n%s", told, g.listing(), before)
		case kind == Copy && len(told) != 1:
			t.Errorf("got %q told, want that what it had changed stays", told)
		}
		if ids, err := g.s.all(); err != nil || len(ids) > 0 {
			t.Errorf("got %v, %v, want no checkpoint", ids, err)
		}
	})
}

// TestOtherFileSystem: the store may lie on another file system than the folder.
func TestOtherFileSystem(t *testing.T) {
	own, err := os.MkdirTemp("/dev/shm", "checkpoint-")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(own) })
	kinds(t, func(t *testing.T, kind string) {
		g := newGround(t, filepath.Join(own, kind))
		before := g.listing()
		c := g.run(kind, everything)
		if _, err := c.End(nil); err != nil {
			t.Fatal(err)
		}
		if got := g.listing(); !strings.Contains(got, "new/in/f") || strings.Contains(got, "gone") {
			t.Errorf("got\n%s\nwant what the command did", got)
		}
		if o, err := g.s.Undo(c.id); err != nil || !o.Whole() || g.listing() != before {
			t.Errorf("got %+v, %v,\n%s\nwant\n%s", o, err, g.listing(), before)
		}
	})
}

// TestCantBePutInPlace: the folder is as it was before if what a command did
// can't be put in place.
func TestCantBePutInPlace(t *testing.T) {
	g := newGround(t, "")
	before := g.listing()
	c := g.run(Overlay, everything)
	n := 0
	g.s.died = func() { // the last of the layer is lost
		if n++; n == 12 {
			for _, gone := range []string{"keep", "new"} {
				if err := os.RemoveAll(filepath.Join(c.Layer.Upper, gone)); err != nil {
					t.Error(err)
				}
			}
			if err := os.Mkdir(filepath.Join(g.dir, "new"), 0o755); err != nil {
				t.Error(err)
			}
			if err := os.MkdirAll(filepath.Join(c.Layer.Upper, "new"), 0o755); err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(filepath.Join(g.dir, "new", "mine"), []byte("mine"), 0o644); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := c.End(nil); err == nil || !strings.Contains(err.Error(), "can't be put in place") {
		t.Errorf("got %v, want that it can't be put in place", err)
	}
	if err := os.RemoveAll(filepath.Join(g.dir, "new")); err != nil {
		t.Error(err)
	}
	if got := g.listing(); got != before {
		t.Errorf("got\n%s\nwant\n%s", got, before)
	}
}

// TestSince: what somebody else changed since stays as it is, and is named; the
// rest comes back.
func TestSince(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		for _, tt := range []struct{ name, since, left string }{
			{"changed", "echo mine > a", "a"},
			{"changed to the same length", "printf 'one\nmine\n' > a", "a"},
			{"a mode", "chmod 600 a", "a"},
			{"removed", "rm a", "a"},
			{"added to a new folder", "echo mine > new/mine", "new"},
			{"made again", "mkdir gone; echo mine > gone/y", "gone"},
			{"another link", "ln -sfn d link", "link"},
			{"the same again", "cp a t; mv t a", ""},
			{"changed and put back", "cp a t; echo mine > a; cp t a; rm t", ""},
		} {
			t.Run(tt.name, func(t *testing.T) {
				g := newGround(t, "")
				c := g.run(kind, everything)
				id, err := c.End(nil)
				if err != nil {
					t.Fatal(err)
				}
				if out, err := exec.Command("sh", "-ec", `cd "$0"; `+tt.since, g.dir).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				if kind == Copy && tt.left == "gone" {
					tt.left = "" // it is filled again
				}
				o, err := g.s.Undo(id)
				if err != nil || !strings.HasPrefix(strings.Join(o.Left, " "), tt.left) || o.Whole() != (tt.left == "") {
					t.Errorf("got %+v, %v, want %q left", o, err, tt.left)
				}
				if b, err := os.ReadFile(filepath.Join(g.dir, "keep")); err != nil || string(b) != "kept\n" {
					t.Errorf("keep: got %q, %v, want it as before", b, err)
				}
			})
		}
	})
}

// TestExpire: old checkpoints go, by age and by what they take; never the last.
func TestExpire(t *testing.T) {
	g := newGround(t, "")
	g.s.limit = 25_000
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var ids []string
	for i := range 6 {
		g.s.now = func() time.Time { return noon.Add(time.Duration(i) * 24 * time.Hour) }
		g.file("big", strings.Repeat(fmt.Sprint(i), 4000))
		id, err := g.run(Copy, "rm big").End(nil)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if got, err := g.s.all(); err != nil || len(got) < 2 || len(got) > 4 || got[len(got)-1] != ids[5] {
		t.Errorf("got %v, %v, want the last few of %v", got, err, ids)
	}
	if _, err := g.s.Undo(ids[0]); err == nil || !strings.Contains(err.Error(), "no longer kept") {
		t.Errorf("got %v, want that it is no longer kept", err)
	}
	g.s.now = func() time.Time { return noon.Add(60 * 24 * time.Hour) }
	id, err := g.run(Copy, "echo > other").End(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := g.s.all(); err != nil || len(got) != 1 || got[0] != id {
		t.Errorf("got %v, %v, want %s alone", got, err, id)
	}
}

// TestRecordCantLeave: a record that names a path outside changes nothing there.
func TestRecordCantLeave(t *testing.T) {
	g := newGround(t, "")
	victim := filepath.Join(filepath.Dir(g.dir), "victim")
	if err := os.WriteFile(victim, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := g.s.Begin(Copy)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(victim)
	if err != nil {
		t.Fatal(err)
	}
	after := &Node{Mode: info.Mode(), Size: 1, Time: info.ModTime().UnixNano()}
	if err := g.s.write(c.id, record{Kind: Copy, State: applied, Changes: []Change{{Path: "../victim", After: after}}}); err != nil {
		t.Fatal(err)
	}
	o, err := g.s.Undo(c.id)
	if got, rerr := os.ReadFile(victim); rerr != nil || string(got) != "x" {
		t.Errorf("got %+v, %v, %q, want it untouched", o, err, got)
	}
}

// TestTooMuch: a folder that is too large, or holds what can't be copied, has no
// checkpoint by copy, and that is said.
func TestTooMuch(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(g *ground)
		want   string
	}{
		"many files":  {func(g *ground) { g.s.mirror.most = 5 }, "too much"},
		"many bytes":  {func(g *ground) { g.s.mirror.bytes = 10 }, "too much"},
		"a pipe":      {func(g *ground) { must(g, exec.Command("mkfifo", filepath.Join(g.dir, "p")).Run()) }, "no ordinary file"},
		"nothing odd": {func(*ground) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGround(t, "")
			tt.change(g)
			err := g.s.Fits()
			_, berr := g.s.Begin(Copy)
			if tt.want == "" && (err != nil || berr != nil) || tt.want != "" && (err == nil || berr == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v and %v, want %q", err, berr, tt.want)
			}
		})
	}
}

func must(g *ground, err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}
