package agent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/tool"
)

// An executor carries out intents. All of it but the goroutines it starts belongs to Run.
type executor struct {
	d *Desk
	// tools are those of tasks that begin now, began those of the tasks under way. No
	// map of them is changed: others take its place.
	tools map[string]tool.Tool
	began map[string]map[string]tool.Tool
	// ctx ends with the desk, effects a little later: an effect isn't torn off.
	ctx     context.Context
	effects context.Context
	abandon context.CancelFunc
	running sync.WaitGroup
	// mu guards under: what ends counts itself off on its own goroutine.
	mu       sync.Mutex
	under    map[string]int                // what is under way, by its cause
	drops    map[string]context.CancelFunc // by task
	tasks    map[string]context.Context
	plans    map[string]tool.Action // by task and call, until done
	sessions map[string]*session    // live effects under way, by key
	turns    chan struct{}          // a place for each turn of a model at once; nil for any number
	alarm    alarm
	reading  context.CancelFunc // ends reading ahead; nil if nothing is read
}

func newExecutor(ctx context.Context, d *Desk) *executor {
	h := &executor{
		d: d, ctx: ctx, tools: byName(d.o.Tools), began: map[string]map[string]tool.Tool{}, under: map[string]int{}, drops: map[string]context.CancelFunc{},
		tasks: map[string]context.Context{}, plans: map[string]tool.Action{}, sessions: map[string]*session{},
	}
	h.effects, h.abandon = context.WithCancel(context.WithoutCancel(ctx))
	if n := d.o.Rules.Parallel; n > 0 {
		h.turns = make(chan struct{}, n)
	}
	return h
}

func byName(tools []tool.Tool) map[string]tool.Tool {
	m := map[string]tool.Tool{}
	for _, t := range tools {
		m[t.Spec().Name] = t
	}
	return m
}

// toolsOf are the tools that a task goes on with.
func (h *executor) toolsOf(task string) map[string]tool.Tool {
	if began := h.began[task]; began != nil {
		return began
	}
	return h.tools
}

// close ends everything: what only thinks at once, effects after grace.
func (h *executor) close(grace time.Duration) {
	h.readNoMore()
	for _, drop := range h.drops {
		drop()
	}
	timer := time.AfterFunc(grace, h.abandon)
	h.running.Wait()
	timer.Stop()
	h.abandon()
}

// keep remembers a plan until it is carried out, so that what runs is the very
// action that was judged.
func (h *executor) keep(p event.Planned) {
	if p.Err == "" {
		h.plans[p.Task+" "+p.Call.ID] = p.Action
	}
}

