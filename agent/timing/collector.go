package timing

import (
	"slices"
	"time"

	"deputy/agent/event"
)

// A Collector is the fold: it takes in everything that happened, in order, and holds
// the timelines of the last turns. It isn't safe for concurrent use.
type Collector struct {
	// Keep is how many turns are held; 0 means 200.
	Keep    int
	Metrics Metrics

	turns    []*openTurn
	tasks    map[string]*openTurn // the turn that each task under way is in
	lines    map[string]*openTurn // what is with the voice
	hearings map[int64]Hearing
	last     *openTurn // of what was said last
	ended    []Turn
}

// An openTurn is a turn that may still be going on.
type openTurn struct {
	Turn
	lines int       // with the voice
	open  bool      // it is not known yet what comes of it
	over  bool      // it has ended
	step  time.Time // of the desk's last step that may answer it
}

// Turns are the last turns, oldest first, those under way included. What was
// ignored is not among them.
func (c *Collector) Turns() []Turn {
	out := make([]Turn, len(c.turns))
	for i, p := range c.turns {
		out[i] = p.copy()
	}
	return out
}

func (p *openTurn) copy() Turn {
	t := p.Turn
	t.Replies, t.Effects = slices.Clone(t.Replies), slices.Clone(t.Effects)
	return t
}

// Hear takes in how an utterance was heard, before the desk is told of it. It
// returns the turns that have ended with it.
func (c *Collector) Hear(h Hearing) []Turn {
	if h.Noise {
		c.Metrics.utterances.add("voice", 1)
		c.Metrics.ignored.add("noise", 1)
		p := &openTurn{Turn: Turn{Kind: Noise, Utterance: h.Utterance}}
		p.hear(h)
		c.end(p)
		return c.take()
	}
	if c.hearings == nil {
		c.hearings = map[int64]Hearing{}
	}
	c.hearings[h.Utterance] = h
	return nil
}

func (p *openTurn) hear(h Hearing) {
	p.SpeechEnd, p.Draft, p.Endpoint, p.Ready, p.Took = h.SpeechEnd, h.Draft, h.Endpoint, h.Ready, h.Took
}

// Observe takes in an event of the desk, journaled or passing. It returns the
// turns that have ended with it.
func (c *Collector) Observe(e event.Event) []Turn {
	c.settle(e)
	switch v := e.Body.(type) {
	case event.Heard:
		c.heard(e.At, v)
	case event.Ignored:
		c.ignored(e.At, v)
	case event.TaskOpened:
		c.accepted(e.At, v.Task, Order, v.Note)
	case event.TaskRevised:
		c.accepted(e.At, v.Task, Revision, false)
	case event.Dictated:
		c.dictated(e.At, v.Task)
	case event.TaskClosed:
		if p := c.tasks[v.Task]; p != nil {
			p.Done, p.Status, p.open = e.At, string(v.Status), false
		}
	case event.Reported:
		if p := c.tasks[v.Task]; p != nil {
			p.Reported = e.At
			c.close(p)
		}
	case event.Thinking, event.Begun, event.Sentence, event.Replied:
		c.thought(e)
	case event.Chimed:
		if p := c.last; p != nil && !p.over {
			p.Chimed = v.Began
		}
	case event.Queued, event.Speaking, event.Spoken:
		c.spoke(e)
	default:
		c.did(e)
	}
	return c.take()
}

func (c *Collector) take() []Turn {
	ended := c.ended
	c.ended = nil
	return ended
}

// settle ends what was said last once the step that worked it out is over and
// nothing is left to come of it.
func (c *Collector) settle(e event.Event) {
	p := c.last
	if p == nil {
		return
	}
	if _, undone := e.Body.(event.Undone); undone {
		p.step = e.At // it answers an undo
	}
	if e.At.Equal(p.step) || !p.Done.IsZero() { // a closed task is reported yet
		return
	}
	c.close(p)
	if p.over {
		c.last = nil
	}
}

