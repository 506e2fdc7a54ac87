package tools

import (
	"os"
	"strings"
	"testing"

	"deputy/agent"
	"deputy/agent/policy"
)

// shell gives run_command with its sandbox, which must work where all tests are demanded.
func shell(t *testing.T, o ShellOptions) (space, agent.Tool) {
	t.Helper()
	s := newSpace(t)
	if _, err := ProbeSandbox(t.Context(), o); err != nil {
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
	if a.Level != policy.Reach || a.Repeat != agent.Opaque || !a.Untrusted || a.Target != "rm -r notes\necho done" || a.Facts["undo"] != "kept" {
		t.Errorf("got %+v, want an opaque Reach, since what it deletes is kept", a)
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
