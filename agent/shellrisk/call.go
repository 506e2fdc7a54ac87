package shellrisk

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A word is one of a simple command.
type word struct {
	text  string
	lead  string // as far as it is written out from its beginning
	whole bool   // it is written out
}

// call reads a simple command.
func (r *reading) call(c *syntax.CallExpr, redirs []*syntax.Redirect) {
	words := make([]word, len(c.Args))
	for i, w := range c.Args {
		words[i] = word{literal(w), lead(w), whole(w)}
	}
	if len(words) == 0 {
		return
	}
	r.program(words)
	if at := skipWrappers(words); len(at) > 0 && texts["shell"][path.Base(at[0].text)] {
		r.fed(at, redirs)
	}
}

// program reads words as a program with its arguments, behind whatever runs it.
func (r *reading) program(words []word) {
	at := skipWrappers(words)
	for _, w := range words[:len(words)-len(at)] {
		r.runs(w)
		if name, _, ok := strings.Cut(w.text, "="); ok && decides(name) {
			r.first(&r.w.Unclear, name)
		}
	}
	if len(at) == 0 {
		return
	}
	name := path.Base(at[0].text)
	if !at[0].whole || name == "" || name == "." && at[0].text != "." || name != "[" && strings.ContainsAny(at[0].text, "*?[~ \t\n") {
		r.first(&r.w.Unclear, at[0].text+"…")
	}
	r.runs(at[0])
	part := name
	if len(at) > 1 && !strings.HasPrefix(at[1].text, "-") {
		part += " " + at[1].text
	}
	if !texts["says"][name] {
		r.paths(name, at)
	}
	r.reaches(name, part, at)
	switch {
	case name == "git":
		r.git(at)
	case texts["text"][name], texts["shell"][name]:
		r.runsText(name, at)
	case name == "find":
		for i, w := range at {
			if slices.Contains([]string{"-exec", "-execdir", "-ok", "-okdir"}, w.text) {
				r.program(at[i+1:])
			}
		}
	case texts["code"][name]:
		r.code(name, at)
	case !plain(name):
		r.perhaps(at)
	}
}

func (r *reading) runs(w word) {
	name := path.Base(w.text)
	if w.whole && name != "." && !strings.HasPrefix(w.text, "-") && !strings.Contains(w.text, "=") && !slices.Contains(r.w.Programs, name) {
		r.w.Programs = append(r.w.Programs, name)
	}
}

// perhaps looks, in the arguments of a program that nobody knows, for one that it
// may run.
func (r *reading) perhaps(words []word) {
	for i := 1; i < len(words); i++ {
		if name := path.Base(words[i].text); name == "git" || len(network[name]) > 0 {
			r.program(words[i:])
			return
		}
	}
}

// wrappers run the program that stands behind them and their options.
var wrapped = regexp.MustCompile(`^(?:-.*|[A-Za-z_][A-Za-z_0-9]*=.*|[0-9.]+[smhd]?|!)$`)

// skipWrappers gives the words from the program on that others run.
func skipWrappers(words []word) []word {
	for len(words) > 0 && texts["wrapper"][path.Base(words[0].text)] {
		for words = words[1:]; len(words) > 0 && wrapped.MatchString(words[0].text); words = words[1:] {
		}
	}
	return words
}

// paths notes the paths that a program is given.
func (r *reading) paths(name string, words []word) {
	reads := texts["looks"][name] || texts["reads"][name]
	message := false
	for _, w := range words[1:] {
		said := message // the words of a commit are only said
		message = name == "git" && (w.text == "-m" || w.text == "--message")
		if said || strings.HasPrefix(w.text, "--exclude") || strings.HasPrefix(w.text, "--ignore") || strings.HasPrefix(w.text, "!") {
			continue
		}
		text, to := w.text, w.lead
		if option, value, ok := strings.Cut(text, "="); ok && strings.HasPrefix(option, "-") || ok && name == "dd" {
			text, to = value, value
		}
		r.names(text, strings.TrimSpace(name+" "+brief(w.text)), !reads && name != "git" && name != "find")
		if texts["changes"][name] && !strings.HasPrefix(text, "-") && outside(to) {
			r.first(&r.w.Outside, name+" "+brief(w.text))
		}
	}
}

func brief(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}

