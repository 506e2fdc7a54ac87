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
// too, ? for one. Rules that deny or ask don't mind case, and an argument that
// is not there is to them an empty one; rules that allow are exact in both.
type Rule struct {
	Tool    string            `yaml:"tool" json:"tool,omitempty"`     // pattern
	Target  string            `yaml:"target" json:"target,omitempty"` // pattern
	Args    map[string]string `yaml:"args" json:"args,omitempty"`     // argument name to pattern; all must match
	Verdict Verdict           `yaml:"verdict" json:"verdict"`
	Reason  string            `yaml:"reason" json:"reason,omitempty"` // one sentence, spoken and logged
}

func (r Rule) matches(a Action) bool {
	exact := r.Verdict == Allow
	one := func(pattern, s string) bool {
		if !exact {
			pattern, s = strings.ToLower(pattern), strings.ToLower(s)
		}
		return pattern == "" || glob(pattern, s)
	}
	if !one(r.Tool, a.Tool) || !one(r.Target, a.Target) {
		return false
	}
	for name, pattern := range r.Args {
		s, ok := a.Args[name]
		if exact && !ok || !one(pattern, s) {
			return false
		}
	}
	return true
}

func (r Rule) name() string {
	s := r.Verdict.String() + ":"
	for _, p := range []string{r.Tool, r.Target} {
		if p != "" {
			s += " " + p
		}
	}
	return strings.TrimSuffix(s, ":")
}

// A Grant is the owner's standing leave for one kind of action. Who keeps it
// counts Left down by one each time it was used.
type Grant struct {
	ID      string            // how it is spoken of and revoked
	Tool    string            // exactly this tool
	Target  string            // pattern; "" matches nothing: a grant names what it is for
	Args    map[string]string // argument name to pattern; all must be there and match
	Expires time.Time         // from here on it counts no more; the zero time is over
	Left    int               // how often it may still be used
}

// covers says whether g lets a happen at now.
func (g Grant) covers(a Action, now time.Time) bool {
	if g.Tool == "" || g.Tool != a.Tool || g.Left <= 0 || !now.Before(g.Expires) || g.Target == "" || !glob(g.Target, a.Target) {
		return false
	}
	for name, pattern := range g.Args {
		if s, ok := a.Args[name]; !ok || !glob(pattern, s) {
			return false
		}
	}
	return true
}

// glob matches the whole of s against pattern: * is any run, ? any one byte.
func glob(pattern, s string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0: // let the last star take one more
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
