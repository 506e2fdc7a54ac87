// Package shellrisk reads a shell command for what it wants beyond a sandbox that
// has no network and sees only the workspace: hosts, paths outside, protected
// paths, a push. It knows bash's grammar and the names of programs that use the
// network. It must not know levels, who is asked, nor any sandbox. It is no wall:
// what hides from it gets the sandbox and nothing more.
package shellrisk

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Dir is where a command sees the workspace.
const Dir = "/workspace"

// Wants is what a command wants. Each text is the part of it that says so, "" if
// none does.
type Wants struct {
	Programs  []string // it runs, as far as it is written out, each once
	Reads     bool     // it only reads
	Hosts     []string // it names, or its programs are known to reach
	Network   string   // it is of no use without a network
	Publishes string   // it sends or publishes something
	Remote    string   // where a git push goes; "default" if it doesn't say
	Outside   string   // it changes what is not in the workspace
	Startup   string   // it names what runs by itself
	Secret    string   // it names what holds secrets
	Unclear   string   // nobody can tell what it runs
}

// Protected says whether a path of the workspace runs by itself or holds a secret.
type Protected func(rel string) (runs, secret bool)

const (
	longest = 2000 // bytes of a command that a person can follow
	deepest = 6    // shells within shells
)

// Read finds what a command wants, wherever in it that stands.
func Read(f *syntax.File, protected Protected) Wants {
	r := &reading{protected: protected}
	if f.End().Offset() > longest {
		r.first(&r.w.Unclear, "it")
	}
	r.file(f)
	slices.Sort(r.w.Hosts)
	r.w.Hosts = slices.Compact(r.w.Hosts)
	r.w.Reads = r.w.beyond() == "" && r.w.Unclear == "" && onlyReads(f)
	return r.w
}

// beyond is anything that takes more than the sandbox.
func (w Wants) beyond() string {
	return w.Network + w.Publishes + w.Outside + w.Startup + w.Secret + strings.Join(w.Hosts, "")
}

type reading struct {
	w         Wants
	protected Protected
	depth     int
}

// first keeps the first part that says something.
func (r *reading) first(what *string, part string) {
	if *what == "" {
		*what = strings.TrimSpace(part)
	}
}

func (r *reading) file(f *syntax.File) {
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			if c, ok := n.Cmd.(*syntax.CallExpr); ok {
				r.call(c, n.Redirs)
			}
			for _, redirect := range n.Redirs {
				r.redirect(redirect)
			}
		case *syntax.Assign:
			if n.Name != nil && decides(n.Name.Value) {
				r.first(&r.w.Unclear, n.Name.Value)
			}
			if n.Value != nil {
				r.names(literal(n.Value), "", true)
			}
		case *syntax.WordIter:
			for _, w := range n.Items {
				r.names(literal(w), "", true)
			}
		case *syntax.FuncDecl, *syntax.ExtGlob:
			r.first(&r.w.Unclear, "it")
		}
		return true
	})
}

// text reads what another shell is given to run.
func (r *reading) text(text, part string) {
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil || r.depth >= deepest {
		r.first(&r.w.Unclear, part)
		return
	}
	r.depth++
	r.file(f)
	r.depth--
}

func (r *reading) redirect(n *syntax.Redirect) {
	if n.Op == syntax.Hdoc || n.Op == syntax.DashHdoc || n.Op == syntax.WordHdoc || n.Word == nil {
		return
	}
	to := literal(n.Word)
	part := n.Op.String() + " " + to
	writes := n.Op != syntax.RdrIn && n.Op != syntax.DplIn
	if strings.HasPrefix(to, "/dev/tcp/") || strings.HasPrefix(to, "/dev/udp/") {
		r.first(&r.w.Network, part)
		return
	}
	r.names(to, part, writes)
	if writes && outside(lead(n.Word)) {
		r.first(&r.w.Outside, part)
	}
}

// names notes that a word names a protected path; writes says that it may be changed.
func (r *reading) names(word, part string, writes bool) {
	for _, p := range strings.FieldsFunc(word, func(c rune) bool { return strings.ContainsRune(" \t\n'\"()=:,;<>", c) }) {
		if in, ok := strings.CutPrefix(p, Dir+"/"); ok {
			p = in
		}
		if p = path.Clean(p); p == "." {
			continue
		}
		runs, secret := r.protected(p)
		if part == "" {
			part = p
		}
		if runs && writes {
			r.first(&r.w.Startup, part)
		}
		if secret {
			r.first(&r.w.Secret, part)
		}
	}
}

// literal is what of a word is written out; what isn't yet known is left out.
func literal(w *syntax.Word) string {
	var b strings.Builder
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(unescaped(p.Value))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			b.WriteString(literal(&syntax.Word{Parts: p.Parts}))
		case *syntax.ParamExp:
			if p.Param != nil && p.Param.Value == "HOME" {
				b.WriteString("~")
			}
		}
	}
	return b.String()
}

// lead is what of a word is written out up to the first part that isn't known.
func lead(w *syntax.Word) string {
	for i, p := range w.Parts {
		if !whole(&syntax.Word{Parts: []syntax.WordPart{p}}) {
			if home, ok := p.(*syntax.ParamExp); ok && i == 0 && home.Param != nil && home.Param.Value == "HOME" {
				return "~"
			}
			if quoted, ok := p.(*syntax.DblQuoted); ok {
				return literal(&syntax.Word{Parts: w.Parts[:i]}) + lead(&syntax.Word{Parts: quoted.Parts})
			}
			return literal(&syntax.Word{Parts: w.Parts[:i]})
		}
	}
	return literal(w)
}

func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if i++; s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// whole says that a word is written out, but for file names that a pattern stands for.
func whole(w *syntax.Word) bool {
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			if strings.ContainsAny(p.Value, "{}") {
				return false
			}
		case *syntax.SglQuoted:
			if p.Dollar {
				return false
			}
		case *syntax.DblQuoted:
			if p.Dollar || !whole(&syntax.Word{Parts: p.Parts}) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// outside says that a path is not in the workspace, nor gone with the sandbox.
func outside(p string) bool {
	if strings.HasPrefix(p, "~") {
		return true
	}
	if p == "" {
		return false
	}
	p = path.Clean(p)
	if !path.IsAbs(p) {
		return p == ".." || strings.HasPrefix(p, "../")
	}
	for _, in := range []string{Dir, "/tmp", "/dev/shm", "/dev/fd"} {
		if p == in || strings.HasPrefix(p, in+"/") {
			return false
		}
	}
	return !slices.Contains([]string{"/dev/null", "/dev/zero", "/dev/full", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/random", "/dev/urandom"}, p)
}
