package shellrisk

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// onlyReads says whether every part of the command is one of a few programs
// that only read, with arguments that are understood one by one, joined by
// pipes, && and ||. Whatever else there is, it says no: it is asked for then.
// That such a command can't write is not left to this: the sandbox gives it the
// workspace read-only.
func onlyReads(f *syntax.File) bool {
	for _, s := range f.Stmts {
		if !stmtReads(s) {
			return false
		}
	}
	return len(f.Stmts) > 0
}

func stmtReads(s *syntax.Stmt) bool {
	if s == nil || s.Background || s.Coprocess || s.Disown || s.Negated || len(s.Redirs) > 0 {
		return false
	}
	switch c := s.Cmd.(type) {
	case *syntax.BinaryCmd:
		return (c.Op == syntax.AndStmt || c.Op == syntax.OrStmt || c.Op == syntax.Pipe) && stmtReads(c.X) && stmtReads(c.Y)
	case *syntax.CallExpr:
		if len(c.Assigns) > 0 || len(c.Args) == 0 {
			return false
		}
		args := make([]argument, 0, len(c.Args))
		for _, w := range c.Args {
			a, ok := static(w)
			if !ok {
				return false
			}
			args = append(args, a)
		}
		r, ok := readers[args[0].text]
		return ok && !args[0].glob && r.understands(args[1:])
	}
	return false
}

// An argument is a word whose value is known before the shell runs, but for
// file names that a pattern stands for.
type argument struct {
	text string
	glob bool
}

