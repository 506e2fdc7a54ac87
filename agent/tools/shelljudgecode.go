package tools

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"deputy/agent/policy"
)

// A language is an interpreter. A script of the workspace is a program as any
// other: the sandbox confines it. What it is given to run on the command line is
// read, since the owner can't; it is understood only if it is Python and all its names are of
// those that calculate and print. Other languages have too many ways to run what
// a text names.
type language struct {
	code  string // letters whose value is code
	flags string // letters without a value
	read  bool   // such code may be understood
}

var languages = map[string]language{
	"python":  python,
	"python2": python,
	"python3": python,
	"pypy3":   python,
	"perl":    {code: "eE", flags: "nplaw0"},
	"ruby":    {code: "e", flags: "nplaw"},
	"node":    {code: "ep"},
	"nodejs":  {code: "ep"},
	"php":     {code: "r", flags: "n"},
	"lua":     {code: "e"},
	"Rscript": {code: "e"},
	"julia":   {code: "eE"},
	"java":    {},
	"bc":      {flags: "lqsw"},
}

var python = language{code: "c", flags: "BbdEIOqsSuv", read: true}

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
			skip, ok := reader{flags: l.flags}.short(letters)
			if !ok {
				b.unclear(c.name + " " + a.text)
				b.beyond(c)
				return
			}
			i += skip
		case a.text == "-" || strings.HasPrefix(a.text, "/dev/") || strings.HasPrefix(a.text, "/proc/"):
			b.fed(l, c)
			return
		default: // a script, then its arguments
			b.ran[path.Base(a.text)] = true
			return
		}
	}
	if !slices.ContainsFunc(c.args, func(a value) bool { return strings.HasPrefix(a.text, "-") && strings.ContainsAny(a.text, l.code) }) {
		b.fed(l, c)
	}
}

// fed judges an interpreter that reads its program from elsewhere.
func (b *bench) fed(l language, c command) {
	switch {
	case c.name == "bc": // it can only calculate
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
	// of them runs, opens, sends, deletes or finds a thing by its name.
	calculates = set("print len range sum min max abs round sorted sort reverse reversed map filter zip enumerate join split strip replace upper lower title count index append pop keys values items get " +
		"int float str bool list dict set tuple json dumps loads load sys stdin argv math datetime timedelta today now strftime strptime isoformat date re match findall statistics mean median mode stdev " +
		"collections Counter decimal Decimal fractions Fraction pi e sqrt floor ceil sin cos tan exp pow factorial gcd random randint choice " +
		"for in if else elif while not and or is True False None import from as lambda return def end sep ensure_ascii indent key default days hours minutes weeks x y z i j k n m a b c d f s t v w p")
	riskyText = regexp.MustCompile("[`\\\\@&|~#$?!{]|__|[^\\x00-\\x7f]")
)

// code judges a program that stands on the command line.
func (b *bench) code(l language, c command, code value) {
	part := c.name + " -" + strings.TrimSpace(string(l.code[:min(1, len(l.code))]))
	if code.open() || !l.read || !understood(code.text) {
		b.unclear(part)
	}
	lower := strings.ToLower(code.text)
	if strings.Contains(lower, "sudo ") {
		b.raise(policy.Seal, whyRoot, part)
	}
}

// understood says whether code only calculates and prints.
func understood(code string) bool {
	rest, ok := withoutTexts(code)
	if !ok || len(code) > 600 {
		return false
	}
	if riskyText.MatchString(rest) {
		return false
	}
	for _, n := range names.FindAllString(rest, -1) {
		if !calculates[n] {
			return false
		}
	}
	return true
}

// withoutTexts takes out what stands in quotes; a text with a letter before it
// (f"...") or with a backslash in it may be more than a text.
func withoutTexts(code string) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(code); i++ {
		q := code[i]
		if q != '\'' && q != '"' {
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
