package tools

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// arithm judges an arithmetic expression. The shell reads what a variable in it
// holds as an expression too, and carries out the commands in it, so every
// variable must be known to hold a number.
func (b *bench) arithm(x syntax.ArithmExpr) {
	switch x := x.(type) {
	case nil:
	case *syntax.ParenArithm:
		b.arithm(x.X)
	case *syntax.UnaryArithm:
		b.arithm(x.X)
	case *syntax.BinaryArithm:
		if w, ok := x.X.(*syntax.Word); ok && strings.HasSuffix(x.Op.String(), "=") {
			b.setting(&syntax.Lit{Value: w.Lit()})
		}
		if x.Op != syntax.Assgn { // what is assigned to isn't read
			b.arithm(x.X)
		} else if w, ok := x.X.(*syntax.Word); !ok || strings.Trim(w.Lit(), nameLetters) != "" || w.Lit() == "" {
			b.arithm(x.X)
		}
		b.arithm(x.Y)
	case *syntax.Word:
		b.operand(x)
	default:
		b.unclear("(( ))")
	}
}

// index judges a subscript; those of an associative array are words.
func (b *bench) index(x syntax.ArithmExpr) {
	if w, ok := x.(*syntax.Word); ok && (w.Lit() == "@" || w.Lit() == "*") {
		return
	}
	b.arithm(x)
}

func (b *bench) operand(w *syntax.Word) {
	b.word(w)
	for _, p := range w.Parts {
		var inner []syntax.WordPart
		switch p := p.(type) {
		case *syntax.DblQuoted:
			inner = p.Parts
		default:
			inner = []syntax.WordPart{p}
		}
		for _, p := range inner {
			switch p := p.(type) {
			case *syntax.Lit:
				b.term(p.Value)
			case *syntax.ArithmExp:
			case *syntax.ParamExp:
				// a[i] in arithmetic is an expansion without "$"
				if !numeric(b.holds(p)) {
					b.unclear("(( ))")
				}
			default:
				b.unclear("(( ))")
			}
		}
	}
}

// term judges what stands in an expression as it is: a number or a name.
func (b *bench) term(s string) {
	switch {
	case strings.Trim(s, nameLetters+"#.") != "" || strings.HasPrefix(s, "."):
		b.unclear("(( ))")
	case s == "" || s[0] >= '0' && s[0] <= '9':
	case !numeric(b.holds(&syntax.ParamExp{Param: &syntax.Lit{Value: s}})):
		b.unclear("(( ))")
	}
}

func numeric(values []value) bool {
	for _, v := range values {
		if strings.Trim(v.text, "0123456789"+someNumber) != "" {
			return false
		}
	}
	return true
}
