package agent

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"deputy/agent/consent"
	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/hearing"
	"deputy/agent/journal"
	"deputy/agent/model"
	"deputy/agent/state"
	"deputy/agent/tool"
)

// A Voice says lines. Say queues and returns; Hush stops the line under way and
// drops the rest. Chime sounds an acknowledgement without words, unless there is a
// line, and delays none. Whoever implements it tells the desk Speaking and Spoken
// for each line, and Chimed after each chime, from any goroutine.
type Voice interface {
	Say(ctx context.Context, l event.Line) error
	Hush(ctx context.Context) error
	Chime(ctx context.Context) error
}

// A Splitter cuts streamed text into sentences that can be spoken already.
type Splitter interface {
	// Push takes the next piece of text and gives the sentences that are sure.
	Push(delta string) []string
	// Flush gives what is left.
	Flush() []string
}

// Options are the parts of a desk. Journal, Model and Rules.Phrases are needed.
type Options struct {
	Rules   core.Rules
	Journal journal.Journal
	Model   model.Model
	Tools   []tool.Tool
	// ReadAhead lets the model, if it is a Warmer, read while an order is being spoken.
	ReadAhead bool
	// Voice is nil where nothing can be spoken: lines then go to Observe only.
	Voice Voice
	// Split makes a splitter for one reply; nil speaks replies whole.
	Split func() Splitter
	// Observe is called by Run with every event, in order, after it was
	// journaled. It must not block.
	Observe func(event.Event)
	// Notify shows a decision that waits on the desktop; nil shows none. It must
	// return when ctx ends.
	Notify func(ctx context.Context, language, text string)
	// Language is what the owner is told things in until something was said in
	// another one; "" means "en".
	Language string
	// Place says where a journal is damaged, in that language; nil says it in English.
	Place func(language string, a *journal.Altered) string
	// Clock is the clock on the wall, which may be set at any time and goes on while
	// the machine sleeps; nil is the machine's.
	Clock func() time.Time
	// PlanTimeout bounds one Tool.Plan; 0 means 10 s.
	PlanTimeout time.Duration
	// Grace is how long an effect under way may go on when the desk ends; 0 means 1.5 s.
	Grace time.Duration
	// Keep is how long the journal keeps what was said, written and read; 0 keeps all.
	Keep    time.Duration
	Version string
	Logger  *slog.Logger
}

// A Desk takes in events and carries out what follows. One goroutine, Run, owns
// its state; every method may be called from any goroutine.
type Desk struct {
	o    Options
	log  *slog.Logger
	bell chan struct{}
	// mu guards inbox alone: telling must never wait for the desk.
	mu    sync.Mutex
	inbox []any // Event, func(*State, *executor) or damaged
	// asking is what Settled looks at; Run alone puts it there.
	asking atomic.Pointer[consent.Question]
	// holding is what Holding looks at; Run alone puts it there.
	holding   atomic.Bool
	every     int          // events between snapshots; 0 means snapshotEvery
	snapshots *snapshotter // Run's
	last      instant      // Run's: when it was last looked whether the clock was set
}

// NewDesk makes a desk. It starts nothing.
func NewDesk(o Options) *Desk {
	log := o.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	o.Rules.Tools = specs(o.Tools)
	return &Desk{o: o, log: log, bell: make(chan struct{}, 1)}
}

func specs(tools []tool.Tool) (specs []tool.Spec) {
	for _, t := range tools {
		specs = append(specs, t.Spec())
	}
	return specs
}

// SetTools has these tools from now on. A task goes on with those that it began with.
func (d *Desk) SetTools(tools []tool.Tool) {
	d.put(func(_ *state.State, h *executor) {
		d.o.Tools, d.o.Rules.Tools = tools, specs(tools)
		h.tools = byName(tools)
	})
}

// Tell gives the desk an event. It never blocks: the inbox is unbounded, since
// two owners that tell each other things must not wait for each other.
func (d *Desk) Tell(b event.Body) { d.TellFor("", b) }

// TellFor tells an event that is a request: every event that comes of it has this
// cause, and Rests says when no more will.
func (d *Desk) TellFor(cause string, b event.Body) { d.put(event.Event{Cause: cause, Body: b}) }

func (d *Desk) put(v any) {
	d.mu.Lock()
	d.inbox = append(d.inbox, v)
	d.mu.Unlock()
	select {
	case d.bell <- struct{}{}:
	default:
	}
}

// putBack puts what was taken and not worked off ahead of what came since.
func (d *Desk) putBack(v []any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inbox = append(v, d.inbox...)
}

// next takes what is in the inbox, one after the other.
func (d *Desk) next(yield func(any) bool) {
	d.mu.Lock()
	n := len(d.inbox)
	d.mu.Unlock()
	for range n {
		d.mu.Lock()
		v := d.inbox[0]
		d.inbox = d.inbox[1:]
		d.mu.Unlock()
		if !yield(v) {
			return
		}
	}
}

func (d *Desk) take() []any {
	d.mu.Lock()
	defer d.mu.Unlock()
	got := d.inbox
	d.inbox = nil
	return got
}

