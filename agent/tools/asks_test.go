package tools_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent/policy"
	"deputy/agent/policy/file"
	"deputy/agent/sandbox"
	"deputy/agent/tools"
	"deputy/agent/tools/shell"
	"deputy/agent/workspace"
	"deputy/internal/textnorm"
)

//go:embed testdata/command_orders.tsv
var commandOrders string

// TestAsksPerTask: how often Deputy asks in orders of every day that are carried
// out by a command. Nothing is asked that a person would not expect to be, and
// nothing less. With more files than can be kept for undo it is only counted.
func TestAsksPerTask(t *testing.T) {
	if kind, err := sandbox.Probe(t.Context(), sandbox.Options{}); err != nil || kind != sandbox.Bubblewrap {
		t.Skipf("bubblewrap does not work here: %v", err)
	}
	table, err := file.Table(tools.About...)
	if err != nil {
		t.Fatal(err)
	}
	for _, files := range []int{20, 2500} {
		orders, asked, code, key, scope := 0, 0, 0, 0, 0
		shell := shell.Tools(repository(t, files), sandbox.Options{Hosts: []string{"github.com", "pypi.org", "files.pythonhosted.org"}})[0]
		for line := range strings.Lines(commandOrders) {
			cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if strings.HasPrefix(line, "#") || len(cells) != 4 {
				continue
			}
			args := map[string]any{"command": cells[1]}
			if cells[2] != "-" {
				args["hosts"] = strings.Split(cells[2], ",")
			}
			raw, err := json.Marshal(args)
			if err != nil {
				t.Fatal(err)
			}
			a, err := shell.Plan(t.Context(), raw)
			if err != nil {
				t.Errorf("%s: %v", cells[0], err)
				continue
			}
			language := "en"
			if textnorm.HasHangul(cells[0]) {
				language = "ko"
			}
			d := policy.Decide(policy.Action{
				Tool: a.Tool, Target: a.Target, Args: policy.Flatten(a.Args), Level: a.Level, Facts: a.Facts,
				Private: a.Private, Egress: a.Egress, Scope: policy.Scope(cells[0], language),
			}, policy.Policy{Table: table}, time.Now())
			level := policy.Look + policy.Level(cells[3][1]-'0')
			orders++
			if d.Verdict != policy.Allow {
				asked++
				for n, from := range map[*int]policy.Level{&code: policy.Commit, &key: policy.Restricted} {
					if d.Level >= from {
						*n++
					}
				}
			}
			if d.Rule == "scope" {
				scope++
			}
			if free := level <= policy.Draft; files == 20 && (free != (d.Verdict == policy.Allow) || !free && d.Level != level) {
				t.Errorf("%d files: %s (%s): got %v, %v by %q (%s), want %v", files, cells[0], cells[1], d.Verdict, d.Level, d.Rule, d.Reason.En, level)
			}
		}
		t.Logf("%d files: %d orders, %d asked (%.2f asks per task), %d of them by a code word and %d by the key; %d as not ordered", files, orders, asked, float64(asked)/float64(orders), code-key, key, scope)
		if orders != 40 {
			t.Errorf("got %d orders, want 40", orders)
		}
	}
}

// repository is a workspace that is a git repository with so many files.
func repository(t *testing.T, files int) *workspace.Workspace {
	t.Helper()
	dir := t.TempDir()
	work := filepath.Join(dir, "work")
	for i := range files {
		name := filepath.Join(work, "src", fmt.Sprint(i/100), fmt.Sprintf("%d.txt", i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(fmt.Sprintln(i)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"remote", "add", "origin", "https://github.com/acme/work.git"}} {
		c := exec.CommandContext(context.Background(), "git", args...)
		c.Dir, c.Env = work, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v: %s", args, err, out)
		}
	}
	w, err := workspace.New(work, filepath.Join(dir, "undo"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}
