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
func (b *Collector) Turns() []Turn {
	out := make([]Turn, len(b.turns))
	for i, p := range b.turns {
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
func (b *Collector) Hear(h Hearing) []Turn {
	if h.Noise {
		b.Metrics.utterances.add("voice", 1)
		b.Metrics.ignored.add("noise", 1)
		p := &openTurn{Turn: Turn{Kind: Noise, Utterance: h.Utterance}}
		p.hear(h)
		b.end(p)
		return b.take()
	}
	if b.hearings == nil {
		b.hearings = map[int64]Hearing{}
	}
	b.hearings[h.Utterance] = h
	return nil
}

func (p *openTurn) hear(h Hearing) {
	p.SpeechEnd, p.Draft, p.Endpoint, p.Ready, p.Took = h.SpeechEnd, h.Draft, h.Endpoint, h.Ready, h.Took
}

// Observe takes in an event of the desk, journaled or passing. It returns the
// turns that have ended with it.
func (b *Collector) Observe(e event.Event) []Turn {
	b.settle(e)
	switch v := e.Body.(type) {
	case event.Heard:
		b.heard(e.At, v)
	case event.Ignored:
		b.ignored(e.At, v)
	case event.TaskOpened:
		b.accepted(e.At, v.Task, Order, v.Note)
	case event.TaskRevised:
		b.accepted(e.At, v.Task, Revision, false)
	case event.Dictated:
		b.dictated(e.At, v.Task)
	case event.TaskClosed:
		if p := b.tasks[v.Task]; p != nil {
			p.Done, p.Status, p.open = e.At, string(v.Status), false
		}
	case event.Reported:
		if p := b.tasks[v.Task]; p != nil {
			p.Reported = e.At
			b.close(p)
		}
	case event.Thinking, event.Begun, event.Sentence, event.Replied:
		b.thought(e)
	case event.Chimed:
		if p := b.last; p != nil && !p.over {
			p.Chimed = v.Began
		}
	case event.Queued, event.Speaking, event.Spoken:
		b.spoke(e)
	default:
		b.did(e)
	}
	return b.take()
}

func (b *Collector) take() []Turn {
	ended := b.ended
	b.ended = nil
	return ended
}

// settle ends what was said last once the step that worked it out is over and
// nothing is left to come of it.
func (b *Collector) settle(e event.Event) {
	p := b.last
	if p == nil {
		return
	}
	if _, undone := e.Body.(event.Undone); undone {
		p.step = e.At // it answers an undo
	}
	if e.At.Equal(p.step) || !p.Done.IsZero() { // a closed task is reported yet
		return
	}
	b.close(p)
	if p.over {
		b.last = nil
	}
}

// close ends a turn of which nothing is left to come.
func (b *Collector) close(p *openTurn) {
	under := slices.ContainsFunc(p.Effects, func(f Effect) bool { return !f.Started.IsZero() && f.Ended.IsZero() })
	if !p.open && p.lines == 0 && !under {
		b.end(p)
	}
}

// end ends a turn, once.
func (b *Collector) end(p *openTurn) {
	if p.over {
		return
	}
	p.over = true
	if b.tasks[p.Task] == p {
		delete(b.tasks, p.Task)
	}
	t := p.copy()
	for _, s := range t.Spans() {
		b.Metrics.stage(s)
	}
	b.ended = append(b.ended, t)
}

// begin holds a new turn; the oldest has to go, whether it has ended or not.
func (b *Collector) begin(p *openTurn) *openTurn {
	keep := b.Keep
	if keep <= 0 {
		keep = 200
	}
	if len(b.turns) >= keep {
		b.end(b.turns[0])
		b.turns = slices.Delete(b.turns, 0, 1)
	}
	b.turns = append(b.turns, p)
	return p
}

// heard begins a turn. What was closed and not reported by now will not be.
func (b *Collector) heard(at time.Time, h event.Heard) {
	for _, p := range b.turns {
		if !p.Done.IsZero() {
			b.close(p)
		}
	}
	p := &openTurn{Turn: Turn{Kind: Local, Utterance: h.Utterance, Typed: h.Typed, Heard: at}, step: at}
	way := "typed"
	if !h.Typed {
		way = "voice"
		p.SpeechEnd = h.Ended
		b.hearing(p)
	}
	b.Metrics.utterances.add(way, 1)
	if h.Err != "" {
		b.Metrics.errors.add("hearing", 1)
	}
	if h.Err != "" {
		b.ignore(p)
		return
	}
	b.last = b.begin(p)
}

// ignored is heard for what nothing follows from.
func (b *Collector) ignored(at time.Time, i event.Ignored) {
	p := &openTurn{Turn: Turn{Kind: Ignored, Utterance: i.Utterance, Heard: at}, step: at}
	b.Metrics.utterances.add("voice", 1)
	b.hearing(p)
	b.ignore(p)
}

func (b *Collector) ignore(p *openTurn) {
	b.Metrics.ignored.add("desk", 1)
	p.Kind = Ignored
	b.end(p)
	b.last = p // what is said about it now is nobody else's
}

// hearing is how the utterance was heard. They come in order: what was heard
// before will not be told any more.
func (b *Collector) hearing(p *openTurn) {
	if g, ok := b.hearings[p.Utterance]; ok && p.Utterance != 0 {
		p.hear(g)
	}
	for id := range b.hearings {
		if id <= p.Utterance {
			delete(b.hearings, id)
		}
	}
}

// accepted ties what was said last to the task that it began or revised. A note
// takes nothing but dictation, which are turns of their own.
func (b *Collector) accepted(at time.Time, task string, k Kind, note bool) {
	p := b.last
	if p == nil || p.over {
		p = b.begin(&openTurn{Turn: Turn{Heard: at}, step: at})
		b.last = p
	}
	p.Kind, p.Task, p.Accepted = k, task, at
	if note {
		p.Kind = Dictation
		return
	}
	b.holds(p)
}

func (b *Collector) dictated(at time.Time, task string) {
	p := b.last
	if p == nil || p.over {
		return
	}
	p.Kind, p.Task, p.Accepted = Dictation, task, at
	b.holds(p)
}

// holds says that what happens in p's task from now on is p's.
func (b *Collector) holds(p *openTurn) {
	p.open = true
	if b.tasks == nil {
		b.tasks = map[string]*openTurn{}
	}
	b.tasks[p.Task] = p
}

// resume is the turn that the task is in: a new one if an earlier session began
// it.
func (b *Collector) resume(task string) *openTurn {
	p := b.tasks[task]
	if p == nil {
		p = b.begin(&openTurn{Turn: Turn{Kind: Resumed, Task: task}})
		b.holds(p)
	}
	return p
}
