package shellrisk

import (
	"errors"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

func parse(command string) (*syntax.File, error) {
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(command), "")
	if err == nil && len(f.Stmts) == 0 {
		err = errors.New("the command does nothing")
	}
	return f, err
}

func TestOnlyReads(t *testing.T) {
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
		f, err := parse(c)
		if err != nil {
			t.Errorf("%q: %v", c, err)
			continue
		}
		if got := onlyReads(f); got != want[c] {
			t.Errorf("onlyReads(%q): got %v, want %v", c, got, want[c])
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"ls -la", "cat a | sort", "echo $(x)", "find . -name '*'", "sort -o x", "date +%s", "a\nb", "grep -A 3 x y", "ls ''"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parsed, err := parse(s)
		if err != nil {
			return
		}
		Read(parsed, func(string) (bool, bool) { return false, false })
		if onlyReads(parsed) && strings.ContainsAny(s, "$`<>&(){}\\") && !strings.ContainsAny(s, "'\"#") && !strings.Contains(s, "&&") {
			t.Errorf("onlyReads(%q): got true", s)
		}
	})
}
