package agent

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/tool"
)

// plan asks a tool what a call would do.
func (h *executor) plan(ctx context.Context, t tool.Tool, i event.Plan, c model.Call) event.Body {
	p := event.Planned{Task: i.Task, Turn: i.Turn, Call: c}
	if t == nil {
		p.Err = fmt.Sprintf("there is no tool %q", c.Tool)
		return p
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(h.d.o.PlanTimeout, 10*time.Second))
	defer cancel()
	a, err := t.Plan(ctx, c.Args)
	if err != nil {
		p.Err = err.Error()
		return p
	}
	p.Action = a
	return p
}

// execute has an effect. After a restart the action is planned again and must be the
// same; anything else is not what was approved.
func (h *executor) execute(ctx context.Context, t tool.Tool, f event.Intended, a tool.Action, planned bool, s *session) event.Body {
	e := event.Ended{Task: f.Task, Key: f.Key}
	if !planned {
		if t == nil {
			e.Err = fmt.Sprintf("there is no tool %q any more", f.Tool)
			return e
		}
		var err error
		if a, err = t.Plan(ctx, f.Args); err != nil {
			e.Err = err.Error()
			return e
		}
	}
	if a.Tool != f.Tool || a.Target != f.Target || !bytes.Equal(a.Args, f.Args) || (a.Live != nil) != f.Live {
		e.Err = "the action is no longer the one that was decided about"
		return e
	}
	if a.Live != nil {
		defer s.cancel(nil)
		r, err := a.Live(ctx, f.Key, s)
		return outcome(e, r, err)
	}
	r, err := a.Do(ctx, f.Key)
	return outcome(e, r, err)
}

// checkEffect finds out whether an effect of an earlier session happened; if it did
// not, it is had now.
func (h *executor) checkEffect(ctx context.Context, t tool.Tool, f event.Intended, s *session) event.Body {
	e := event.Ended{Task: f.Task, Key: f.Key}
	c, ok := t.(tool.Checker)
	if !ok {
		e.Unknown = true
		return e
	}
	done, r, err := c.Check(ctx, f.Key, f.Args)
	switch {
	case err != nil:
		e.Unknown, e.Err = true, err.Error()
		return e
	case !done:
		return h.execute(ctx, t, f, tool.Action{}, false, s)
	}
	return outcome(e, r, nil)
}

// scopeGrant looks for the tool that can put a permission into exact terms.
func scopeGrant(tools []tool.Tool, i event.ScopeGrant) event.Body {
	for _, t := range tools {
		d, ok := t.(tool.GrantScoper)
		if !ok {
			continue
		}
		if f, ok := d.ScopeGrant(i.Request); ok {
			return event.GrantScoped{Task: i.Task, Tool: t.Spec().Name, GrantScope: f}
		}
	}
	return event.GrantScoped{Task: i.Task, Err: "no tool can say exactly what that covers"}
}

func outcome(e event.Ended, r tool.Result, err error) event.Body {
	e.Text, e.Undo, e.Remind, e.Produced = r.Text, r.Undo, r.Remind, r.Produced
	if err != nil {
		e.Err = err.Error()
		e.Unknown = errors.Is(err, tool.ErrUnknown)
	}
	return e
}

func (h *executor) undo(t tool.Tool, i event.Undo) event.Body {
	f := i.Effect
	u := event.Undone{Task: f.Task, Key: f.Key}
	undoer, ok := t.(tool.Undoer)
	if !ok {
		u.Err = fmt.Sprintf("the tool %q can't take anything back", f.Tool)
		return u
	}
	r, err := undoer.Undo(h.effects, i.Undo)
	if err != nil {
		u.Err = err.Error()
	}
	u.Text, u.Values = r.Text, r.Values
	return u
}

func (h *executor) chime() {
	if h.d.o.Voice == nil {
		return
	}
	if err := h.d.o.Voice.Chime(h.ctx); err != nil {
		h.d.log.Debug("no chime", "err", err)
	}
}