// runsText reads programs that are given text to run.
func (r *reading) runsText(name string, words []word) {
	if texts["text"][name] && name != "eval" && name != "trap" {
		r.first(&r.w.Unclear, name)
	}
	for i, w := range words[1:] {
		isText := !texts["shell"][name] || i > 0 && strings.HasPrefix(words[i].text, "-") && strings.HasSuffix(words[i].text, "c")
		if !isText || strings.HasPrefix(w.text, "-") {
			continue
		}
		if !w.whole {
			r.first(&r.w.Unclear, name)
		}
		if name == "eval" {
			var all []string
			for _, w := range words[1:] {
				all = append(all, w.text)
			}
			r.text(strings.Join(all, " "), name)
			return
		}
		if name != "trap" || i == 0 {
			r.text(w.text, name)
		}
	}
}

// fed reads what a shell is given to read, if it stands in the command.
func (r *reading) fed(words []word, redirs []*syntax.Redirect) {
	for _, n := range redirs {
		var w *syntax.Word
		switch n.Op {
		case syntax.Hdoc, syntax.DashHdoc:
			w = n.Hdoc
		case syntax.WordHdoc:
			w = n.Word
		case syntax.RdrIn, syntax.DplIn:
			r.first(&r.w.Unclear, words[0].text)
		}
		if w != nil {
			if !whole(w) {
				r.first(&r.w.Unclear, words[0].text)
			}
			r.text(literal(w), words[0].text)
			return
		}
	}
	script := slices.ContainsFunc(words[1:], func(w word) bool {
		return !strings.HasPrefix(w.text, "-") || strings.HasSuffix(w.text, "c") || w.text == "--version"
	})
	if !script {
		r.first(&r.w.Unclear, words[0].text) // what it reads comes from elsewhere
	}
}

// code reads interpreters: a program on the command line, or one that is read
// from elsewhere, is not understood; a script is a program as any other.
func (r *reading) code(name string, words []word) {
	for i, w := range words[1:] {
		switch {
		case w.text == "-m" && i+2 < len(words):
			r.program(words[i+2:])
			return
		case strings.HasPrefix(w.text, "-") && len(w.text) > 1:
			if strings.ContainsAny(strings.TrimLeft(w.text, "-"), "cer") {
				r.first(&r.w.Unclear, name+" "+w.text)
			}
		case w.whole && w.text != "-" && !strings.HasPrefix(w.text, "/dev/"):
			return
		default:
			r.first(&r.w.Unclear, name)
			return
		}
	}
	if len(words) < 2 {
		r.first(&r.w.Unclear, name)
	}
}

// reaches notes what a program does over the network.
func (r *reading) reaches(name, part string, words []word) {
	for _, n := range network[name] {
		sub := ""
		for _, w := range words[1:] {
			if !strings.HasPrefix(w.text, "-") {
				sub = w.text
				break
			}
		}
		if !n.any && !n.subs[sub] || len(n.subs) > 0 && n.subs["!"+sub] {
			continue
		}
		r.first(&r.w.Network, part)
		if n.publishes || slices.ContainsFunc(words, func(w word) bool { return n.sends(w.text) }) {
			r.first(&r.w.Publishes, part)
		}
		named := urls(words)
		if n.otherwise {
			return
		}
		if len(named) == 0 {
			named = n.hosts
		}
		r.w.Hosts = append(r.w.Hosts, named...)
		return
	}
}

// urls are the hosts that words name.
func urls(words []word) (hosts []string) {
	for i, w := range words[1:] {
		for _, text := range []string{w.text, strings.SplitN(w.text, "=", 2)[len(strings.SplitN(w.text, "=", 2))-1]} {
			if u, err := url.Parse(text); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" {
				hosts = append(hosts, u.Hostname())
				break
			}
		}
		before := words[i].text
		if bare := bareHost.FindStringSubmatch(w.text); bare != nil && (!strings.HasPrefix(before, "-") || i == 0) && w.whole {
			hosts = append(hosts, bare[1])
		}
	}
	return hosts
}

// bareHost is a host without a scheme, of those ends that no file has.
var bareHost = regexp.MustCompile(`^((?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|example|edu|gov|kr|de|uk|eu|fr|jp))(?:[/:].*)?$`)
