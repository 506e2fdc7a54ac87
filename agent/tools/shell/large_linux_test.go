package shell

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
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

// bigRepository makes a git repository of about n files: a few hundred are
// committed, the others lie in node_modules, which is ignored.
func bigRepository(tb testing.TB, dir string, n int) {
	tb.Helper()
	write := func(name string, size int) {
		file := filepath.Join(dir, name)
		err := os.WriteFile(file, bytes.Repeat([]byte("x"), size), 0o644)
		if os.IsNotExist(err) {
			err = os.MkdirAll(filepath.Dir(file), 0o755)
			if err == nil {
				err = os.WriteFile(file, bytes.Repeat([]byte("x"), size), 0o644)
			}
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	tracked := min(n/10, 500)
	for i := range tracked {
		write(fmt.Sprintf("src/p%d/f%d.go", i/20, i), 1000+i)
	}
	write(".gitignore", 0)
	if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("node_modules\n"), 0o644); err != nil {
		tb.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "one"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			tb.Skipf("git %v: %v: %s", args, err, out)
		}
	}
	for i := range n - 2*tracked {
		write(fmt.Sprintf("node_modules/m%d/lib%d/f%d.js", i/200, i/20%10, i), []int{200, 1000, 3000, 8000}[i%4])
	}
}

// TestUndoInALargeRepository: a command in a repository of any size can be taken
// back, .git and node_modules too, and so takes no more than in a small one.
func TestUndoInALargeRepository(t *testing.T) {
	n := 10_000
	if racing {
		n = 1000
	}
	s := toolstest.NewSpace(t)
	bigRepository(t, s.Dir(), n)
	before := s.Listing()
	for kind, box := range sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{}) {
		tool := newRunCommand(s.Workspace, box)
		for _, command := range []string{
			"mkdir x",
			"git -c user.name=a -c user.email=a@b.example commit -q --allow-empty -m two && echo y >> src/p0/f0.go",
			"mv node_modules/m1 m; rm -rf .git node_modules; mkdir -p .git/hooks; ln -s src .git/hooks/x",
		} {
			a := tooltest.Planned(t, tool, commandArgs{command})
			if a.Facts["undo"] != "kept" {
				t.Errorf("%s, %s: got the facts %v, want an undo that is kept", kind, command, a.Facts)
			}
			begun := time.Now()
			r, err := a.Do(t.Context(), "k")
			done := time.Now()
			if err != nil {
				t.Fatalf("%s, %s: %v", kind, command, err)
			}
			if s.Listing() == before {
				t.Fatalf("%s, %s: nothing was changed: %s", kind, command, r.Text)
			}
			undo := time.Now()
			if _, err := tool.Undo(t.Context(), r.Undo); err != nil {
				t.Errorf("%s, %s: %v", kind, command, err)
			}
			t.Logf("%s, %d files: %.20s... took %v, its undo %v", kind, n, command, done.Sub(begun), time.Since(undo))
			if got := s.Listing(); got != before {
				t.Errorf("%s, %s: it is not as it was before", kind, command)
			}
		}
		if a := tooltest.Planned(t, tool, commandArgs{"mkdir x"}); a.Level >= policy.Commit {
			t.Errorf("%s: mkdir x: got %v, want no code word", kind, a.Level)
		}
	}
}

// BenchmarkCheckpoint is what a checkpoint of 50,000 files takes beside the command.
func BenchmarkCheckpoint(b *testing.B) {
	base := b.TempDir()
	w, err := workspace.New(filepath.Join(base, "work"), filepath.Join(base, "state", "undo"))
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	store := filepath.Dir(w.Scratch())
	bigRepository(b, w.Dir(), 50_000)
	box := sandbox.New(w.Dir(), w.Scratch(), sandbox.Options{})
	if _, err := box.Probe(b.Context()); err != nil {
		b.Skip(err)
	}
	tool := newRunCommand(w, box)
	b.Logf("this machine takes checkpoints by %s", tool.layered(b.Context()))
	run := func(name, command, kind string) {
		b.Run(name+"/"+cmp.Or(kind, "none"), func(b *testing.B) {
			if kind == checkpoint.Overlay && tool.shared.kind != kind {
				b.Skip("there can be no overlay here")
			}
			for b.Loop() {
				r, err := tool.Do(b.Context(), sandbox.Job{Command: command}, 0, kind)
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				b.ReportMetric(float64(diskUse(b, filepath.Join(store, "checkpoints"))+diskUse(b, filepath.Join(store, "mirror")))/1e6, "MB-kept")
				begun := time.Now()
				if _, err := tool.Undo(b.Context(), r.Undo); err != nil && kind != "" {
					b.Fatal(err)
				}
				b.ReportMetric(float64(time.Since(begun).Milliseconds()), "ms-undo")
				b.StartTimer()
			}
		})
	}
	const commit = "git -c user.name=a -c user.email=a@b.example commit -q --allow-empty -m two"
	run("nothing", "true", "")
	run("nothing", "true", checkpoint.Overlay)
	run("first", "true", checkpoint.Copy)
	run("nothing", "true", checkpoint.Copy)
	run("commit", commit, checkpoint.Overlay)
	run("commit", commit, checkpoint.Copy)
	run("delete all", "rm -rf .git node_modules", checkpoint.Overlay)
	run("delete all", "rm -rf .git node_modules", checkpoint.Copy)
}

// diskUse is what the files below dir hold.
func diskUse(tb testing.TB, dir string) (bytes int64) {
	tb.Helper()
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // there is none
		}
		if info, err := d.Info(); err == nil && d.Type().IsRegular() {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
