package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"deputy/agent/policy"
	"deputy/cmd/deputy/internal/control"
)

func explainCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "explain ACTION",
		Short: "Say what an action would need, which rule decides and why",
		Long: `Explain takes an action as JSON (or - to read it from standard input) and says
what Deputy would do: which level it has, what that comes from, which rule
decides and why. Nothing is done. The fields, all but tool optional:

  tool       the tool's name
  target     the path, host, recipient or command it acts on
  args       its arguments, as the model gives them
  facts      what the tool knows of them: {"recipient": "new"}; see deputy policy show
  level      what the tool's plan states, L0 to L4 (else the table's level)
  scope      the most that the order asked for, L0 to L3 (else L0)
  order      the order in words, which gives the scope
  tainted    arguments that came from strangers: ["to"], or [{"arg":"to","source":"a page of acme.example"}]
  strangers  texts that the task has read, [{"text":"...","source":"..."}], which with
             the order give tainted
  spends, egress, private, untrusted   true or false`,
		Example: `  deputy policy explain '{"tool":"send_mail","args":{"to":"kim@acme.example","subject":"Hello","body":"Hi"},"facts":{"recipient":"new"},"scope":"L3"}'`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			raw := []byte(args[0])
			if args[0] == "-" {
				var err error
				if raw, err = io.ReadAll(io.LimitReader(c.InOrStdin(), 1<<20)); err != nil {
					return fmt.Errorf("read the action: %w", err)
				}
			}
			return a.explain(c, raw)
		},
	}
}

// A writtenAction is an action as it is written for explain.
type writtenAction struct {
	Tool      string            `json:"tool"`
	Target    string            `json:"target"`
	Args      json.RawMessage   `json:"args"`
	Facts     map[string]string `json:"facts"`
	Level     policy.Level      `json:"level"`
	Scope     policy.Level      `json:"scope"`
	Order     string            `json:"order"`
	Tainted   []writtenTaint    `json:"tainted"`
	Strangers []policy.Passage  `json:"strangers"`
	Spends    bool              `json:"spends"`
	Egress    bool              `json:"egress"`
	Private   bool              `json:"private"`
	Untrusted bool              `json:"untrusted"`
}

// A writtenTaint is an argument's name, or the name and whose text it is.
type writtenTaint policy.Taint

func (t *writtenTaint) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &t.Arg)
	}
	var full policy.Taint
	if err := strictly(raw, &full); err != nil {
		return err
	}
	*t = writtenTaint(full)
	return nil
}

var actionFields = []string{"tool", "target", "args", "facts", "level", "scope", "order", "tainted", "strangers", "spends", "egress", "private", "untrusted"}

// strictly decodes one JSON value without unknown fields.
func strictly(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one JSON value")
	}
	return nil
}

// readAction reads what explain is given.
func readAction(raw []byte, t policy.Table) (policy.Action, error) {
	var w writtenAction
	if err := strictly(raw, &w); err != nil {
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return policy.Action{}, fmt.Errorf("an action has no field %s; its fields are %s", name, strings.Join(actionFields, ", "))
		}
		return policy.Action{}, fmt.Errorf("the action can't be read: %s; write it as JSON, such as {\"tool\":\"read_file\",\"args\":{\"path\":\"a.txt\"}}", strings.TrimPrefix(err.Error(), "json: "))
	}
	if w.Tool == "" {
		return policy.Action{}, errors.New(`the action names no tool; write "tool":"send_mail"`)
	}
	a := policy.Action{
		Tool: w.Tool, Target: w.Target, Facts: w.Facts, Level: w.Level, Scope: w.Scope, Spends: w.Spends,
		Egress: w.Egress, Private: w.Private, Untrusted: w.Untrusted || len(w.Strangers) > 0 || len(w.Tainted) > 0,
	}
	if len(w.Args) > 0 {
		if w.Args[0] != '{' {
			return policy.Action{}, errors.New(`args is no object; write "args":{"path":"a.txt"}`)
		}
		a.Args = policy.Flatten(w.Args)
	}
	if row, ok := t.Tools[w.Tool]; ok && a.Level == policy.Unset {
		a.Level = row.Level
	}
	if w.Order != "" && a.Scope == policy.Unset {
		a.Scope = policy.Scope(w.Order, "")
	}
	for _, x := range w.Tainted {
		if _, ok := a.Args[x.Arg]; !ok {
			return policy.Action{}, fmt.Errorf("tainted names %q, which is no argument of the action; its arguments are %s", x.Arg, strings.Join(slices.Sorted(maps.Keys(a.Args)), ", "))
		}
		a.Tainted = append(a.Tainted, policy.Taint{Arg: x.Arg, Kind: t.Kind(a.Tool, x.Arg), Source: x.Source})
	}
	a.Tainted = append(a.Tainted, t.Tainted(a, policy.Origins{Own: []string{w.Order}, Strangers: w.Strangers})...)
	return a, nil
}

func (a *app) explain(c *cobra.Command, raw []byte) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	p, err := readPolicy(cfg)
	if err != nil {
		return err
	}
	action, err := readAction(raw, p.Table)
	if err != nil {
		return err
	}
	x := policy.Explain(action, p, time.Now())
	if a.json {
		return a.print(c, x)
	}
	return a.tongue().explanation(c.OutOrStdout(), x)
}

// explanation prints a decision and what it was made from.
func (l tongue) explanation(out io.Writer, x policy.Explanation) error {
	key := "policy.will_" + x.Verdict.String()
	if x.Verdict == policy.Ask {
		key = fmt.Sprintf("policy.ask_%s", strings.ToLower(x.Level.String()[:2]))
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, l.say(key, "level", x.Level.String()))
	fmt.Fprintln(w, l.say("policy.decided", "rule", control.Printable(x.Rule), "why", control.Printable(strings.TrimRight(x.Reason.In(l.language), ". "))))
	fmt.Fprintln(w, l.say("policy.level", "level", x.Base.String()))
	for _, s := range x.Steps {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", s.Level, control.Printable(s.From), control.Printable(s.Why.In(l.language)))
	}
	for _, t := range x.Taints {
		fmt.Fprintln(w, l.say("policy.up", "what", control.Printable(t.Arg), "source", control.Printable(t.Source)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return l.rules(out, x.Matched, "policy.no_rule_matches")
}

// rules prints rules, a line each, or says that there is none.
func (l tongue) rules(out io.Writer, rules policy.Rules, none string) error {
	if len(rules) == 0 {
		_, err := fmt.Fprintln(out, l.say(none))
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, l.say("policy.rules"))
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

// raises prints what raises a level.
func (l tongue) raises(w io.Writer, list []policy.Raise) {
	for _, r := range list {
		fmt.Fprintf(w, "\t%s\t%s\t%s\n", r.To, control.Printable(r.Condition()), control.Printable(r.Why.In(l.language)))
	}
}
