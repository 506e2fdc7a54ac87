package tools

import (
	"path"
	"strings"
	"unicode"

	"mvdan.cc/sh/v3/syntax"

	"deputy/agent/policy"
)

// A command is one program or builtin with its arguments.
type command struct {
	name string // without its folder
	args []value
	in   *input // what it is given to read; nil if that doesn't stand in the command
}

// sub is the command with its first operand: "git push".
func (c command) sub() string {
	if len(c.args) > 0 && !strings.HasPrefix(c.args[0].text, "-") {
		return c.name + " " + c.args[0].text
	}
	return c.name
}

// open says that some argument is only known when the command runs.
func (c command) open() bool {
	for _, a := range c.args {
		if a.open() {
			return true
		}
	}
	return false
}

// shifting says that some argument may turn out as an option, or as several.
func (c command) shifting() bool {
	for _, a := range c.args {
		if !a.fixed() {
			return true
		}
	}
	return false
}

// call judges a simple command, once for each combination of what its words may
// come to.
func (b *bench) call(c *syntax.CallExpr, in *input) {
	for _, a := range c.Assigns {
		b.assign(a)
	}
	b.words(c.Args)
	if len(c.Args) == 0 {
		return
	}
	ways, lists := 1, make([][]value, len(c.Args))
	for i, w := range c.Args {
		lists[i] = b.values(w)
		ways *= len(lists[i])
		if ways > 4*widest {
			lists[i], ways = []value{{text: unknown, bare: true, varied: true}}, ways/len(lists[i])
		}
	}
	for way := range ways {
		words := make([]value, len(lists))
		for i, l := range lists {
			words[i] = l[way%len(l)]
			way /= len(l)
		}
		b.run(words, in)
	}
}

// run judges words as a command, whoever runs it.
func (b *bench) run(words []value, in *input) {
	if b.seen += len(words); b.seen > most {
		b.raise(policy.Seal, whyLong, "") // whatever is left out could take as much
		return
	}
	if len(words) == 0 {
		return
	}
	name := words[0]
	c := command{name: path.Base(name.text), args: words[1:], in: in}
	quiet := quiet[c.name]
	if !quiet {
		b.secrets(unsaid(words), c.name)
	}
	switch {
	case !name.exact() || name.varied || name.text == "" || name.bare || strings.ContainsAny(name.text, " \t\n~"):
		b.unclear(name.text)
		return
	case strings.Contains(name.text, "/"):
		b.ran[c.name] = true
		if strings.HasPrefix(name.text, "/proc/") || strings.HasPrefix(name.text, "/dev/") || strings.HasPrefix(name.text, "/sys/") {
			b.unclear(name.text)
		}
	}
	if name.odd || foreign(name.text) {
		b.raise(policy.Commit, whyDisguised, name.text)
	}
	b.runs(c.name)
	if quiet && specialFor(c.name) == nil {
		return
	}
	b.startup(c)
	b.program(c)
}

// unsaid leaves out the message of a commit: it is only said.
func unsaid(words []value) []value {
	if words[0].text != "git" {
		return words
	}
	var out []value
	for i, w := range words {
		if !(i > 0 && (words[i-1].text == "-m" || words[i-1].text == "--message")) {
			out = append(out, w)
		}
	}
	return out
}

// program finds who knows the program.
func (b *bench) program(c command) {
	if judged := specialFor(c.name); judged != nil {
		judged(b, c)
		return
	}
	if w, ok := wrappers[c.name]; ok {
		b.wrapper(w, c)
		return
	}
	if l, ok := languages[c.name]; ok {
		b.language(l, c)
		return
	}
	if t, ok := listingOf(c.name); ok {
		b.listed(t, c)
		return
	}
	if looking[c.name] {
		if c.open() {
			b.unclear(c.name)
		}
		return
	}
	b.unlisted(c)
}

// unlisted judges a program that nobody knows. It may run what its arguments
// name, so they are looked at as commands as well.
func (b *bench) unlisted(c command) {
	if c.open() {
		b.unclear(c.name)
	}
	if c.in != nil {
		b.perhaps(c.in.text, c.name)
	}
	for i, a := range c.args {
		option, text, valued := strings.Cut(a.text, "=")
		switch {
		case strings.HasPrefix(option, "-") && runsSomething(option, c.args[i+1:]):
			b.unclear(c.name + " " + option)
		case !valued || !strings.HasPrefix(a.text, "-"):
			text = a.text
		}
		if first := path.Base(text); known(first) && !looking[first] && !quiet[first] {
			rest := append([]value{}, c.args[i:]...)
			rest[0] = value{text: first, odd: a.odd}
			b.run(rest, nil)
		}
		b.perhaps(text, c.name)
	}
}

// perhaps judges a text that may be a command: it is one if it runs a program
// that is known to do something.
func (b *bench) perhaps(text, part string) {
	if !strings.ContainsAny(text, " \t\n;&|(<>`") || strings.Contains(text, unknown) {
		return
	}
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return
	}
	acts := false
	syntax.Walk(f, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			for _, v := range (&bench{}).values(call.Args[0]) {
				name := path.Base(v.text)
				acts = acts || known(name) && !looking[name] && !quiet[name]
			}
		}
		return true
	})
	if acts {
		b.script(text, part, false)
	}
}

// runsSomething says that an option's name sounds as if what follows were run.
func runsSomething(option string, next []value) bool {
	option = strings.ToLower(option)
	if !strings.HasPrefix(option, "--") {
		text := len(next) > 0 && strings.ContainsAny(next[0].text, " ;&|(<>`$")
		return option == "-exec" || text && (option == "-e" || option == "-c" || option == "-x" || option == "-E")
	}
	for _, part := range words("exec command cmd shell pager editor eval script hook filter program rsh plugin preload require") {
		if strings.Contains(option, part) {
			return true
		}
	}
	return option == "--pre"
}

// foreign says that a name has letters that look like others. Hangul doesn't.
func foreign(name string) bool {
	for _, r := range name {
		if r > unicode.MaxASCII && !unicode.Is(unicode.Hangul, r) {
			return true
		}
	}
	return false
}

// known says whether a name is one that the judgement goes by, so that nothing
// else may take it.
func known(name string) bool {
	_, isWrapper := wrappers[name]
	_, isLanguage := languages[name]
	_, isListed := listingOf(name)
	_, isReader := readers[name]
	return specialFor(name) != nil || isWrapper || isLanguage || isListed || isReader || looking[name] || quiet[name] || name == "command_not_found_handle"
}

// redirect judges where a command writes to and reads from.
func (b *bench) redirect(r *syntax.Redirect) {
	b.word(r.Word)
	b.word(r.Hdoc)
	if r.N != nil {
		b.setting(&syntax.Lit{Value: strings.Trim(r.N.Value, "{}")})
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
		return
	}
	for _, v := range b.values(r.Word) {
		if (r.Op == syntax.DplIn || r.Op == syntax.DplOut) && strings.Trim(v.text, "0123456789-"+someNumber) == "" {
			continue
		}
		b.secrets([]value{v}, "")
		part := r.Op.String() + " " + v.text
		switch {
		case strings.HasPrefix(v.text, "/dev/tcp") || strings.HasPrefix(v.text, "/dev/udp"):
			b.network(whyNetwork, part)
		case v.open() || v.glob:
			b.unclear(part)
		case r.Op == syntax.RdrIn || r.Op == syntax.DplIn:
		default:
			b.writes(v.text, part)
			if r.Op != syntax.AppOut && r.Op != syntax.AppAll && !fleeting(v.text) {
				b.deletes(part)
			}
		}
	}
}