func static(w *syntax.Word) (argument, bool) {
	var a argument
	for i, part := range w.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			if strings.ContainsAny(p.Value, `\{}`) || i == 0 && strings.HasPrefix(p.Value, "~") {
				return a, false
			}
			a.glob = a.glob || strings.ContainsAny(p.Value, "*?[")
			a.text += p.Value
		case *syntax.SglQuoted:
			if p.Dollar {
				return a, false
			}
			a.text += p.Value
		case *syntax.DblQuoted:
			if p.Dollar {
				return a, false
			}
			for _, inner := range p.Parts {
				lit, ok := inner.(*syntax.Lit)
				if !ok || strings.Contains(lit.Value, `\`) {
					return a, false
				}
				a.text += lit.Value
			}
		default:
			return a, false
		}
	}
	return a, true
}

// A reader is what a program that only reads may be given.
type reader struct {
	flags  string   // letters without a value
	valued string   // letters with one
	long   []string // long options, with "=" at the end when a value follows it
	number bool     // "-5"
	plain  int      // how many operands, from the first, are no paths; -1 is all
	max    int      // operands at most; 0 is any number, -1 is none
	globs  bool     // patterns may stand for paths: no option writes, should a file be named like one
	check  func(args []argument) bool
}

// known says that there is such a program.
func (r reader) known() bool {
	return r.check != nil || r.flags+r.valued != "" || r.long != nil || r.globs || r.plain != 0 || r.max != 0
}

func (r reader) understands(args []argument) bool {
	if r.check != nil {
		return r.check(args)
	}
	operands := 0
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a.text == "--", strings.HasPrefix(a.text, "-") && a.glob:
			return false
		case strings.HasPrefix(a.text, "--"):
			if !r.knowsLong(a.text) {
				return false
			}
		case len(a.text) > 1 && a.text[0] == '-':
			skip, ok := r.short(a.text[1:])
			if !ok {
				return false
			}
			i += skip
			if i >= len(args) || skip > 0 && args[i].glob {
				return false
			}
		default:
			operands++
			if r.plain >= 0 && operands > r.plain && !r.inside(a) || operands <= r.plain && a.glob || r.plain < 0 && a.glob {
				return false
			}
		}
	}
	return r.max == 0 || operands <= max(r.max, 0)
}

// short reads the letters of "-abc"; skip says that the next word is the last one's value.
func (r reader) short(letters string) (skip int, ok bool) {
	if r.number && strings.Trim(letters, "0123456789") == "" {
		return 0, true
	}
	for i, l := range letters {
		switch {
		case strings.ContainsRune(r.flags, l):
		case strings.ContainsRune(r.valued, l):
			if i == len(letters)-1 {
				skip = 1
			}
			return skip, true
		default:
			return 0, false
		}
	}
	return 0, true
}

func (r reader) knowsLong(option string) bool {
	name, _, valued := strings.Cut(option, "=")
	if valued {
		name += "="
	}
	return slices.Contains(r.long, name)
}

// inside says whether an operand is a path of the workspace.
func (r reader) inside(a argument) bool {
	p, ok := strings.CutPrefix(a.text, Dir+"/")
	if !ok {
		p = a.text
	}
	if a.glob && !r.globs { // a file's name could be read as an option that writes
		return false
	}
	p = path.Clean(p)
	return !path.IsAbs(p) && p != ".." && !strings.HasPrefix(p, "../")
}

var readers = map[string]reader{
	"ls":        {flags: "aAlhtrRSs1dFpUigno", long: strings.Fields("--all --almost-all --human-readable --recursive --reverse --size --sort= --time-style= --full-time"), globs: true},
	"cat":       {flags: "nbsAETvet", globs: true},
	"head":      {flags: "qv", valued: "nc", long: strings.Fields("--lines= --bytes="), number: true, globs: true},
	"tail":      {flags: "qv", valued: "nc", long: strings.Fields("--lines= --bytes="), number: true, globs: true},
	"wc":        {flags: "lwcmL", long: strings.Fields("--lines --words --bytes --chars"), globs: true},
	"grep":      {flags: "ivnlLcwxEFohHsqrR", valued: "ABCm", long: strings.Fields("--ignore-case --line-number --count --recursive --include= --exclude= --max-count="), plain: 1, globs: true},
	"egrep":     {flags: "ivnlLcwxohHsqrR", valued: "ABCm", plain: 1, globs: true},
	"fgrep":     {flags: "ivnlLcwxohHsqrR", valued: "ABCm", plain: 1, globs: true},
	"sort":      {flags: "nrufbdhVgMiz", valued: "kt", long: strings.Fields("--numeric-sort --reverse --unique --ignore-case --human-numeric-sort --key= --field-separator=")},
	"uniq":      {flags: "cdiu", valued: "fsw", max: 1},
	"cut":       {flags: "s", valued: "dfcb", globs: true},
	"tr":        {flags: "dscC", plain: -1, max: 2},
	"nl":        {valued: "bnw", globs: true},
	"tac":       {globs: true},
	"rev":       {globs: true},
	"stat":      {flags: "Lft", valued: "c", globs: true},
	"file":      {flags: "bi", globs: true},
	"du":        {flags: "shackmb", valued: "d", long: strings.Fields("--max-depth= --human-readable --summarize --total --apparent-size"), globs: true},
	"df":        {flags: "hHiTka", long: strings.Fields("--human-readable --si --total")},
	"diff":      {flags: "uqrNiwbBs", long: strings.Fields("--brief --unified"), max: 2},
	"cmp":       {flags: "sl", max: 2},
	"md5sum":    {globs: true},
	"sha1sum":   {globs: true},
	"sha256sum": {globs: true},
	"basename":  {plain: -1},
	"dirname":   {plain: -1},
	"echo":      {flags: "neE", plain: -1, check: quietEcho},
	"seq":       {plain: -1, max: 3},
	"pwd":       {flags: "LP", max: -1},
	"whoami":    {max: -1},
	"id":        {flags: "ugnG", max: -1},
	"uname":     {flags: "asnrvmpio", max: -1},
	"uptime":    {flags: "ps", max: -1},
	"nproc":     {max: -1},
	"free":      {flags: "hmgbkt", max: -1},
	"cal":       {flags: "3my", plain: -1, max: 2},
	"true":      {max: -1},
	"date":      {check: readsDate},
	"find":      {check: readsFind},
	"git":       {check: readsGit},
}

// quietEcho takes any words: echo has no option that does anything. A pattern
// only lists names.
func quietEcho([]argument) bool { return true }

// readsDate refuses what would set the clock.
func readsDate(args []argument) bool {
	for i := 0; i < len(args); i++ {
		a := args[i].text
		switch {
		case args[i].glob:
			return false
		case strings.HasPrefix(a, "+"), a == "-u", a == "-R", a == "-I", a == "--utc", a == "--iso-8601", strings.HasPrefix(a, "--date="):
		case a == "-d" && i+1 < len(args):
			i++
		default:
			return false
		}
	}
	return true
}

// readsFind takes paths and then tests; every action (-exec, -delete, -fprint)
// is unknown to it.
func readsFind(args []argument) bool {
	i := 0
	for i < len(args) && !strings.HasPrefix(args[i].text, "-") {
		if !(reader{}).inside(args[i]) || strings.ContainsAny(args[i].text, "()!,") {
			return false
		}
		i++
	}
	for ; i < len(args); i++ {
		switch args[i].text {
		case "-name", "-iname", "-path", "-ipath", "-type", "-maxdepth", "-mindepth", "-size", "-mtime", "-mmin":
			if i++; i >= len(args) || args[i].glob {
				return false
			}
		case "-print", "-empty":
		default:
			return false
		}
	}
	return true
}

// readsGit is the part of git that only looks. Its pager, its external diffs
// and its converters are a matter of the repository: they see the workspace
// read-only as git does.
func readsGit(args []argument) bool {
	if len(args) == 0 || args[0].glob {
		return false
	}
	options, ok := gitReads[args[0].text]
	if !ok {
		return false
	}
	paths := false
	for _, a := range args[1:] {
		name, _, valued := strings.Cut(a.text, "=")
		switch {
		case a.text == "--":
			paths = true
		case paths || !strings.HasPrefix(a.text, "-"):
			if a.glob || !(reader{}).inside(a) {
				return false
			}
		case a.glob:
			return false
		case strings.HasPrefix(a.text, "--"):
			if valued {
				name += "="
			}
			if !slices.Contains(options, name) {
				return false
			}
		default:
			if n := strings.TrimPrefix(a.text, "-"); strings.Trim(n, "0123456789") != "" && !slices.Contains(options, a.text) {
				return false
			}
		}
	}
	return true
}

// gitReads are the options of the subcommands that look.
var gitReads = map[string][]string{
	"status":    strings.Fields("-s -b -sb --short --branch --porcelain --porcelain= --long --ignored"),
	"log":       strings.Fields("--oneline -n --stat --graph --all --decorate --no-merges --merges --reverse -p --patch --name-only --name-status --author= --since= --until= --grep= --max-count= --format= --pretty= --date= --shortstat --no-color --follow"),
	"diff":      strings.Fields("--stat --cached --staged --name-only --name-status --shortstat --no-color --word-diff -w -U0 -U1 -U5 --numstat --no-ext-diff --no-textconv"),
	"show":      strings.Fields("--stat --name-only --name-status --no-color --format= --pretty= -s --oneline --no-patch"),
	"ls-files":  strings.Fields("-m -o -d -s --others --modified --deleted --exclude-standard"),
	"rev-parse": strings.Fields("--short --abbrev-ref --show-toplevel --verify HEAD"),
	"blame":     strings.Fields("-L -w -e"),
	"shortlog":  strings.Fields("-s -n -sn -e -sne"),
}