func (h *executor) carryOut(i event.Intent, cause string) {
	switch i := i.(type) {
	case event.Think:
		ctx := h.task(i.Task)
		h.run(cause, func() event.Body {
			if h.turns != nil {
				select {
				case h.turns <- struct{}{}:
					defer func() { <-h.turns }()
				case <-ctx.Done():
					return nil // dropped: nobody waits for it
				}
			}
			return h.d.think(ctx, i, cause)
		})
	case event.CancelTask:
		if drop := h.drops[i.Task]; drop != nil {
			drop()
			delete(h.drops, i.Task)
			delete(h.tasks, i.Task)
			delete(h.began, i.Task)
		}
		// What was planned and not approved will not be done.
		maps.DeleteFunc(h.plans, func(of string, _ tool.Action) bool { return strings.HasPrefix(of, i.Task+" ") })
	case event.Plan:
		ctx, tools := h.task(i.Task), h.toolsOf(i.Task)
		h.run(cause, func() event.Body {
			for _, c := range i.Calls {
				h.d.TellFor(cause, h.plan(ctx, tools[c.Tool], i, c))
			}
			return nil
		})
	case event.Execute:
		a, planned := h.plans[i.Effect.Task+" "+i.Effect.Call]
		delete(h.plans, i.Effect.Task+" "+i.Effect.Call)
		ctx, s := h.session(cause, i.Effect)
		t := h.toolsOf(i.Effect.Task)[i.Effect.Tool]
		h.run(cause, func() event.Body { return h.execute(ctx, t, i.Effect, a, planned, s) })
	case event.CheckEffect:
		ctx, s := h.session(cause, i.Effect)
		t := h.toolsOf(i.Effect.Task)[i.Effect.Tool]
		h.run(cause, func() event.Body { return h.checkEffect(ctx, t, i.Effect, s) })
	case event.AnswerEffect:
		h.toSession(i.Key, func(s *session) { s.answer(i) })
	case event.SteerEffect:
		h.toSession(i.Key, func(s *session) { s.steered(i.Text) })
	case event.CancelEffect:
		h.toSession(i.Key, func(s *session) { s.cancel(tool.ErrCancelled) })
	case event.Undo:
		t := h.toolsOf(i.Effect.Task)[i.Effect.Tool]
		h.run(cause, func() event.Body { return h.undo(t, i) })
	case event.ScopeGrant:
		tools := h.d.o.Tools
		h.run(cause, func() event.Body { return scopeGrant(tools, i) })
	case event.Notify:
		if h.d.o.Notify != nil {
			h.run(cause, func() event.Body { h.d.o.Notify(h.ctx, i.Language, i.Text); return nil })
		}
	case event.Say:
		h.say(i.Line)
	case event.Hush:
		if h.d.o.Voice != nil {
			if err := h.d.o.Voice.Hush(h.ctx); err != nil {
				h.d.log.Warn("the voice could not be hushed", "err", err)
			}
		}
	case event.Chime:
		h.chime()
	case event.Wake:
		h.alarm.set(i)
	}
}

// task is the context of a task's thinking, ended by CancelTask.
func (h *executor) task(id string) context.Context {
	if ctx := h.tasks[id]; ctx != nil {
		return ctx
	}
	ctx, drop := context.WithCancel(h.ctx)
	h.tasks[id], h.drops[id], h.began[id] = ctx, drop, h.tools
	return ctx
}

func (h *executor) say(l event.Line) {
	if h.d.o.Voice == nil {
		h.d.Tell(event.Spoken{Line: l.ID, Ended: time.Now(), Err: "there is no voice"})
		return
	}
	if err := h.d.o.Voice.Say(h.ctx, l); err != nil {
		h.d.Tell(event.Spoken{Line: l.ID, Ended: time.Now(), Err: err.Error()})
	}
}

// think runs one model turn and tells its sentences as they come.
func (d *Desk) think(ctx context.Context, i event.Think, cause string) event.Body {
	r := event.Replied{Task: i.Task, Turn: i.Turn}
	var text strings.Builder
	var split Splitter
	if d.o.Split != nil {
		split = d.o.Split()
	}
	tell := func(sentences []string) {
		for _, s := range sentences {
			d.TellFor(cause, event.Sentence{Task: i.Task, Turn: i.Turn, Text: s})
		}
	}
	begun := false
	for c, err := range d.o.Model.Next(ctx, i.Prompt) {
		if err != nil {
			if ctx.Err() != nil {
				return nil // dropped: nobody waits for it
			}
			r.Err, r.Malformed = err.Error(), errors.Is(err, model.ErrMalformed)
			break
		}
		if !begun {
			begun = true
			d.TellFor(cause, event.Begun{Task: i.Task, Turn: i.Turn})
		}
		if c.Text != "" {
			text.WriteString(c.Text)
			if split != nil {
				tell(split.Push(c.Text))
			}
		}
		if c.Call != nil {
			call := *c.Call
			// Servers reuse call IDs; a task never does.
			call.ID = fmt.Sprintf("c%d.%d", i.Turn, len(r.Calls)+1)
			r.Calls = append(r.Calls, call)
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	if split != nil && r.Err == "" {
		tell(split.Flush())
	}
	r.Text = text.String()
	return r
}
