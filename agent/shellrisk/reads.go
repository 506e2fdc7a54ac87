package shellrisk

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// onlyReads says whether every program in the command is one that only looks, and
// nothing is written to a file. It only chooses: such a command is given the
// workspace read-only, so what it does all the same comes to nothing.
func onlyReads(f *syntax.File) bool {
	reads := len(f.Stmts) > 0
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			reads = reads && !n.Background && !n.Coprocess && !n.Disown && n.Cmd != nil
		case *syntax.Redirect:
			if to := literal(n.Word); !slices.Contains([]syntax.RedirOperator{syntax.RdrIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc}, n.Op) {
				reads = reads && (to == "/dev/null" || n.Op == syntax.DplOut && strings.Trim(to, "012-") == "")
			}
		case *syntax.CallExpr:
			words := make([]word, len(n.Args))
			for i, w := range n.Args {
				words[i] = word{literal(w), lead(w), whole(w)}
			}
			reads = reads && (len(words) == 0 || looksOnly(words))
		case *syntax.FuncDecl, *syntax.CoprocClause, *syntax.ProcSubst:
			reads = false
		}
		return reads
	})
	return reads
}

// writing are options by which programs that look write after all, by program;
// a letter stands within others too.
var writing = map[string][]string{
	"sort": {"-o", "--output"}, "sed": {"-i", "--in-place"}, "find": {"-delete", "-exec", "-execdir", "-ok", "-okdir", "-fprint", "-fprintf", "-fprint0", "-fls"},
	"date": {"-s", "--set"}, "tree": {"-o"}, "git": {"--output", "--ext-diff", "--textconv", "-O"}, "tail": {"-f", "-F", "--follow"}, "less": {"-o", "-O", "+"},
}

func looksOnly(words []word) bool {
	at := skipWrappers(words)
	if len(at) == 0 || !at[0].whole {
		return len(at) == 0 && len(words) > 0
	}
	name := path.Base(at[0].text)
	if strings.Contains(at[0].text, "/") && !strings.HasPrefix(at[0].text, "/bin/") && !strings.HasPrefix(at[0].text, "/usr/bin/") {
		return false // a script of that name
	}
	for _, w := range at[1:] {
		for _, o := range writing[name] {
			single := len(o) == 2 && o[0] == '-' && strings.HasPrefix(w.text, "-") && !strings.HasPrefix(w.text, "--") && strings.Contains(w.text, o[1:])
			if single && name != "git" || strings.HasPrefix(w.text, o) {
				return false
			}
		}
	}
	switch name {
	case "awk", "gawk", "mawk":
		if slices.ContainsFunc(at[1:], func(w word) bool { return awkWrites.MatchString(w.text) }) {
			return false
		}
	case "git":
		return gitLooks[sub(at)]
	case "uniq":
		return len(operands(at[1:])) < 2
	case "tar":
		return len(at) > 1 && strings.Contains(strings.TrimLeft(at[1].text, "-"), "t") && strings.Trim(at[1].text, "-tvzjJf") == ""
	case "unzip":
		return slices.ContainsFunc(at[1:], func(w word) bool { return w.text == "-l" || w.text == "-p" || w.text == "-t" || w.text == "-v" })
	}
	return texts["looks"][name] || texts["says"][name] || texts["reads"][name]
}

var awkWrites = regexp.MustCompile(`print[^;}\n]*[>|]|system|-i`)

// sub is the subcommand, "" behind an option.
func sub(words []word) string {
	if len(words) > 1 {
		if words[1].text == "--no-pager" && len(words) > 2 {
			return words[2].text
		}
		return words[1].text
	}
	return ""
}

// gitLooks are the subcommands of git that only look.
var gitLooks = set("status log diff show rev-parse ls-files blame shortlog describe rev-list cat-file grep show-ref ls-tree name-rev merge-base diff-tree whatchanged count-objects help check-ignore for-each-ref range-diff")
