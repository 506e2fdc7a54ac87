package agent

import (
	"context"
	"time"
)

// A Warmer is a Model whose server can be made to read how a prompt begins, so
// that what follows is answered sooner. Warm may be called from any goroutine.
type Warmer interface {
	Warm(ctx context.Context, p Prompt) error
}

// readAhead has the model read what an order's prompt begins with, while the
// order is being spoken. Where a turn or a tool is at work it reads nothing: the
// server's cache is theirs.
func (h *hands) readAhead(s *State) {
	w, ok := h.d.o.Model.(Warmer)
	if !ok || !h.d.o.ReadAhead || h.busy() > 0 || s.posed() != nil {
		return
	}
	p := h.d.o.Rules.beginning(s, h.d.now().wall)
	h.readNoMore()
	ctx, drop := context.WithCancel(h.ctx)
	h.reading = drop
	h.running.Go(func() {
		defer drop()
		if err := w.Warm(ctx, p); err != nil && ctx.Err() == nil {
			h.d.log.Debug("the model didn't read ahead", "err", err)
		}
	})
}

// readNoMore ends reading ahead.
func (h *hands) readNoMore() {
	if h.reading != nil {
		h.reading()
		h.reading = nil
	}
}

// beginning is all of the next order's prompt but the order. It changes nothing.
func (r *Rules) beginning(s *State, at time.Time) Prompt {
	x := &step{State: s, Rules: r, at: at}
	a := x.around("")
	p := Prompt{System: r.System, Tools: r.Tools}
	if a.before != nil {
		p.Messages = append(p.Messages, *a.before)
	}
	p.Messages = append(p.Messages, Message{Role: User, Text: a.prompt})
	return p
}
