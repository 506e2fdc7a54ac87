package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Decide says what a needs at now. In this order:
//
//  1. a rule denies it;
//  2. it is of level Seal: ask;
//  3. a rule asks;
//  4. it goes beyond what was ordered: ask;
//  5. its arguments came from strangers, which raises it one level: ask from Reach on;
//  6. a rule allows it, or a grant covers it;
//  7. Look and Draft are free, the rest is asked for.
//
// Whatever is asked for is at least Reach, since there is no ask below it. Only
// Reach may be allowed by 6 beyond the scope: it is small and can be undone, and
// the owner named it beforehand. Grants never cover spending; see Spends.
func Decide(a Action, rules Rules, now time.Time, grants ...Grant) Decision {
	base, level := levels(a)
	raised := level > base || base == Seal && len(a.Tainted) > 0
	decide := func(v Verdict, rule, reason string) Decision {
		if v == Ask {
			level = max(level, Reach)
		}
		return Decision{Verdict: v, Level: level, Rule: rule, Reason: reason}
	}
	if r := first(rules, a, Deny); r != nil {
		return decide(Deny, r.name(), orElse(r.Reason, "a rule of the owner denies it"))
	}
	if r := first(rules, a, Ask); r != nil && level < Seal {
		return decide(Ask, r.name(), orElse(r.Reason, "a rule of the owner asks for it"))
	}
	allowed := Decision{Verdict: Deny}
	if r := first(rules, a, Allow); r != nil {
		allowed = decide(Allow, r.name(), orElse(r.Reason, "a rule of the owner allows it"))
	} else if g := grantFor(grants, a, now); g != nil {
		allowed = decide(Allow, "grant: "+g.ID, "a standing grant covers it")
	}
	free := allowed.Verdict == Allow && level < Seal && !raised
	scope := max(a.Scope, Look) // an order that nobody read asked for nothing
	switch {
	case base > scope && !(free && base == Reach) && base != Seal:
		return decide(Ask, "scope", fmt.Sprintf("the order asked for no more than %v, this is %v", scope, base))
	case raised && level >= Reach:
		return decide(Ask, "taint", strings.Join(a.Tainted, ", ")+" came from content that others wrote")
	case free:
		return allowed
	case level <= Draft:
		return decide(Allow, "level", level.String()+" is free")
	}
	return decide(Ask, "level", level.String()+" is asked for")
}

// levels are the level of a as stated and as raised by taint.
func levels(a Action) (base, level Level) {
	base = a.Level
	if base == Unset {
		base = Commit
	}
	base = min(base, Seal)
	for _, name := range a.Tainted {
		// What is written into the workspace may quote anyone; where it goes,
		// and whatever leaves the workspace, may not come from just anyone.
		if base > Draft || !payload[strings.ToLower(name)] {
			return base, min(base+1, Seal)
		}
	}
	return base, base
}

// payload holds the names of arguments that say what is written, not where.
var payload = map[string]bool{"text": true, "content": true, "body": true, "old": true, "new": true, "note": true}

// Spends says whether a costs money: stated, or an argument is an amount.
func Spends(a Action) bool {
	if a.Spends {
		return true
	}
	for name := range a.Args {
		if slices.Contains([]string{"amount", "price", "sum", "total", "cost", "currency"}, strings.ToLower(name)) {
			return true
		}
	}
	return false
}

func first(rules Rules, a Action, v Verdict) *Rule {
	for i, r := range rules {
		if r.Verdict > Allow {
			r.Verdict = Deny // not a verdict: the careful reading
		}
		if r.Verdict == v && r.matches(a) {
			return &rules[i]
		}
	}
	return nil
}

func grantFor(grants []Grant, a Action, now time.Time) *Grant {
	if Spends(a) {
		return nil
	}
	for i, g := range grants {
		if g.covers(a, now) {
			return &grants[i]
		}
	}
	return nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
