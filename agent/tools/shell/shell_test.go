package shell

import (
	"errors"
	"os"
	"strings"
	"testing"

	"deputy/agent/policy"
	"deputy/agent/sandbox"
	"deputy/agent/tool"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/toolstest"
)

// shell gives run_command with its sandbox, which must work where all tests are demanded.
func shell(t *testing.T, o sandbox.Options) (toolstest.Space, tool.Tool) {
	t.Helper()
	s := toolstest.NewSpace(t)
	if _, err := sandbox.Probe(t.Context(), o); err != nil {
		if os.Getenv("DEPUTY_TEST_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skipf("%v", err)
	}
	return s, Tools(s.Workspace, o)[0]
}

func TestCommandPlan(t *testing.T) {
	_, run := shell(t, sandbox.Options{})
	a := tooltest.Planned(t, run, commandArgs{" rm -r notes\necho done "})
	if a.Level != policy.Draft || a.Repeat != tool.Opaque || !a.Untrusted || a.Target != "rm -r notes\necho done" || a.Facts["undo"] != "kept" {
		t.Errorf("got %+v, want an opaque Draft, since what it deletes is kept", a)
	}
	if a := tooltest.Planned(t, run, commandArgs{"git push -f origin main"}); a.Level != policy.Commit || a.Facts["remote"] != "origin" || a.Values["publishes"] != "git push origin" {
		t.Errorf("a push: got %v with %v and %v, want Commit to origin", a.Level, a.Facts, a.Values)
	}
	if a.Values["command"] != "rm -r notes ; echo done" || a.Values["programs"] != "rm, echo" {
		t.Errorf("got values %v", a.Values)
	}
	if a := tooltest.Planned(t, run, commandArgs{"ls -la"}); a.Level != policy.Look {
		t.Errorf("ls -la: got level %d, want Look", a.Level)
	}
	if a := tooltest.Planned(t, run, commandArgs{"true " + strings.Repeat("x", 200) + "; rm y"}); a.Values["warning"] != "long" || !strings.HasSuffix(a.Values["command"], "rm y") {
		t.Errorf("a long command: got %v", a.Values)
	}
	for _, c := range []string{"", "  ", "# nothing", "echo 'x", "if then", "ls | ", "echo \u202egnp.exe", "echo \x1b[2J", "a\x00b", strings.Repeat("x", 9000), "echo $(", "cat <<E"} {
		if a, err := run.Plan(t.Context(), tooltest.Args(t, commandArgs{c})); err == nil {
			t.Errorf("%q: got %s, want an error", c, a.Args)
		}
	}
}

// TestNoSandboxNoPlan: where nothing shuts a command in, none is planned.
func TestNoSandboxNoPlan(t *testing.T) {
	run := newRunCommand(toolstest.NewSpace(t).Workspace, assumed{why: errors.New("no sandbox")})
	for range 2 {
		if a, err := run.Plan(t.Context(), tooltest.Args(t, commandArgs{"echo hi"})); err == nil {
			t.Errorf("got %+v, want an error", a)
		}
	}
}
