package file

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"deputy/agent/policy"
)

// list reads the rules of one verdict.
func (r *reader) list(n *yaml.Node, v policy.Verdict) {
	r.items(n, "what is under "+v.String(), func(n *yaml.Node) {
		rule := policy.Rule{Verdict: v, Where: fmt.Sprintf("%s:%d", r.name, n.Line)}
		before := len(r.problems)
		text := func(into *string, what string) func(*yaml.Node) {
			return func(n *yaml.Node) { *into = strings.TrimSpace(r.text(n, what)) }
		}
		r.fields(n, "a rule", map[string]func(*yaml.Node){
			"tool":   text(&rule.Tool, "the tool"),
			"target": text(&rule.Target, "the target"),
			"host":   func(n *yaml.Node) { rule.Host = r.host(n) },
			"amount": func(n *yaml.Node) {
				if rule.Amount = r.text(n, "the amount"); rule.Amount != "" {
					r.amount(n, rule.Amount)
				}
			},
			"args":   func(n *yaml.Node) { rule.Args = r.patterns(n, "args") },
			"facts":  func(n *yaml.Node) { rule.Facts = r.patterns(n, "facts") },
			"reason": text(&rule.Reason, "the reason"),
		})
		if len(r.problems) > before {
			return
		}
		if r.check(rule, n.Line); len(r.problems) == before {
			r.rules = append(r.rules, rule)
		}
	})
}

func (r *reader) patterns(n *yaml.Node, what string) map[string]string {
	out := map[string]string{}
	r.pairs(n, what, func(key, value *yaml.Node) { out[key.Value] = r.text(value, "the pattern of "+key.Value) })
	return out
}

// host reads a host's pattern: a name, or *. and a name.
func (r *reader) host(n *yaml.Node) string {
	h := strings.TrimSpace(r.text(n, "the host"))
	name := strings.TrimPrefix(h, "*.")
	switch {
	case h == "" || h == "*":
	case strings.ContainsAny(h, "/@ ") || strings.Contains(h, ":") && strings.Count(h, ":") < 2:
		r.add(n.Line, "%q is more than a host; write the host alone, such as www.acme.example", h)
	case strings.Contains(name, "*") || strings.Contains(name, "?"):
		r.add(n.Line, "%q can't be used: write *.%s for what lies below a host", h, strings.Trim(name, "*?."))
	case name == "" || strings.HasPrefix(name, ".") || strings.Contains(name, ".."):
		r.add(n.Line, "%q is no host; write one such as *.acme.example", h)
	case h != name && !strings.Contains(strings.Trim(name, "."), "."):
		r.add(n.Line, "%q is a whole country or kind of host; write a host below it, such as *.acme.%s", h, name)
	}
	return h
}

// check says what is wrong with a rule as a whole: one that can never match, or
// that allows more than anyone means.
func (r *reader) check(rule policy.Rule, line int) {
	nothing := rule.Target == "" && rule.Host == "" && rule.Amount == "" && len(rule.Args) == 0 && len(rule.Facts) == 0
	row, known := r.table.Tools[rule.Tool]
	switch {
	case rule.Reason == "":
		r.add(line, "a rule needs a reason, since it is spoken and logged: write reason: and one sentence")
	case rule.Tool == "" && nothing:
		r.add(line, `this rule is about everything: name a tool, or write tool: "*" if that is meant`)
	case rule.Verdict == policy.Allow && strings.Trim(rule.Tool, "*?") == "":
		r.add(line, "a rule that allows needs its tool: write tool: and the name")
	case known && rule.Verdict == policy.Allow && row.Level >= policy.Restricted:
		r.add(line, "%s is %v, which no rule allows: remove the rule", rule.Tool, row.Level)
	case !known && !strings.ContainsAny(rule.Tool, "*?") && near(rule.Tool, r.toolNames()) != "":
		r.add(line, "there is no tool %q; write %s", rule.Tool, near(rule.Tool, r.toolNames()))
	}
	for _, name := range slices.Sorted(maps.Keys(rule.Args)) {
		_, has := row.Args[topName(name)]
		switch {
		case known && !has:
			r.add(line, "%s has no argument %q; %s", rule.Tool, name, instead(name, slices.Sorted(maps.Keys(row.Args))))
		case rule.Verdict == policy.Allow && strings.Contains(rule.Args[name], "://") && strings.ContainsAny(rule.Args[name], "*?"):
			r.add(line, "a pattern of an address of the web can be met by another site; write host: instead")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rule.Facts)) {
		r.checkFact(rule, name, line)
	}
}

func topName(arg string) string {
	top, _, _ := strings.Cut(arg, ".")
	return top
}

func (r *reader) toolNames() []string { return slices.Sorted(maps.Keys(r.table.Tools)) }

// checkFact refuses a fact that nothing states, and a value that it never has.
func (r *reader) checkFact(rule policy.Rule, name string, line int) {
	values := map[string]bool{}
	names := map[string]bool{"contacts": true, "currency": true, "amount": true, "network": true}
	conditions := func(raises []policy.Raise) {
		for _, x := range raises {
			for fact := range x.When {
				if !special(fact) {
					names[fact] = true
				}
			}
		}
	}
	conditions(r.table.Every)
	for _, t := range r.table.Tools {
		conditions(t.Raises)
		for fact, can := range t.Facts {
			names[fact] = true
			for _, v := range can {
				values[v] = values[v] || fact == name
			}
		}
	}
	want := rule.Facts[name]
	switch {
	case !names[name]:
		r.add(line, "no tool states a fact %q; %s", name, instead(name, slices.Sorted(maps.Keys(names))))
	case len(trues(values)) > 0 && !strings.ContainsAny(want, "*?") && !values[want]:
		r.add(line, "the fact %s is never %q; %s", name, want, instead(want, trues(values)))
	}
}

// special says whether a condition is about something else than a fact.
func special(condition string) bool {
	return slices.Contains([]string{"amount", "target", "spends", "egress"}, condition) || strings.HasPrefix(condition, "args.")
}

func trues(m map[string]bool) (out []string) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if m[k] {
			out = append(out, k)
		}
	}
	return out
}
