package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/cmd/internal/control"
	"deputy/configs"
	"deputy/configs/phrases"
)

func explainCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "explain ACTION",
		Short: "Say what an action would need, which rule decides and why",
		Long: `Explain takes an action as JSON (or - to read it from standard input), plans it
with Deputy's own tools on the workspace as it is now, and says what Deputy would
do: which level it has, what that comes from, which rule decides and why. Nothing
is done. What was allowed until further notice is not counted. The fields, all but
tool optional; what is written counts before what the plan says:

  tool       the tool's name
  target     the path, host, recipient or command it acts on (else the plan's)
  args       its arguments, as the model gives them
  facts      what the tool knows of them: {"recipient": "new"} (else the plan's); see deputy policy show
  level      L0 to L4 (else the plan's; the table's for a tool that is not set up)
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

// A planner plans a call as the desk does: ok is false where there is no such
// tool, refused is what the model would be told instead.
type planner func(tool string, args json.RawMessage) (a tool.Action, ok bool, refused error)

// readAction reads what explain is given, and has it planned.
func readAction(raw []byte, t policy.Table, project string, plan planner) (_ policy.Action, planned bool, refused, err error) {
	var w writtenAction
	if err := strictly(raw, &w); err != nil {
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return policy.Action{}, false, nil, fmt.Errorf("an action has no field %s; its fields are %s", name, strings.Join(actionFields, ", "))
		}
		return policy.Action{}, false, nil, fmt.Errorf("the action can't be read: %s; write it as JSON, such as {\"tool\":\"read_file\",\"args\":{\"path\":\"a.txt\"}}", strings.TrimPrefix(err.Error(), "json: "))
	}
	if w.Tool == "" {
		return policy.Action{}, false, nil, errors.New(`the action names no tool; write "tool":"send_mail"`)
	}
	if len(w.Args) > 0 && w.Args[0] != '{' {
		return policy.Action{}, false, nil, errors.New(`args is no object; write "args":{"path":"a.txt"}`)
	}
	if w.Order != "" && w.Scope == policy.Unset {
		w.Scope = policy.Scope(w.Order, "")
	}
	p, planned, refused := plan(w.Tool, w.Args)
	if refused != nil {
		return policy.Action{}, planned, refused, nil
	}
	if !planned {
		p = tool.Action{Tool: w.Tool, Args: w.Args, Level: t.Tools[w.Tool].Level}
	}
	a := w.over(p.Subject(w.Scope, project))
	for _, x := range w.Tainted {
		if _, ok := a.Args[x.Arg]; !ok {
			return policy.Action{}, false, nil, fmt.Errorf("tainted names %q, which is no argument of the action; its arguments are %s", x.Arg, strings.Join(slices.Sorted(maps.Keys(a.Args)), ", "))
		}
		a.Tainted = append(a.Tainted, policy.Taint{Arg: x.Arg, Kind: t.Kind(a.Tool, x.Arg), Source: x.Source})
	}
	a.Tainted = append(a.Tainted, t.Tainted(a, policy.Origins{Own: []string{w.Order}, Strangers: w.Strangers})...)
	return a, planned, nil, nil
}

// over puts what is written in the place of what was planned.
func (w writtenAction) over(a policy.Action) policy.Action {
	a.Target, a.Level = cmp.Or(w.Target, a.Target), cmp.Or(w.Level, a.Level)
	if len(w.Facts) > 0 {
		facts := maps.Clone(a.Facts)
		if facts == nil {
			facts = map[string]string{}
		}
		maps.Copy(facts, w.Facts)
		a.Facts = facts
	}
	a.Spends, a.Egress, a.Private = a.Spends || w.Spends, a.Egress || w.Egress, w.Private
	a.Untrusted = w.Untrusted || len(w.Strangers) > 0 || len(w.Tainted) > 0
	return a
}

// planner plans with the tools that Deputy would have on this machine now.
func (a *app) planner(ctx context.Context, cfg configs.Config) (_ planner, away func() error, err error) {
	w, away, err := spareWorkspace(cfg)
	if err != nil {
		return nil, nil, err
	}
	h := &house{cfg: cfg, log: slog.New(slog.DiscardHandler), phrases: phrases.Embedded()}
	all, err := h.toolsOf(ctx, w)
	if err != nil {
		return nil, nil, errors.Join(err, away())
	}
	return func(name string, args json.RawMessage) (tool.Action, bool, error) {
		for _, t := range all {
			if t.Spec().Name == name {
				p, err := t.Plan(ctx, args)
				return p, true, err
			}
		}
		return tool.Action{}, false, nil
	}, away, nil
}

// An answer is what explain prints as JSON.
type answer struct {
	policy.Explanation
	Planned bool   `json:"planned"`           // with Deputy's own tool
	Refused string `json:"refused,omitempty"` // the call can't be carried out, says the tool
}

func (a *app) explain(c *cobra.Command, raw []byte) (err error) {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	p, err := readPolicy(cfg)
	if err != nil {
		return err
	}
	plan, away, err := a.planner(c.Context(), cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, away()) }()
	action, planned, refused, err := readAction(raw, p.Table, cfg.Agent.Workspace, plan)
	switch {
	case err != nil:
		return err
	case refused != nil && a.json:
		return a.print(c, answer{Planned: true, Refused: refused.Error()})
	case refused != nil:
		_, err := fmt.Fprintln(c.OutOrStdout(), a.tongue().say("policy.refused", "why", control.Printable(refused.Error())))
		return err
	}
	x := policy.Explain(action, p, time.Now())
	if a.json {
		return a.print(c, answer{Explanation: x, Planned: planned})
	}
	if !planned {
		fmt.Fprintln(c.OutOrStdout(), a.tongue().say("policy.unplanned", "tool", control.Printable(action.Tool)))
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
