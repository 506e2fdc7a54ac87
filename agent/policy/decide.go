package policy

import (
	"fmt"
	"strings"
	"time"
)

// Decide says what a needs at now. In this order:
//
//  1. a rule denies it;
//  2. it is of level Restricted: ask;
//  3. a rule asks;
//  4. it goes beyond what was ordered: ask;
//  5. its arguments came from strangers, which raises it one level: ask from External on;
//  6. something would leave this machine in a task that has read both what is
//     private and what strangers wrote: ask;
//  7. a rule allows it, or a grant covers it;
//  8. Look and Draft are free, the rest is asked for.
//
// Its level is the highest that the table, the tool's plan and taint lead to; see
// Table. Whatever is asked for is at least External, since there is no ask below it.
// Only External may be allowed by 7 beyond the scope: it is small and can be undone,
// and the owner named it beforehand. Grants never cover spending; see Spends.
func Decide(a Action, p Policy, now time.Time, grants ...Grant) Decision {
	return p.assess(a, now, grants).Decision
}

// An assessment is a decision with all it was made from.
type assessment struct {
	Decision
	appraisal
	taints  []Taint // those that raise the level
	matched []Rule
}

func (p Policy) assess(a Action, now time.Time, grants []Grant) assessment {
	j := assessment{appraisal: p.Table.appraise(a)}
	base, level := j.level, j.level
	if j.taints = p.Table.steering(a.Tainted, a.Tool); len(j.taints) > 0 {
		level = min(base+1, Restricted)
	}
	raised := len(j.taints) > 0
	j.matched = p.Rules.matching(subject{a, p.Table})
	decide := func(v Verdict, rule string, reason Words) assessment {
		if v == Ask {
			level = max(level, External)
		}
		j.Decision = Decision{Verdict: v, Level: level, Rule: rule, Reason: reason}
		return j
	}
	if r := first(j.matched, Deny); r != nil {
		return decide(Deny, r.name(), r.words("a rule of the owner denies it", "규칙이 금지합니다"))
	}
	if r := first(j.matched, Ask); r != nil && level < Restricted {
		return decide(Ask, r.name(), r.words("a rule of the owner asks for it", "규칙에 따라 여쭙니다"))
	}
	allowed, rule, why := false, "", Words{}
	if r := first(j.matched, Allow); r != nil {
		allowed, rule, why = true, r.name(), r.words("a rule of the owner allows it", "규칙이 허용합니다")
	} else if g := p.grantFor(grants, a, now); g != nil {
		allowed, rule, why = true, "grant: "+g.ID, Words{"a standing grant covers it", "미리 허락하신 일입니다"}
	}
	free := allowed && level < Restricted && !raised
	scope := max(a.Scope, Look) // an order that nobody read asked for nothing
	switch {
	case base > scope && !(free && base == External) && base != Restricted:
		return decide(Ask, "scope", Words{
			fmt.Sprintf("the order asked for no more than %v, this is %v", scope, base),
			fmt.Sprintf("지시는 %v까지인데 이 일은 %v입니다", scope, base),
		})
	case raised && level >= External:
		return decide(Ask, "taint", tainted(j.taints))
	case a.Egress && a.Private && a.Untrusted:
		return decide(Ask, "trifecta", Words{
			"it sends something out after reading both private things and what strangers wrote",
			"개인적인 내용과 남이 쓴 글을 모두 읽은 뒤에 밖으로 무엇을 보내는 일입니다",
		})
	case free:
		return decide(Allow, rule, why)
	case level <= Draft:
		return decide(Allow, "level", j.why)
	}
	return decide(Ask, "level", j.why)
}

// steering picks the taints of arguments that a stranger may not choose: what is
// written may quote anyone, where it goes and how large it is may not.
func (t Table) steering(taints []Taint, tool string) []Taint {
	var out []Taint
	for _, x := range taints {
		if t.Kind(tool, x.Arg).steers() {
			out = append(out, x)
		}
	}
	return out
}

func tainted(taints []Taint) Words {
	var en, ko []string
	for _, t := range taints {
		whose := t.Source
		if whose == "" {
			whose = "what others wrote"
		}
		en = append(en, t.Arg+" comes from "+whose)
		ko = append(ko, t.Arg+" ("+whose+")")
	}
	return Words{strings.Join(en, ", "), "남이 쓴 글에서 온 값입니다: " + strings.Join(ko, ", ")}
}

// Spends says whether a costs money: stated, or an argument is an amount.
func (t Table) Spends(a Action) bool {
	if a.Spends {
		return true
	}
	for name := range a.Args {
		if t.Kind(a.Tool, name) == Amount || strings.EqualFold(name, "currency") {
			return true
		}
	}
	return false
}

// matching gives the rules that match, those that aren't verdicts as denying.
func (rules Rules) matching(s subject) (out []Rule) {
	for _, r := range rules {
		if r.Verdict > Allow {
			r.Verdict = Deny // not a verdict: the careful reading
		}
		if r.matches(s) {
			out = append(out, r)
		}
	}
	return out
}

func first(rules []Rule, v Verdict) *Rule {
	for i, r := range rules {
		if r.Verdict == v {
			return &rules[i]
		}
	}
	return nil
}

// words is the owner's reason, which stands in the owner's language, or another.
func (r Rule) words(en, ko string) Words {
	if r.Reason != "" {
		return Words{En: r.Reason}
	}
	return Words{en, ko}
}

func (p Policy) grantFor(grants []Grant, a Action, now time.Time) *Grant {
	if p.Table.Spends(a) {
		return nil
	}
	for i, g := range grants {
		if g.covers(a, now) {
			return &grants[i]
		}
	}
	return nil
}
