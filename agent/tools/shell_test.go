package tools

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent"
	"deputy/agent/policy"
)

// shell gives run_command with its sandbox, which must work where all tests are demanded.
func shell(t *testing.T, o ShellOptions) (space, agent.Tool) {
	t.Helper()
	s := workspace(t)
	if err := ProbeSandbox(t.Context(), s.Workspace, o); err != nil {
		if os.Getenv("DEPUTY_TEST_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skipf("%v", err)
	}
	return s, Shell(s.Workspace, o)[0]
}

func runs(t *testing.T, tool agent.Tool, command string) string {
	t.Helper()
	r, err := planned(t, tool, commandArgs{command}).Do(t.Context(), "k")
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return r.Text
}

func TestSandbox(t *testing.T) {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := strings.TrimPrefix(listener.Addr().String(), "127.0.0.1:")
	t.Setenv("DEPUTY_TEST_SECRET", "hunter2")
	s, tool := shell(t, ShellOptions{})
	s.file("a.txt", "hello\n")
	if err := os.Symlink(home, filepath.Join(s.dir, "home")); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ command, want, not string }{
		{"cat a.txt", "hello", ""},
		{"pwd", "/workspace", ""},
		{"echo new > b.txt && cat b.txt", "new", ""},
		{"ls / | sort | tr '\\n' ' '", "bin", "home"},
		{"ls -la " + home + " || echo none", "none", ".ssh"},
		{"ls home/ || echo none", "none", ".cache"},
		{"cat /etc/shadow /etc/passwd || echo none", "none", "root:"},
		{"env", "HOME=/tmp", "hunter2"},
		{"tr '\\0' '\\n' < /proc/1/environ; echo end", "end", "hunter2"},
		{"cat /proc/*/cmdline | tr '\\0' ' '; echo end", "end", s.dir},
		{"(exec 3<>/dev/tcp/127.0.0.1/" + port + ") 2>&1 && echo connected", "", "connected"},
		{"(exec 3<>/dev/tcp/1.1.1.1/53) 2>&1 && echo connected", "", "connected"},
		{"cat /proc/net/dev | wc -l", "3", ""},
		{"echo x > /usr/x || echo refused", "refused", ""},
		{"echo x > /x || echo refused", "refused", ""},
		{"echo x > /dev/x || echo refused", "refused", ""},
		{"echo x > /tmp/x && cat /tmp/x", "x", ""},
		{"echo x > /dev/null && echo fine", "fine", ""},
		{"ls /proc | grep -c '^[0-9]'", "", "999"},
		{"grep CapEff /proc/self/status", "0000000000000000", ""},
		{"grep NoNewPrivs /proc/self/status", "1", ""},
		{"mount -t tmpfs x /tmp || echo refused", "refused", ""},
		{"unshare -Ur true || echo refused", "", ""},
		{"exit 3", "[exit status 3]", ""},
		{"true > x.txt", "[done, no output]", ""},
		{"printf '\\033[31mred\\033[0m'", "[31mred", "\x1b"},
		{"if true; then echo yes; fi", "yes", ""},
	}
	for _, tt := range tests {
		got := runs(t, tool, tt.command)
		if !strings.Contains(got, tt.want) || tt.not != "" && strings.Contains(got, tt.not) {
			t.Errorf("%s: got %q, want %q in it and not %q", tt.command, got, tt.want, tt.not)
		}
	}
	if got := s.text("b.txt"); got != "new\n" {
		t.Errorf("b.txt: got %q, want new", got)
	}
}

func TestSandboxReadOnly(t *testing.T) {
	s, _ := shell(t, ShellOptions{})
	box := newSandbox(s.dir, ShellOptions{}.filled())
	o, err := box.run(t.Context(), "echo x > a.txt || echo refused", true)
	if err != nil || !strings.Contains(o.text(), "refused") || s.text("a.txt") != "-" {
		t.Errorf("got %v, %v, file %q, want a read-only workspace", o, err, s.text("a.txt"))
	}
}

func TestSandboxLimits(t *testing.T) {
	tests := []struct {
		name, command, want string
		o                   ShellOptions
	}{
		{"time", "sleep 100", "longer than 1s", ShellOptions{Timeout: time.Second}},
		{"time of a child in the background", "sleep 100 & disown; echo begun", "begun", ShellOptions{Timeout: 5 * time.Second}},
		{"time with signals ignored", "trap '' TERM INT HUP; while :; do :; done", "longer than 1s", ShellOptions{Timeout: time.Second}},
		{"fork bomb", "f() { f | f & }; f; sleep 20", "processes", ShellOptions{Timeout: 20 * time.Second, Processes: 50}},
		{"memory of many", "for i in 1 2 3; do (x=$(head -c 90M /dev/zero | tr '\\0' x); sleep 20) & done; sleep 20", "took more than", ShellOptions{Timeout: 20 * time.Second, Memory: 200 << 20}},
		{"memory of one", "x=$(head -c 900M /dev/zero | tr '\\0' x); echo ${#x}", "", ShellOptions{Timeout: 20 * time.Second, Memory: 100 << 20}},
		{"size of a file", "head -c 20M /dev/zero > big; stat -c %s big", "1048576", ShellOptions{FileSize: 1 << 20}},
		{"output", "yes", "wrote more", ShellOptions{Timeout: 20 * time.Second}},
		{"output is clipped", "seq 1 100000", "left out", ShellOptions{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, tool := shell(t, tt.o)
			got := runs(t, tool, tt.command)
			if !strings.Contains(got, tt.want) || len(got) > maxText+500 {
				t.Errorf("got %q, want %q in it", brief(got, 200), tt.want)
			}
		})
	}
}

