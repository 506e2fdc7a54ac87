package app

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

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/configs"
)

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

// ReadAction reads what explain is given, and has it planned.
func ReadAction(raw []byte, t policy.Table, project string, plan planner) (_ policy.Action, planned bool, refused, err error) {
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

// NewPlanner plans with the tools that Deputy would have on this machine now.
func NewPlanner(ctx context.Context, cfg configs.Config) (_ planner, away func() error, err error) {
	w, away, err := spareWorkspace(cfg)
	if err != nil {
		return nil, nil, err
	}
	a := &App{Config: cfg, log: slog.New(slog.DiscardHandler), Phrases: Words()}
	all, err := a.toolsOf(ctx, w)
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
