package tools

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

const nameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// variables are what a command sets, wherever in it: a variable holds one of all
// the values that it is ever given.
type variables struct {
	of map[string]*variable
}

type variable struct {
	values  []value
	unknown bool // it may hold anything
}

// variablesOf collects what f sets. What it can't see (eval, source) is refused
// where it stands.
func variablesOf(f *syntax.File) *variables {
	v := &variables{of: map[string]*variable{}}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			v.assigned(n)
		case *syntax.WordIter:
			loop := v.get(n.Name.Value)
			loop.unknown = loop.unknown || !n.InPos.IsValid() // over "$@"
			for _, w := range n.Items {
				loop.add((&bench{}).values(w))
			}
		case *syntax.BinaryArithm:
			switch n.Op {
			case syntax.Assgn, syntax.AddAssgn, syntax.SubAssgn, syntax.MulAssgn, syntax.QuoAssgn, syntax.RemAssgn, syntax.AndAssgn,
				syntax.OrAssgn, syntax.XorAssgn, syntax.ShlAssgn, syntax.ShrAssgn, syntax.AndBoolAssgn, syntax.OrBoolAssgn, syntax.XorBoolAssgn, syntax.PowAssgn:
				v.counts(n.X)
			}
		case *syntax.UnaryArithm:
			if n.Op == syntax.Inc || n.Op == syntax.Dec {
				v.counts(n.X)
			}
		case *syntax.ParamExp:
			if n.Exp != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) && n.Param != nil {
				v.get(n.Param.Value).unknown = true
			}
		case *syntax.Redirect:
			if n.N != nil && strings.HasPrefix(n.N.Value, "{") {
				v.get(strings.Trim(n.N.Value, "{}")).unknown = true
			}
		case *syntax.CoprocClause:
			if n.Name != nil {
				v.get(n.Name.Lit()).unknown = true
			}
		case *syntax.CallExpr:
			v.called(n)
		}
		return true
	})
	return v
}

// moving are variables that the shell itself keeps setting.
var moving = set("_ PWD OLDPWD REPLY OPTARG OPTIND OPTERR DIRSTACK FUNCNAME GROUPS PIPESTATUS HISTCMD COPROC MAPFILE COMP_LINE COMP_WORDS EPOCHSECONDS EPOCHREALTIME SRANDOM SHLVL")

// settles names what a statement surely sets for those after it.
func settles(s *syntax.Stmt) []string {
	c, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) > 0 || s.Background || s.Coprocess || s.Disown {
		return nil
	}
	var names []string
	for _, a := range c.Assigns {
		if a.Name != nil {
			names = append(names, a.Name.Value)
		}
	}
	return names
}

func (v *variables) get(name string) *variable {
	if v.of[name] == nil {
		v.of[name] = &variable{unknown: moving[name]}
	}
	return v.of[name]
}

func (x *variable) add(values []value) {
	for _, a := range values {
		if a.open() || a.glob && strings.HasPrefix(a.text, "-") {
			x.unknown = true
		}
		a.varied = true
		x.values = append(x.values, a)
	}
	if len(x.values) > 64 {
		x.unknown = true
	}
}

func (v *variables) assigned(a *syntax.Assign) {
	if a.Name == nil || a.Naked && a.Value == nil && a.Index == nil && a.Array == nil {
		return
	}
	x := v.get(a.Name.Value)
	switch {
	case a.Append, a.Index != nil, a.Array != nil, a.Naked:
		x.unknown = true
	case a.Value == nil:
		x.add([]value{{}})
	default:
		values := (&bench{}).values(a.Value)
		for i := range values {
			values[i].glob = false // a pattern in an assignment is text: what it stands for comes later
			if strings.ContainsAny(values[i].text, "*?[") {
				x.unknown = true
			}
		}
		x.add(values)
	}
}

// counts notes that arithmetic sets a variable.
func (v *variables) counts(x syntax.ArithmExpr) {
	w, ok := x.(*syntax.Word)
	if !ok {
		return
	}
	if name := w.Lit(); name != "" {
		v.get(name).add([]value{{text: someNumber}})
		return
	}
	for _, p := range w.Parts {
		if p, ok := p.(*syntax.ParamExp); ok && p.Param != nil {
			v.get(p.Param.Value).unknown = true
		}
	}
}

// setters set the variables that their arguments name.
var setters = set("read mapfile readarray printf getopts wait unset let declare typeset local export readonly")

// called notes what a call sets: any argument of one that names a setter may be
// the name.
func (v *variables) called(c *syntax.CallExpr) {
	sets := false
	for _, w := range c.Args {
		a, ok := static(w)
		sets = sets || ok && setters[a.text]
	}
	for _, w := range c.Args {
		a, ok := static(w)
		name, _, _ := strings.Cut(a.text, "=")
		name, _, _ = strings.Cut(name, "[")
		if name = strings.TrimSuffix(name, "+"); sets && ok && name != "" && strings.Trim(name, nameLetters) == "" {
			v.get(name).unknown = true
		}
	}
}

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range words(list) {
		m[w] = true
	}
	return m
}