// running says whether some process sleeps for so many seconds.
func running(seconds string) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		if line, err := os.ReadFile(f); err == nil && string(line) == "sleep\x00"+seconds+"\x00" {
			return true
		}
	}
	return false
}

func TestSandboxCanceled(t *testing.T) {
	s, tool := shell(t, ShellOptions{})
	a := planned(t, tool, commandArgs{"echo begun > begun; sleep 1234567"})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := a.Do(ctx, "k")
		done <- err
	}()
	deadline := time.After(20 * time.Second)
	for s.text("begun") == "-" || !running("1234567") {
		select {
		case <-deadline:
			t.Fatal("the command did not begin")
		case <-time.Tick(10 * time.Millisecond):
		}
	}
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want canceled", err)
		}
	case <-deadline:
		t.Fatal("the command did not end with its context")
	}
	for running("1234567") {
		select {
		case <-deadline:
			t.Fatal("the command's processes live on")
		case <-time.Tick(10 * time.Millisecond):
		}
	}
}

// Deputy is killed while a command runs: nothing of the command is left.
func TestSandboxDiesWithDeputy(t *testing.T) {
	if dir := os.Getenv("DEPUTY_TEST_SANDBOX_DIR"); dir != "" { // the Deputy that is killed
		_, _ = newSandbox(dir, ShellOptions{}.filled()).run(t.Context(), "echo begun > begun; sleep 7654321", false)
		return
	}
	s, _ := shell(t, ShellOptions{})
	deputy := exec.Command(os.Args[0], "-test.run", "^TestSandboxDiesWithDeputy$")
	deputy.Env = append(os.Environ(), "DEPUTY_TEST_SANDBOX_DIR="+s.dir)
	if err := deputy.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(30 * time.Second)
	wait := func(what string, until func() bool) {
		for !until() {
			select {
			case <-deadline:
				_ = deputy.Process.Kill()
				t.Fatal(what)
			case <-time.Tick(10 * time.Millisecond):
			}
		}
	}
	wait("the command did not begin", func() bool { return s.text("begun") != "-" && running("7654321") })
	if err := deputy.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = deputy.Wait() // it was killed
	wait("the command lives on", func() bool { return !running("7654321") })
}

