package timing

import (
	"slices"

	"deputy/agent/event"
)

// spoke follows the lines.
func (c *Collector) spoke(e event.Event) {
	switch v := e.Body.(type) {
	case event.Queued:
		p := c.tasks[v.Task]
		if v.Reply && c.last != nil {
			p = c.last
		}
		if p == nil || p.over {
			return
		}
		if c.lines == nil {
			c.lines = map[string]*openTurn{}
		}
		c.lines[v.Line] = p
		p.lines++
	case event.Speaking:
		if p := c.lines[v.Line]; p != nil && p.Sound.IsZero() && !p.over {
			p.Sound = v.At
		}
	case event.Spoken:
		if v.Err != "" {
			c.Metrics.errors.add("voice", 1)
		}
		p := c.lines[v.Line]
		if p == nil {
			return
		}
		delete(c.lines, v.Line)
		p.lines--
		// Of a closed task Reported is told next, unless the line was hushed.
		if p.Done.IsZero() || !p.Reported.IsZero() || !v.Whole && v.Err == "" {
			c.close(p)
		}
	}
}

// thought follows the model's turns.
func (c *Collector) thought(e event.Event) {
	switch v := e.Body.(type) {
	case event.Thinking:
		p := c.resume(v.Task)
		p.Replies = append(p.Replies, Reply{Turn: v.Turn, Asked: e.At})
	case event.Begun:
		if r := c.reply(v.Task, v.Turn); r != nil {
			r.Token = e.At
		}
	case event.Sentence:
		if r := c.reply(v.Task, v.Turn); r != nil && r.Sentence.IsZero() {
			r.Sentence = e.At
		}
	case event.Replied:
		if v.Err != "" {
			c.Metrics.errors.add("model", 1)
		}
		if r := c.reply(v.Task, v.Turn); r != nil {
			r.Ended, r.Failed = e.At, v.Err != ""
		}
	}
}

// reply is the model's turn in the task, if it is the one under way.
func (c *Collector) reply(task string, turn int) *Reply {
	p := c.tasks[task]
	if p == nil || len(p.Replies) == 0 {
		return nil
	}
	if r := &p.Replies[len(p.Replies)-1]; r.Turn == turn {
		return r
	}
	return nil
}

// did follows the effects and the asks for them.
func (c *Collector) did(e event.Event) {
	switch v := e.Body.(type) {
	case event.Intended:
		f := c.resume(v.Task).effect(v.Key, "")
		f.Tool, f.Level = v.Tool, v.Level.String()
	case event.Refused:
		c.noted(c.tasks[v.Task])
	case event.Asked:
		c.Metrics.asks.add("", 1)
		f := c.resume(v.Task).effect(v.Key, "")
		f.Ask, f.Posings = v.Ask, 0
	case event.AskPresented:
		f := c.resume(v.Task).effect("", v.Ask)
		f.Composed, f.Posings = e.At, f.Posings+1
	case event.AskDelivered:
		c.resume(v.Task).effect("", v.Ask).Posed = v.At
	case event.Decided:
		c.decided(e, v)
	case event.Started:
		f := c.resume(v.Task).effect(v.Key, "")
		f.Started, f.Outcome = e.At, ""
	case event.Ended:
		c.finished(e, v)
	case event.Undone:
		if v.Err != "" {
			c.Metrics.errors.add("effect", 1)
		}
	}
}

// effect is the one with that key or for which that ask is, begun if there is none.
func (p *openTurn) effect(key, ask string) *Effect {
	i := slices.IndexFunc(p.Effects, func(f Effect) bool { return key != "" && f.Key == key || ask != "" && f.Ask == ask })
	if i < 0 {
		p.Effects = append(p.Effects, Effect{Key: key, Ask: ask})
		i = len(p.Effects) - 1
	}
	return &p.Effects[i]
}

func (c *Collector) decided(e event.Event, v event.Decided) {
	way := &c.Metrics.denials
	if v.Approve {
		way = &c.Metrics.approvals
	}
	way.add(v.By, 1)
	p := c.resume(v.Task)
	f := p.effect("", v.Ask)
	f.Key, f.Decided, f.Approved, f.By = v.Key, e.At, v.Approve, v.By
	if v.Answer == nil {
		return
	}
	f.Answered = v.Answer.Ended
	if c.last != nil && !c.last.over && c.last != p {
		c.last.Kind, c.last.Task = Answer, v.Task
	}
}

func (c *Collector) finished(e event.Event, v event.Ended) {
	outcome := "done"
	switch {
	case v.Unknown:
		outcome = "unknown"
	case v.Err != "":
		outcome = "failed"
	}
	c.Metrics.effects.add(outcome, 1)
	if outcome != "done" {
		c.Metrics.errors.add("effect", 1)
	}
	for _, p := range c.turns {
		if i := slices.IndexFunc(p.Effects, func(f Effect) bool { return f.Key == v.Key }); i >= 0 && !p.over {
			p.Effects[i].Ended, p.Effects[i].Outcome = e.At, outcome
			c.noted(p)
			if !p.Done.IsZero() && !p.Reported.IsZero() {
				c.close(p)
			}
			return
		}
	}
}

// noted ends what was dictated once it is written down, or can't be.
func (c *Collector) noted(p *openTurn) {
	if p != nil && p.Kind == Dictation {
		p.open = false
		c.close(p)
	}
}