// close ends a turn of which nothing is left to come.
func (c *Collector) close(p *openTurn) {
	under := slices.ContainsFunc(p.Effects, func(f Effect) bool { return !f.Started.IsZero() && f.Ended.IsZero() })
	if !p.open && p.lines == 0 && !under {
		c.end(p)
	}
}

// end ends a turn, once.
func (c *Collector) end(p *openTurn) {
	if p.over {
		return
	}
	p.over = true
	if c.tasks[p.Task] == p {
		delete(c.tasks, p.Task)
	}
	t := p.copy()
	for _, s := range t.Spans() {
		c.Metrics.stage(s)
	}
	c.ended = append(c.ended, t)
}

// begin holds a new turn; the oldest has to go, whether it has ended or not.
func (c *Collector) begin(p *openTurn) *openTurn {
	keep := c.Keep
	if keep <= 0 {
		keep = 200
	}
	if len(c.turns) >= keep {
		c.end(c.turns[0])
		c.turns = slices.Delete(c.turns, 0, 1)
	}
	c.turns = append(c.turns, p)
	return p
}

// heard begins a turn. What was closed and not reported by now will not be.
func (c *Collector) heard(at time.Time, h event.Heard) {
	for _, p := range c.turns {
		if !p.Done.IsZero() {
			c.close(p)
		}
	}
	p := &openTurn{Turn: Turn{Kind: Local, Utterance: h.Utterance, Typed: h.Typed, Heard: at}, step: at}
	way := "typed"
	if !h.Typed {
		way = "voice"
		p.SpeechEnd = h.Ended
		c.hearing(p)
	}
	c.Metrics.utterances.add(way, 1)
	if h.Err != "" {
		c.Metrics.errors.add("hearing", 1)
	}
	if h.Err != "" {
		c.ignore(p)
		return
	}
	c.last = c.begin(p)
}

// ignored is heard for what nothing follows from.
func (c *Collector) ignored(at time.Time, i event.Ignored) {
	p := &openTurn{Turn: Turn{Kind: Ignored, Utterance: i.Utterance, Heard: at}, step: at}
	c.Metrics.utterances.add("voice", 1)
	c.hearing(p)
	c.ignore(p)
}

func (c *Collector) ignore(p *openTurn) {
	c.Metrics.ignored.add("desk", 1)
	p.Kind = Ignored
	c.end(p)
	c.last = p // what is said about it now is nobody else's
}

// hearing is how the utterance was heard. They come in order: what was heard
// before will not be told any more.
func (c *Collector) hearing(p *openTurn) {
	if g, ok := c.hearings[p.Utterance]; ok && p.Utterance != 0 {
		p.hear(g)
	}
	for id := range c.hearings {
		if id <= p.Utterance {
			delete(c.hearings, id)
		}
	}
}

// accepted ties what was said last to the task that it began or revised. A note
// takes nothing but dictation, which are turns of their own.
func (c *Collector) accepted(at time.Time, task string, k Kind, note bool) {
	p := c.last
	if p == nil || p.over {
		p = c.begin(&openTurn{Turn: Turn{Heard: at}, step: at})
		c.last = p
	}
	p.Kind, p.Task, p.Accepted = k, task, at
	if note {
		p.Kind = Dictation
		return
	}
	c.holds(p)
}

func (c *Collector) dictated(at time.Time, task string) {
	p := c.last
	if p == nil || p.over {
		return
	}
	p.Kind, p.Task, p.Accepted = Dictation, task, at
	c.holds(p)
}

// holds says that what happens in p's task from now on is p's.
func (c *Collector) holds(p *openTurn) {
	p.open = true
	if c.tasks == nil {
		c.tasks = map[string]*openTurn{}
	}
	c.tasks[p.Task] = p
}

// resume is the turn that the task is in: a new one if an earlier session began
// it.
func (c *Collector) resume(task string) *openTurn {
	p := c.tasks[task]
	if p == nil {
		p = c.begin(&openTurn{Turn: Turn{Kind: Resumed, Task: task}})
		c.holds(p)
	}
	return p
}
