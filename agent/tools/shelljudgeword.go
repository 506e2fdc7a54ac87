package tools

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Marks within a value: what is only known when the command runs, and a number
// that is.
const (
	unknown    = "\x00"
	someNumber = "\x01"
)

// A value is what a word comes to.
type value struct {
	text   string
	glob   bool // file names take its place
	odd    bool // as the name of a command it would hide what it is
	varied bool // a variable is in it
	bare   bool // something in it that is only known when it runs may become several words, or none
}

// open says that not all of it is known before the command runs.
func (v value) open() bool { return strings.Contains(v.text, unknown) }

// exact says that it is what it looks like.
func (v value) exact() bool {
	return !strings.Contains(v.text, unknown) && !strings.Contains(v.text, someNumber) && !v.glob
}

// fixed says that it can't turn into an option.
func (v value) fixed() bool {
	return !v.bare && !(v.glob && strings.IndexAny(v.text, "*?[") == 0) && !strings.HasPrefix(v.text, unknown)
}

const widest = 64 // values that one word may have

// values are all that the word may come to.
func (b *bench) values(w *syntax.Word) []value {
	if w.Lit() == "[" { // the command, no pattern
		return []value{{text: "["}}
	}
	list := []value{{odd: !plainName(w)}}
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			list = each(list, literalText(p.Value))
		case *syntax.SglQuoted:
			list = each(list, quotedText(p))
		case *syntax.DblQuoted:
			list = b.quoted(list, p)
		case *syntax.ParamExp:
			list = b.expanded(list, p, false)
		case *syntax.ArithmExp:
			list = each(list, value{text: someNumber})
		default:
			list = each(list, value{text: unknown, bare: true})
		}
		if len(list) > widest {
			return []value{{text: unknown, bare: true, varied: true}}
		}
	}
	return list
}

func (b *bench) quoted(list []value, q *syntax.DblQuoted) []value {
	for _, p := range q.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			list = each(list, value{text: unescaped(p.Value, "$`\"\\\n")})
		case *syntax.ParamExp:
			list = b.expanded(list, p, true)
		case *syntax.ArithmExp:
			list = each(list, value{text: someNumber})
		default:
			list = each(list, value{text: unknown})
		}
	}
	return list
}

// each appends the same to all.
func each(list []value, more value) []value {
	out := make([]value, len(list))
	for i, v := range list {
		v.text += more.text
		v.glob, v.odd, v.varied, v.bare = v.glob || more.glob, v.odd || more.odd, v.varied || more.varied, v.bare || more.bare
		out[i] = v
	}
	return out
}

// expanded appends what a variable may hold.
func (b *bench) expanded(list []value, p *syntax.ParamExp, quoted bool) []value {
	var all []value
	for _, more := range b.holds(p) {
		if !quoted && strings.ContainsAny(more.text, " \t\n*?[") && !more.glob {
			more = value{text: unknown, bare: true}
		}
		if !quoted && (more.open() || more.text == "") {
			more.bare = true
		}
		more.varied, more.odd = true, true
		all = append(all, each(list, more)...)
	}
	return all
}

func (b *bench) holds(p *syntax.ParamExp) []value {
	anything := []value{{text: unknown}}
	plain := p.Param != nil && p.Flags == nil && !p.Excl && !p.Width && !p.IsSet && p.NestedParam == nil && p.Index == nil &&
		len(p.Modifiers) == 0 && p.Slice == nil && p.Repl == nil && p.Names == 0 && p.Exp == nil
	switch {
	case !plain:
		return anything
	case p.Length, p.Param.Value == "#", p.Param.Value == "?", p.Param.Value == "$", p.Param.Value == "!":
		return []value{{text: someNumber}}
	case b.vars == nil:
		return anything
	}
	name := p.Param.Value
	v := b.vars.of[name]
	if v == nil {
		switch name {
		case "HOME":
			return []value{{text: "~"}}
		case "PWD":
			return []value{{text: sandboxDir}}
		case "RANDOM", "SECONDS", "LINENO", "UID", "EUID", "PPID":
			return []value{{text: someNumber}}
		}
		return anything
	}
	if v.unknown || len(v.values) == 0 {
		return anything
	}
	if b.bound[name] == 0 { // it may not have been set yet
		return append([]value{{}}, v.values...)
	}
	return v.values
}

