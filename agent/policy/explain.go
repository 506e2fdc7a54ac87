package policy

import "time"

// An Explanation is a decision with everything it was made from.
type Explanation struct {
	Verdict Verdict `json:"verdict"`
	Level   Level   `json:"level"`
	Rule    string  `json:"rule"`
	Reason  Words   `json:"reason"`
	// Known says that the table has a row for the tool.
	Known bool `json:"known"`
	// Steps are what the level before taint comes from: the highest counts.
	Steps []Step `json:"steps"`
	Base  Level  `json:"base"` // the level before taint
	// Taints are the arguments of strangers that raise the level by one.
	Taints []Taint `json:"taints,omitempty"`
	// Matched are the owner's rules that match, whether or not they decided.
	Matched []Rule `json:"matched,omitempty"`
}

// Explain is Decide with its grounds.
func Explain(a Action, p Policy, now time.Time, grants ...Grant) Explanation {
	j := p.assess(a, now, grants)
	_, known := p.Table.row(a.Tool)
	return Explanation{
		Verdict: j.Verdict, Level: j.Level, Rule: j.Rule, Reason: j.Reason, Known: known,
		Steps: j.steps, Base: j.level, Taints: j.taints, Matched: j.matched,
	}
}
