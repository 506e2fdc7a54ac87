package agent

import (
	"context"

	"deputy/agent/model"
	"deputy/agent/state"
)

// readAhead has the model read what an order's prompt begins with, while the
// order is being spoken. Where a turn or a tool is at work it reads nothing: the
// server's cache is theirs.
func (h *executor) readAhead(s *state.State) {
	w, ok := h.d.o.Model.(model.Warmer)
	if !ok || !h.d.o.ReadAhead || h.busy() > 0 || s.Presented() != nil {
		return
	}
	p := h.d.o.Rules.Beginning(s, h.d.now().wall)
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
func (h *executor) readNoMore() {
	if h.reading != nil {
		h.reading()
		h.reading = nil
	}
}