// literalText is what an unquoted part comes to.
func literalText(raw string) value {
	v, text, brace := value{}, []byte{}, false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '\\' && i+1 < len(raw):
			i++
			c = raw[i]
			if c == '\n' {
				continue
			}
		case c == '*' || c == '?' || c == '[':
			v.glob = true
		case c == '{':
			brace = true
		case brace && (c == ',' || c == '.' && i+1 < len(raw) && raw[i+1] == '.'):
			v.bare = true // {a,b} are several words
		}
		text = append(text, c)
	}
	if v.text = string(text); v.bare {
		v.text += unknown
	}
	return v
}

// quotedText is what '...' comes to; $'...' may hide any character.
func quotedText(q *syntax.SglQuoted) value {
	if !q.Dollar {
		return value{text: q.Value}
	}
	if !strings.Contains(strings.NewReplacer(`\n`, "", `\t`, "", `\\`, "", `\'`, "").Replace(q.Value), `\`) {
		return value{text: strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`, `\'`, `'`).Replace(q.Value), odd: true}
	}
	return value{text: unknown, odd: true}
}

// unescaped takes the backslash from before any of the given characters.
func unescaped(s, which string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(which, s[i+1]) >= 0 {
			if i++; s[i] == '\n' {
				continue
			}
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// plainName says whether a word can be read as the name of a command: written
// in one piece, without escapes but the one that keeps an alias off.
func plainName(w *syntax.Word) bool {
	if len(w.Parts) != 1 {
		return false
	}
	switch p := w.Parts[0].(type) {
	case *syntax.Lit:
		shown := int(p.ValueEnd.Offset()) - int(p.ValuePos.Offset())
		return shown == len(p.Value) && !strings.Contains(strings.TrimPrefix(p.Value, `\`), `\`)
	case *syntax.SglQuoted:
		return !p.Dollar
	case *syntax.DblQuoted:
		if len(p.Parts) != 1 || p.Dollar {
			return false
		}
		lit, ok := p.Parts[0].(*syntax.Lit)
		return ok && !strings.Contains(lit.Value, `\`)
	}
	return false
}

// An input is what a command is given to read, if it stands in the command.
type input struct {
	text  string
	known bool
}

func inputOf(s *syntax.Stmt) *input {
	var in *input
	for _, r := range s.Redirs {
		if r.N != nil && r.N.Value != "0" {
			continue
		}
		switch r.Op {
		case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn:
			in = nil
		case syntax.Hdoc, syntax.DashHdoc:
			in = document(r)
		case syntax.WordHdoc:
			values := (&bench{}).values(r.Word)
			in = &input{text: values[0].text, known: len(values) == 1 && !values[0].open() && !strings.Contains(values[0].text, someNumber)}
		}
	}
	return in
}

// document is a here-document; its text is known if nothing in it is expanded.
func document(r *syntax.Redirect) *input {
	in := &input{known: true}
	if r.Hdoc == nil {
		return in
	}
	raw := false
	for _, p := range r.Word.Parts {
		lit, ok := p.(*syntax.Lit)
		raw = raw || !ok || strings.Contains(lit.Value, `\`)
	}
	for _, p := range r.Hdoc.Parts {
		lit, ok := p.(*syntax.Lit)
		switch {
		case !ok:
			in.known = false
		case raw:
			in.text += lit.Value
		default:
			in.text += unescaped(lit.Value, "$`\\\n")
		}
	}
	return in
}
