package terminal

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"deputy/agent/policy"
	"deputy/cmd/internal/control"
	"deputy/configs/phrases"
)

// ArgsOf writes a tool's arguments with their kinds in one line.
func ArgsOf(t policy.Tool) string {
	var args []string
	for _, name := range slices.Sorted(maps.Keys(t.Args)) {
		args = append(args, name+":"+string(t.Args[name].Kind))
	}
	return strings.Join(args, " ")
}

// A Locale says phrases in one language.
type Locale struct{ Language string }

// Say renders a phrase; kv are names and values.
func (l Locale) Say(key string, kv ...string) string {
	values := map[string]string{}
	for i := 0; i+1 < len(kv); i += 2 {
		values[kv[i]] = kv[i+1]
	}
	return phrases.Embedded().Phrase(l.Language, key, values)
}

// Explanation prints a decision and what it was made from.
func (l Locale) Explanation(out io.Writer, x policy.Explanation) error {
	key := "policy.will_" + x.Verdict.String()
	if x.Verdict == policy.Ask {
		key = fmt.Sprintf("policy.ask_%s", strings.ToLower(x.Level.String()[:2]))
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, l.Say(key, "level", x.Level.String()))
	fmt.Fprintln(w, l.Say("policy.decided", "rule", control.Printable(x.Rule), "why", control.Printable(strings.TrimRight(x.Reason.In(l.Language), ". "))))
	fmt.Fprintln(w, l.Say("policy.level", "level", x.Base.String()))
	for _, s := range x.Steps {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", s.Level, control.Printable(s.From), control.Printable(s.Why.In(l.Language)))
	}
	for _, t := range x.Taints {
		fmt.Fprintln(w, l.Say("policy.up", "what", control.Printable(t.Arg), "source", control.Printable(t.Source)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return l.Rules(out, x.Matched, "policy.no_rule_matches")
}

// Rules prints rules, a line each, or says that there is none.
func (l Locale) Rules(out io.Writer, rules policy.Rules, none string) error {
	if len(rules) == 0 {
		_, err := fmt.Fprintln(out, l.Say(none))
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, l.Say("policy.rules"))
	for _, r := range rules {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", r.Verdict, control.Printable(r.Where), control.Printable(patternsOf(r)), control.Printable(r.Reason))
	}
	return w.Flush()
}

// patternsOf writes a rule's patterns in one line.
func patternsOf(r policy.Rule) string {
	var parts []string
	add := func(name, pattern string) {
		if pattern != "" {
			parts = append(parts, name+"="+pattern)
		}
	}
	add("tool", r.Tool)
	add("target", r.Target)
	add("host", r.Host)
	add("amount", r.Amount)
	for _, m := range []map[string]string{r.Args, r.Facts} {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			add(name, m[name])
		}
	}
	return strings.Join(parts, " ")
}

// Raises prints what raises a level.
func (l Locale) Raises(w io.Writer, list []policy.Raise) {
	for _, r := range list {
		fmt.Fprintf(w, "\t%s\t%s\t%s\n", r.To, control.Printable(r.Condition()), control.Printable(r.Why.In(l.Language)))
	}
}
