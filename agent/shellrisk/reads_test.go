package shellrisk

import (
	"errors"
	"slices"
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
	reads := []string{
		"ls", "ls -lah notes", "cat a.txt | sort | uniq -c | sort -rn | head -3", "grep -rn 'rent' .", "wc -l *.md && date", "find . -name '*.md'", "git status -sb", "git log --oneline -5", "git --no-pager diff", "awk -F, '{s+=$2} END {print s}' a.csv",
		"sed -n '1,5p' a.txt", "unzip -p a.docx word/document.xml | wc -w", "tar tzf a.tgz", "for f in *.md; do wc -l \"$f\"; done", "if [ -f a ]; then cat a; fi", "cat < a.txt", "ls 2>&1", "ls 2>/dev/null", "jq .name a.json", "echo $(ls)", "x=1; echo $x", "/bin/ls", "cat <<E\nx\nE", "timeout 5 ls",
	}
	not := []string{
		"rm a", "ls; rm a", "ls > b", "cat a >> b", "ls &> b", "echo $(rm a)", "echo `rm a`", "ls <(rm a)", "sort -o a b", "sort -no a b", "sed -i s/a/b/ x", "find . -delete", "find . -exec rm {} +", "python3 a.py", "./ls", "$x a", "ls() { rm a; }; ls", "git commit -m x", "git log --output=a", "git x",
		"git diff --ext-diff", "tar xf a.tar", "unzip a.zip", "uniq a b", "xargs rm", "ls | xargs rm", "eval ls", "bash -c ls", "ls &", "tail -f a", "date -s x", "tee a", "curl x", "coproc ls", ". a.sh",
	}
	for _, c := range append(reads, not...) {
		f, err := parse(c)
		if err != nil {
			t.Errorf("%q: %v", c, err)
			continue
		}
		if got := onlyReads(f); got != slices.Contains(reads, c) {
			t.Errorf("onlyReads(%q): got %v", c, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"ls -la", "cat a | sort", "echo $(x)", "find . -name '*'", "sort -o x", "git push a", "bash -c 'git push'", "sudo -u x y", "pip install x", "a[$(b)]=1", "env -i"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parsed, err := parse(s)
		if err != nil {
			return
		}
		if w := Read(parsed, func(string) (bool, bool) { return false, false }); w.Reads && w.beyond() != "" {
			t.Errorf("%q: got %+v", s, w)
		}
	})
}