// Run reads the journal, takes up what was under way, and works until ctx ends
// (then it returns nil), or the journal fails or turns out to be damaged. It
// returns only when everything it started has ended; effects under way get
// Options.Grace to finish.
func (d *Desk) Run(ctx context.Context) error {
	d.last = d.now()
	s, err := d.begin(ctx)
	if err != nil {
		return err
	}
	h := newExecutor(ctx, d)
	d.snapshots.start(ctx)
	err = d.step(ctx, &s, h, event.Event{Body: event.Opened{Version: d.o.Version}})
	for err == nil {
		select {
		case <-ctx.Done():
			err := d.close(&s, h, true)
			d.snapshots.end(err == nil)
			return err
		case <-d.bell:
			err = d.drain(ctx, &s, h)
		case <-h.alarm.after(d.now()):
			err = d.wake(ctx, &s, h)
		}
	}
	d.snapshots.end(false)
	if errors.As(err, new(damaged)) {
		d.warn(ctx, &s, h, err)
		return errors.Join(err, d.close(&s, h, false))
	}
	h.close(0)
	return err
}

// drain works off the inbox, one after the other, so that whoever looks sees what
// still waits.
func (d *Desk) drain(ctx context.Context, s *state.State, h *executor) error {
	for v := range d.next {
		switch v := v.(type) {
		case event.Event:
			if err := d.step(ctx, s, h, v); err != nil {
				return err
			}
		case func(*state.State, *executor):
			v(s, h)
		case damaged:
			return v
		}
	}
	return nil
}

// step works one event out: state, then journal, then the world. If the clock was
// set since the last, that comes first.
func (d *Desk) step(ctx context.Context, s *state.State, h *executor, e event.Event) error {
	now := d.now()
	if by, ok := d.last.setBy(now); ok {
		d.last = now
		if err := d.work(ctx, s, h, now, event.Event{Body: event.ClockSet{By: by}}); err != nil {
			return err
		}
	}
	return d.work(ctx, s, h, now, e)
}

func (d *Desk) work(ctx context.Context, s *state.State, h *executor, now instant, e event.Event) error {
	e.At, e.Steady, e.Nonce, e.Body = now.wall, now.steady, nonce(), now.onWall(e.Body)
	switch b := e.Body.(type) {
	case event.Planned:
		h.keep(b)
	case event.Ended:
		delete(h.sessions, b.Key)
	}
	next, events, intents := d.o.Rules.Step(*s, e)
	*s = next
	d.asking.Store(hearing.Question(s))
	d.holding.Store(len(s.Delayed) > 0)
	if err := d.journal(ctx, events); err != nil {
		return err
	}
	for _, i := range intents {
		cause := e.Cause
		if do, ok := i.(event.Execute); ok {
			cause = s.Effects[do.Effect.Key].Cause
		}
		h.carryOut(i, cause)
	}
	switch b := e.Body.(type) {
	case event.Heard:
		for _, e := range events {
			if i, ok := e.Body.(event.Ignored); ok {
				d.log.Debug("nothing follows from what was said", "why", i.Why, "text", b.Text)
			}
		}
		h.readNoMore() // what is still not read is read with the order
	case event.Speech:
		if d.o.Rules.MayBeMeant(s, b.At, b.Key) {
			h.readAhead(s)
		}
	case event.Called:
		h.readAhead(s)
	case event.Silence:
		h.readNoMore()
	}
	return nil
}

// journal makes events durable and shows them.
func (d *Desk) journal(ctx context.Context, events []event.Event) error {
	var lines []journal.Event
	for _, e := range events {
		if _, ignored := e.Body.(event.Ignored); ignored || e.Body.Kind() == "" {
			continue
		}
		l, err := event.Encode(e)
		if err != nil {
			return err
		}
		lines = append(lines, l)
	}
	if len(lines) > 0 {
		if err := d.o.Journal.Append(context.WithoutCancel(ctx), lines...); err != nil {
			return fmt.Errorf("write the journal (nothing is done that it doesn't hold; free some space and start again): %w", err)
		}
		d.snapshots.count(len(lines))
	}
	if d.o.Observe != nil {
		for _, e := range events {
			d.o.Observe(e)
		}
	}
	return nil
}

// close lets effects under way come to their end and writes down what they came to.
// Unless the journal is sound, what the owner said last is not taken in.
func (d *Desk) close(s *state.State, h *executor, sound bool) error {
	h.close(cmp.Or(d.o.Grace, 1500*time.Millisecond))
	var errs []error
	for _, v := range d.take() {
		e, ok := v.(event.Event)
		if f, view := v.(func(*state.State, *executor)); view {
			f(s, h)
		}
		if !ok {
			continue
		}
		switch e.Body.(type) {
		case event.Heard, event.Answered:
			ok = sound
		case event.Ended, event.Undone, event.Replied:
		default:
			ok = false
		}
		if ok { // what must not be lost
			now := d.now()
			e.At, e.Steady, e.Nonce, e.Body = now.wall, now.steady, nonce(), now.onWall(e.Body)
			next, events, _ := d.o.Rules.Step(*s, e)
			*s = next
			errs = append(errs, d.journal(context.Background(), events))
		}
	}
	if s.Overheard > 0 && sound {
		e := event.Event{At: d.now().wall, Body: event.Overheard{Count: s.Overheard}}
		s.Apply(e)
		errs = append(errs, d.journal(context.Background(), []event.Event{e}))
	}
	return errors.Join(errs...)
}

func nonce() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return binary.NativeEndian.Uint64(b[:])
}
