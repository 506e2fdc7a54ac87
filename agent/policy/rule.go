package policy

import (
	"strings"
	"time"
)

// Rules are the owner's own. Their order means nothing: a rule that denies goes
// before one that asks, that before one that allows.
type Rules []Rule

// A Rule says what becomes of the actions that it matches. An empty field
// matches anything; the zero Rule denies everything.
//
// Patterns match the whole text: * stands for any run of characters, slashes
// too, ? for one. Of a list of mail addresses a rule that denies or asks needs
// one that matches, a rule that allows needs all. Rules that deny or ask don't
// mind case, an argument that is not there is to them an empty one, and what they
// can't evaluate (an amount that nobody can read, a fact that the tool should have
// stated) matches; rules that allow are exact in all of this.
type Rule struct {
	Tool    string            `json:"tool,omitempty"`   // pattern
	Target  string            `json:"target,omitempty"` // pattern
	Host    string            `json:"host,omitempty"`   // a host, or "*.acme.example": those below it; see hostMatches
	Amount  string            `json:"amount,omitempty"` // a comparison, such as "> 100"
	Args    map[string]string `json:"args,omitempty"`   // argument name to pattern; all must match
	Facts   map[string]string `json:"facts,omitempty"`  // fact to pattern; all must match
	Verdict Verdict           `json:"verdict"`
	Reason  string            `json:"reason,omitempty"` // one sentence, spoken and logged
	Where   string            `json:"where,omitempty"`  // where it is written: "policy.yaml:12"
}

func (r Rule) matches(s subject) bool {
	exact := r.Verdict == Allow
	one := func(pattern, v string) bool {
		if exact {
			return pattern == "" || matchAll(pattern, v)
		}
		return pattern == "" || matchAny(pattern, v)
	}
	if !one(r.Tool, s.Tool) || !one(r.Target, s.Target) {
		return false
	}
	for name, pattern := range r.Args {
		v, ok := s.Args[name]
		if exact && !ok || !one(pattern, v) {
			return false
		}
	}
	for name, pattern := range r.Facts {
		v, ok := s.Facts[name]
		if !ok && !exact && s.needs(name) {
			continue // what should be known isn't: the careful reading
		}
		if !ok || !one(pattern, v) {
			return false
		}
	}
	if r.Amount != "" {
		if m := s.compare(r.Amount); m == no || m == maybe && exact {
			return false
		}
		if exact && !s.allAmounts(r.Amount) {
			return false
		}
	}
	return r.Host == "" || r.hostMatches(s)
}

// needs says whether the tool has to state a fact.
func (s subject) needs(fact string) bool {
	row, _ := s.table.row(s.Tool)
	_, ok := row.Facts[fact]
	return ok
}

// allAmounts says whether every amount of the action meets the comparison.
func (s subject) allAmounts(pattern string) bool {
	l, err := parseLimit(pattern)
	if err != nil {
		return false
	}
	for _, a := range s.amounts() {
		if l.holds(a) != yes {
			return false
		}
	}
	return true
}

// hostMatches: a rule that denies or asks matches if one host of the action
// does, one that allows if there is one and all do.
func (r Rule) hostMatches(s subject) bool {
	hosts, readable := s.hosts()
	exact := r.Verdict == Allow
	if !readable {
		return !exact
	}
	for _, h := range hosts {
		if hostMatches(r.Host, h, !exact) != exact {
			return !exact
		}
	}
	return exact && len(hosts) > 0
}

func (r Rule) name() string {
	s := r.Verdict.String() + ":"
	for _, p := range []string{r.Tool, r.Target, r.Host, r.Amount} {
		if p != "" {
			s += " " + p
		}
	}
	return strings.TrimSuffix(s, ":")
}

// A Grant is the owner's standing permission for one kind of action. Who keeps it
// counts Left down by one each time it was used.
type Grant struct {
	ID      string            // how it is spoken of and revoked
	Tool    string            // exactly this tool
	Target  string            // pattern; "" matches nothing: a grant names what it is for
	Args    map[string]string // argument name to pattern, of any case; all must be there and match
	Project string            // exactly this workspace
	Expires time.Time         // from here on it counts no more; the zero time is over
	Left    int               // how often it may still be used
}

// covers says whether g lets a happen at now.
func (g Grant) covers(a Action, now time.Time) bool {
	if g.Tool == "" || g.Tool != a.Tool || g.Left <= 0 || !now.Before(g.Expires) || g.Project != a.Project || g.Target == "" || !matchAll(g.Target, a.Target) {
		return false
	}
	for name, pattern := range g.Args {
		if s, ok := a.Args[name]; !ok || !matchAll(strings.ToLower(pattern), strings.ToLower(s)) {
			return false
		}
	}
	return true
}
