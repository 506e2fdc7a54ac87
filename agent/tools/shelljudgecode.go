package tools

import (
	"regexp"
	"slices"
	"strings"

	"deputy/agent/policy"
)

// A language is an interpreter. A script of the workspace is a program as any
// other: the sandbox confines it. What it is given to run on the command line is
// read, since the owner can't; it is understood only if all its names are of
// those that calculate and print.
type language struct {
	code    string // letters whose value is code
	flags   string
	valued  string
	strings string // the quotes of its texts
}

var languages = map[string]language{
	"python":  python,
	"python2": python,
	"python3": python,
	"pypy3":   python,
	"perl":    {code: "eE", flags: "nplaw0", strings: `'`},
	"ruby":    {code: "e", flags: "nplaw", strings: `'`},
	"node":    {code: "ep", strings: `'"`},
	"nodejs":  {code: "ep", strings: `'"`},
	"php":     {code: "r", flags: "n", strings: `'`},
	"lua":     {code: "e", strings: `'"`},
	"Rscript": {code: "e", strings: `'"`},
	"deno":    {},
	"tclsh":   {},
	"guile":   {code: "c"},
	"java":    {},
	"julia":   {code: "eE", strings: `"`},
	"swift":   {},
	"ghc":     {code: "e"},
	"ghci":    {},
	"bc":      {flags: "lqsw"},
	"dc":      {code: "e"},
}

var python = language{code: "c", flags: "BbdEIOqsSuv", valued: "WX", strings: `'"`}

// pythonModules are modules of python -m that do nothing outside.
var pythonModules = set("venv json.tool unittest pytest py_compile compileall doctest calendar black ruff mypy flake8 isort pylint build tokenize ast dis")

func (b *bench) language(l language, c command) {
	if c.open() {
		b.unclear(c.name)
	}
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		next := c.args[min(i+1, len(c.args)):]
		switch {
		case !a.fixed() || a.open():
			b.unclear(c.name)
			return
		case a.text == "--version" || a.text == "-V":
			return
		case l.code == "c" && a.text == "-m" && len(next) > 0:
			b.module(c, next)
			return
		case (c.name == "node" || c.name == "nodejs") && (a.text == "--eval" || a.text == "--print") && len(next) > 0:
			b.code(l, c, next[0])
			return
		case strings.HasPrefix(a.text, "-") && len(a.text) > 1:
			letters := a.text[1:]
			at := strings.IndexAny(letters, l.code)
			if at >= 0 && strings.Trim(letters[:at], l.flags) == "" {
				code := value{text: letters[at+1:]}
				if code.text == "" && len(next) > 0 {
					code = next[0]
					i++
				}
				b.code(l, c, code)
				if l.code == "c" {
					return // the rest are its arguments
				}
				continue
			}
			skip, ok := reader{flags: l.flags, valued: l.valued}.short(letters)
			if !ok {
				b.unclear(c.name + " " + a.text)
				b.beyond(c)
				return
			}
			i += skip
		case a.text == "-" || strings.HasPrefix(a.text, "/dev/") || strings.HasPrefix(a.text, "/proc/"):
			b.fed(l, c)
			return
		default:
			return // a script, then its arguments
		}
	}
	if !slices.ContainsFunc(c.args, func(a value) bool { return strings.HasPrefix(a.text, "-") && strings.ContainsAny(a.text, l.code) }) {
		b.fed(l, c)
	}
}

// fed judges an interpreter that reads its program from elsewhere.
func (b *bench) fed(l language, c command) {
	switch {
	case c.name == "bc" || c.name == "dc" && c.in == nil: // they calculate
		if c.name == "dc" {
			b.unclear(c.name)
		}
	case c.in != nil && c.in.known:
		b.code(l, c, value{text: c.in.text})
	default:
		b.unclear(c.name)
	}
}

func (b *bench) module(c command, args []value) {
	switch name := args[0].text; {
	case name == "pip" || name == "pip3":
		b.run(append([]value{{text: "pip"}}, args[1:]...), nil)
	case name == "http.server" || name == "smtplib" || name == "ftplib" || name == "twine":
		b.network(whyNetwork, c.name+" -m "+name)
	case !pythonModules[name]:
		b.unclear(c.name + " -m " + name)
	}
}

var (
	names = regexp.MustCompile(`[A-Za-z_][A-Za-z_0-9]*`)
	// calculates are the names that code may use and still be understood. None
	// of them, in any of the languages, runs, opens, sends, deletes or finds a
	// thing by its name.
	calculates = set("print println puts say echo console log printf sprintf format len length size range xrange sum min max abs round sorted sort reverse reversed map filter zip enumerate join split strip trim replace upper lower title count index append pop keys values items get " +
		"int float str string bool list dict set tuple number Number String Boolean Array Object Math JSON parse stringify json dumps loads load sys stdin stdout read readline readlines argv math datetime timedelta today now strftime strptime isoformat date time re match findall statistics mean median mode stdev " +
		"collections Counter defaultdict itertools decimal Decimal fractions Fraction pi e sqrt floor ceil sin cos tan exp pow factorial gcd random randint choice " +
		"for in if else elif elsif unless while not and or is True False None true false null nil undefined import from as lambda return def let const var my function end do then local BEGIN END foreach of new each indent sep ensure_ascii key default days hours minutes weeks x y z i j k n m a b c d f s t v w p")
	riskyText = regexp.MustCompile("[`\\\\@&|<>~;#]|%x|[{][{]|__|[$][(({&*!`0-9]|[*]{2}[*]|::|->")
)

// code judges a program that stands on the command line.
func (b *bench) code(l language, c command, code value) {
	part := c.name + " -" + strings.TrimSpace(string(l.code[:min(1, len(l.code))]))
	if code.open() || !understood(l, code.text) {
		b.unclear(part)
	}
	lower := strings.ToLower(code.text)
	if strings.Contains(lower, "sudo ") {
		b.raise(policy.Seal, whyRoot, part)
	}
}

// understood says whether code only calculates and prints.
func understood(l language, code string) bool {
	rest, ok := withoutTexts(code, l.strings)
	if !ok || len(code) > 600 {
		return false
	}
	check := rest
	if l.code == "c" { // python: ; and comparison are harmless there
		check = strings.NewReplacer(";", " ", "<", " ", ">", " ", "**", " ").Replace(rest)
	}
	if riskyText.MatchString(check) || strings.ContainsAny(rest, `"'`) {
		return false
	}
	for _, n := range names.FindAllString(rest, -1) {
		if !calculates[n] {
			return false
		}
	}
	for _, r := range rest {
		if r > 0x7f {
			return false
		}
	}
	return true
}

// withoutTexts takes out what stands in quotes; a text with a letter before it
// (f"...") or with a backslash in it may be more than a text.
func withoutTexts(code, quotes string) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(code); i++ {
		q := code[i]
		if strings.IndexByte(quotes, q) < 0 {
			out.WriteByte(q)
			continue
		}
		if i > 0 && (code[i-1] == '_' || code[i-1] >= 'a' && code[i-1] <= 'z' || code[i-1] >= 'A' && code[i-1] <= 'Z') {
			return "", false
		}
		end := strings.IndexByte(code[i+1:], q)
		if end < 0 || strings.Contains(code[i+1:i+1+end], `\`) {
			return "", false
		}
		i += end + 1
		out.WriteString(" 0 ")
	}
	return out.String(), true
}
