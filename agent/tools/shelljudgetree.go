package tools

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"deputy/agent/policy"
)

func (b *bench) stmts(list []*syntax.Stmt) {
	var names []string
	for _, s := range list {
		b.stmt(s)
		for _, n := range settles(s) {
			b.bound[n]++
			names = append(names, n)
		}
	}
	for _, n := range names {
		b.bound[n]--
	}
}

func (b *bench) stmt(s *syntax.Stmt) {
	if s == nil {
		return
	}
	if s.Coprocess || s.Disown { // other shells'
		b.unclear("&")
	}
	for _, r := range s.Redirs {
		b.redirect(r)
	}
	if c, ok := s.Cmd.(*syntax.CallExpr); ok {
		b.call(c, inputOf(s))
		return
	}
	b.compound(s.Cmd)
}

// compound judges every command but a simple one. A kind that isn't listed is
// not understood.
func (b *bench) compound(c syntax.Command) {
	switch c := c.(type) {
	case nil:
	case *syntax.BinaryCmd:
		b.stmt(c.X)
		b.stmt(c.Y)
	case *syntax.Block:
		b.stmts(c.Stmts)
	case *syntax.Subshell:
		b.stmts(c.Stmts)
	case *syntax.IfClause:
		for ; c != nil; c = c.Else {
			b.stmts(c.Cond)
			b.stmts(c.Then)
		}
	case *syntax.WhileClause:
		b.stmts(c.Cond)
		b.stmts(c.Do)
	case *syntax.ForClause:
		b.loop(c)
	case *syntax.CaseClause:
		b.word(c.Word)
		for _, item := range c.Items {
			b.words(item.Patterns)
			b.stmts(item.Stmts)
		}
	case *syntax.FuncDecl:
		b.function(c)
	case *syntax.ArithmCmd:
		b.arithm(c.X)
	case *syntax.LetClause:
		for _, x := range c.Exprs {
			b.arithm(x)
		}
	case *syntax.TestClause:
		b.test(c.X)
	case *syntax.DeclClause:
		b.declare(c)
	case *syntax.TimeClause:
		b.stmt(c.Stmt)
	case *syntax.CoprocClause:
		b.word(c.Name)
		if c.Name != nil {
			b.setting(&syntax.Lit{Value: c.Name.Lit()})
		}
		b.stmt(c.Stmt)
	default:
		b.unclear("")
	}
}

func (b *bench) loop(c *syntax.ForClause) {
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		b.setting(l.Name)
		b.words(l.Items)
		if !c.Select {
			b.bound[l.Name.Value]++
			defer func() { b.bound[l.Name.Value]-- }()
		}
	case *syntax.CStyleLoop:
		for _, x := range []syntax.ArithmExpr{l.Init, l.Cond, l.Post} {
			b.arithm(x)
		}
	default:
		b.unclear("for")
	}
	b.stmts(c.Do)
}

// function judges a body where it is declared: it may be called at any time.
func (b *bench) function(c *syntax.FuncDecl) {
	if c.Name == nil || len(c.Names) > 0 {
		b.unclear("function")
	} else if name := c.Name.Value; known(name) || strings.ContainsAny(name, "/=") {
		b.raise(policy.Commit, whyEnvironment, name+"()")
	}
	b.stmt(c.Body)
}

// declare judges export, declare, local, readonly and typeset.
func (b *bench) declare(c *syntax.DeclClause) {
	part := c.Variant.Value
	if part == "nameref" {
		b.unclear(part)
	}
	for _, a := range c.Args {
		b.assign(a)
		if !a.Naked || a.Name != nil {
			continue
		}
		option, ok := static(a.Value)
		if letters, is := strings.CutPrefix(option.text, "-"); !ok || !is || letters == "" || strings.Trim(letters, "aAxrgplu") != "" {
			b.unclear(part) // -n and -i have what a value says carried out
		}
	}
}

// assign judges one assignment, or a name or an option of declare.
func (b *bench) assign(a *syntax.Assign) {
	b.setting(a.Name)
	b.index(a.Index)
	b.word(a.Value)
	if a.Value != nil {
		b.secrets(b.values(a.Value), "")
	}
	if a.Array == nil {
		return
	}
	for _, e := range a.Array.Elems {
		b.index(e.Index)
		b.word(e.Value)
	}
}

// setting judges that the variable is set.
func (b *bench) setting(name *syntax.Lit) {
	if name != nil && decides(name.Value) {
		b.raise(policy.Commit, whyEnvironment, name.Value)
	}
}

func (b *bench) words(list []*syntax.Word) {
	for _, w := range list {
		b.word(w)
	}
}

// word judges what is carried out to find the value of a word.
func (b *bench) word(w *syntax.Word) {
	if w != nil {
		b.parts(w.Parts)
	}
}

func (b *bench) parts(parts []syntax.WordPart) {
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit, *syntax.SglQuoted:
		case *syntax.ExtGlob: // its inside isn't parsed, but the shell expands it
			if strings.ContainsAny(p.Pattern.Value, "$`<>") {
				b.unclear(p.Op.String())
			}
		case *syntax.DblQuoted:
			b.parts(p.Parts)
		case *syntax.CmdSubst:
			if p.TempFile || p.ReplyVar {
				b.unclear("${ }")
			}
			b.stmts(p.Stmts)
		case *syntax.ProcSubst:
			b.stmts(p.Stmts)
		case *syntax.ArithmExp:
			b.arithm(p.X)
		case *syntax.ParamExp:
			b.param(p)
		default:
			b.unclear("")
		}
	}
}

// param judges an expansion: some carry out what a variable holds.
func (b *bench) param(p *syntax.ParamExp) {
	name := ""
	if p.Param != nil {
		name = p.Param.Value
	}
	if p.Excl && p.Names == 0 || p.NestedParam != nil || p.Flags != nil || p.Width || p.IsSet || len(p.Modifiers) > 0 {
		b.unclear("${" + name + "}")
	}
	b.index(p.Index)
	if p.Slice != nil {
		b.arithm(p.Slice.Offset)
		b.arithm(p.Slice.Length)
	}
	if p.Repl != nil {
		b.word(p.Repl.Orig)
		b.word(p.Repl.With)
	}
	if p.Exp == nil {
		return
	}
	switch p.Exp.Op {
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		b.setting(p.Param)
	case syntax.OtherParamOps: // ${x@P} carries out what x holds
		if lit := p.Exp.Word.Lit(); lit != "Q" && lit != "U" && lit != "L" && lit != "u" {
			b.unclear("${" + name + "@" + lit + "}")
		}
	}
	b.word(p.Exp.Word)
}

// test judges [[ ]]. Its comparisons of numbers carry out what stands in a
// subscript, and so does -v.
func (b *bench) test(x syntax.TestExpr) {
	switch x := x.(type) {
	case nil:
	case *syntax.Word:
		b.word(x)
	case *syntax.ParenTest:
		b.test(x.X)
	case *syntax.UnaryTest:
		b.test(x.X)
		w, ok := x.X.(*syntax.Word)
		if (x.Op == syntax.TsVarSet || x.Op == syntax.TsRefVar) && (!ok || strings.Trim(w.Lit(), nameLetters) != "" || w.Lit() == "") {
			b.unclear("[[ " + x.Op.String() + " ]]")
		}
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
			for _, side := range []syntax.TestExpr{x.X, x.Y} {
				w, ok := side.(*syntax.Word)
				if !ok {
					b.unclear("[[ ]]")
					continue
				}
				b.arithm(w)
			}
		default:
			b.test(x.X)
			b.test(x.Y)
		}
	default:
		b.unclear("[[ ]]")
	}
}
