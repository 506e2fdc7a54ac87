package shell

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent/policy"
	"deputy/agent/sandbox"
	"deputy/agent/sandbox/sandboxtest"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/toolstest"
)

// TestTricksStayInside runs what the table lets run by itself: nothing outside has
// changed, nothing protected has, no secret was told, and undo takes all of it
// back. One in eight, unless all tests are demanded.
func TestTricksStayInside(t *testing.T) {
	outside := sandboxtest.NewForbidden(t)
	fresh := func() (toolstest.Space, runCommand) {
		s := toolstest.NewSpace(t)
		for name, text := range map[string]string{
			"a.txt": "one\n", "b.txt": "two\n", "x": "echo x\n", "notes/day.md": "monday\n", "build.sh": "echo built\n",
			".env": "TOKEN=hunter2\n", ".envrc": "export A=1\n", ".git/config": "[core]\n", ".git/HEAD": "ref: refs/heads/main\n", ".git/objects/x": "", ".git/refs/x": "",
		} {
			s.File(name, text)
		}
		box, ok := sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{Timeout: 2 * time.Second})[sandbox.Bubblewrap]
		if !ok {
			t.Skip("bubblewrap does not work here")
		}
		return s, newRunCommand(s.Workspace, box)
	}
	s, tool := fresh()
	ran := 0
	for i, r := range levelRows(t) {
		if r.level > policy.Draft || os.Getenv("DEPUTY_TEST_ALL") != "1" && i%8 != 0 {
			continue
		}
		before, obeyed := s.Listing(), s.ObeyedNow()
		got, err := tooltest.Planned(t, tool, commandArgs{r.command}).Do(t.Context(), "k")
		if err != nil {
			t.Errorf("%s: %v", r.command, err)
			continue
		}
		ran++
		if now := s.ObeyedNow(); !maps.Equal(now, obeyed) {
			t.Errorf("%s: protected files: got %v, want %v", r.command, now, obeyed)
		}
		if strings.Contains(got.Text, "hunter2") {
			t.Errorf("%s: told a secret: %s", r.command, got.Text)
		}
		if len(got.Undo) > 0 {
			if _, err := tool.Undo(t.Context(), got.Undo); err != nil {
				t.Errorf("%s: undo: %v", r.command, err)
			}
		}
		if after := s.Listing(); after != before {
			t.Errorf("%s: after the undo: got\n%s\nwant\n%s", r.command, after, before)
			s, tool = fresh()
		}
	}
	if ran < 60 {
		t.Errorf("only %d commands were run, want 60", ran)
	}
	if b, err := os.ReadFile(outside.Secret); err != nil || string(b) != "hunter2" {
		t.Errorf("the file outside: got %q, %v, want it untouched", b, err)
	}
	if files, err := filepath.Glob(filepath.Join(outside.Dir, "*")); err != nil || len(files) != 2 {
		t.Errorf("outside there is %q, %v", files, err)
	}
}