func TestNoSandboxNoCommand(t *testing.T) {
	s := workspace(t)
	open := filepath.Join(t.TempDir(), "open")
	if err := os.WriteFile(open, []byte("#!/bin/bash\nshift 2; exec \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, program := range map[string]string{"missing": filepath.Join(s.dir, "no-such-bwrap"), "broken": "/bin/false", "does nothing": "/bin/true", "shuts nothing in": open} {
		tool := Shell(s.Workspace, ShellOptions{Bwrap: program})[0]
		for range 2 {
			if a, err := tool.Plan(t.Context(), args(t, commandArgs{"echo hi"})); err == nil {
				t.Errorf("%s: got %+v, want an error", name, a)
			}
		}
	}
	t.Setenv("PATH", s.dir)
	if _, err := Shell(s.Workspace, ShellOptions{})[0].Plan(t.Context(), args(t, commandArgs{"echo hi"})); err == nil || !strings.Contains(err.Error(), "apt-get install bubblewrap") {
		t.Errorf("not installed: got %v, want how to get it", err)
	}
}

func TestCommandLevels(t *testing.T) {
	look := []string{
		"ls", "ls -la", "ls -lah notes", "ls *.txt", "cat *", "wc -l *.md", "grep x *.md", "ls notes/*.md", "cat a.txt", "cat 'my file.txt'", `cat "my file.txt" b.txt`, "head -5 a.txt", "head -n 5 a.txt", "tail -n5 a.txt",
		"grep -in 'rent' budget.txt", "grep -r rent .", "grep rent notes/*.md", "cat a.txt | sort | uniq -c | sort -rn | head -3", "wc -l a.txt && date", "date", "date +%H:%M", "date -d tomorrow",
		"df -h", "du -sh .", "du -sh notes", "echo hello", "echo 'a > b'", "pwd", "whoami", "uname -a", "cut -d, -f2 a.csv", "cut -d , -f 2 a.csv", "tr a b", "sort -k2 -t, a.csv", "find . -name '*.md'", "find notes -type f -maxdepth 2",
		"cat /workspace/a.txt", "cat a.txt || echo none", "ls; pwd", "ls\npwd", "seq 1 10", "diff a.txt b.txt", "git status", "git log --oneline -5",
	}
	reach := []string{
		"rm a.txt", "curl https://example.com", "cat a.txt > b.txt", "cat < a.txt", "cat a.txt >> b.txt", "echo x | tee a.txt", "ls; rm a.txt", "ls && rm a.txt", "ls | xargs rm", "ls & rm x", "ls &",
		"echo $(rm a.txt)", "echo `rm a.txt`", `echo "$(rm a.txt)"`, "echo $HOME", `echo "$HOME"`, "cat <(rm a.txt)", "X=1 ls", "PATH=. ls", "alias ls=rm", "ls() { rm a.txt; }; ls", "function ls { rm x; }", "eval ls", "exec ls", "command ls", "builtin echo x",
		"./ls", "/bin/ls", `l\s`, `"ls" $x`, "$'ls'", "ls {a,b}", "ls ~", "ls ~root", "cat /etc/passwd", "cat ../x", "cat a/../../x", "ls /", "sort -o a.txt b.txt", "sort --output=a.txt b.txt", "sort -oa.txt b", "sort *", "uniq a.txt b.txt",
		"date -s tomorrow", "date 112316432026", "date --set=now", "find . -delete", "find . -exec rm {} +", "find . -name x -fprint y", "find . -ok rm", "tail -f a.txt", "tail -F a.txt", "cat -- -x", "grep -f a.txt b.txt", "(ls)", "{ ls; }", "if true; then ls; fi",
		"for i in a; do ls; done", "while true; do ls; done", "[[ -f a ]]", "((1+1))", "time ls", "! ls", "coproc ls", "ls 2>&1", "cat <<< x", "cat <<E\nx\nE", "echo $((1+1))", "echo ${x:=1}", "python3 -c 'print(1)'", "bash -c ls", "sh x", "env ls", "sudo ls", "nice ls",
		"git fetch", "git -c a=b status", "git log --output=x", "git diff --ext-diff", "declare x=1", "export X=1", "let x=1", ". a.sh", "source a.sh", "trap ls EXIT", "set -e", "cd ..", "printf -v PATH x", "echo a{b,c}", "wc --files0-from=x", "ls --hyperlink", "uptime x", "pwd x", "cat @(a|b)", "cat /*", "cat ../*", "ls -*",
	}
	want := map[string]bool{}
	for _, c := range look {
		want[c] = true
	}
	for _, c := range append(look, reach...) {
		f, err := parseCommand(c)
		if err != nil {
			t.Errorf("%q: %v", c, err)
			continue
		}
		if got := onlyReads(f); got != want[c] {
			t.Errorf("onlyReads(%q): got %v, want %v", c, got, want[c])
		}
	}
}

func TestCommandPlan(t *testing.T) {
	_, tool := shell(t, ShellOptions{})
	a := planned(t, tool, commandArgs{" rm -r notes\necho done "})
	if a.Level != policy.Commit || a.Repeat != agent.Opaque || !a.Untrusted || a.Target != "rm -r notes\necho done" || a.Facts["why"] != "deletes" || a.Values["deletes"] != "rm" {
		t.Errorf("got %+v, want an opaque Commit, since it deletes for good", a)
	}
	if a := planned(t, tool, commandArgs{"git push -f origin main"}); a.Level != policy.Commit || a.Facts["remote"] != "origin" || a.Facts["network"] != "yes" || a.Values["publishes"] != "git push origin" {
		t.Errorf("a push: got %v with %v and %v, want Commit to origin", a.Level, a.Facts, a.Values)
	}
	if a.Values["command"] != "rm -r notes ; echo done" || a.Values["programs"] != "rm, echo" {
		t.Errorf("got values %v", a.Values)
	}
	if a := planned(t, tool, commandArgs{"ls -la"}); a.Level != policy.Look {
		t.Errorf("ls -la: got level %d, want Look", a.Level)
	}
	if a := planned(t, tool, commandArgs{"true " + strings.Repeat("x", 200) + "; rm y"}); a.Values["warning"] != "long" || !strings.HasSuffix(a.Values["command"], "rm y") {
		t.Errorf("a long command: got %v", a.Values)
	}
	for _, c := range []string{"", "  ", "# nothing", "echo 'x", "if then", "ls | ", "echo \u202egnp.exe", "echo \x1b[2J", "a\x00b", strings.Repeat("x", 9000), "echo $(", "cat <<E"} {
		if a, err := tool.Plan(t.Context(), args(t, commandArgs{c})); err == nil {
			t.Errorf("%q: got %s, want an error", c, a.Args)
		}
	}
}

func FuzzCommand(f *testing.F) {
	for _, s := range []string{"ls -la", "cat a | sort", "echo $(x)", "find . -name '*'", "sort -o x", "date +%s", "a\nb", "grep -A 3 x y", "ls ''"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parsed, err := parseCommand(s)
		if err != nil {
			return
		}
		if onlyReads(parsed) && strings.ContainsAny(s, "$`<>&(){}\\") && !strings.ContainsAny(s, "'\"#") && !strings.Contains(s, "&&") {
			t.Errorf("onlyReads(%q): got true", s)
		}
	})
}
