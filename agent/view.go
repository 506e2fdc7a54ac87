package agent

import (
	"context"

	"deputy/agent/event"
	"deputy/agent/hearing"
	"deputy/agent/state"
)

// View calls f on the desk's own goroutine with its state, which f must neither
// change nor keep, and with the number of things under way (turns, plans,
// effects, and what was told and is not worked off). It returns when f has, or with ctx.
func (d *Desk) View(ctx context.Context, f func(s *state.State, busy int)) error {
	return d.view(ctx, func(s *state.State, h *executor) {
		n := h.busy() // before what was told: whatever ends tells first
		f(s, n+d.waiting(func(event.Event) bool { return true }))
	})
}

// Rests says whether nothing is under way any more that came of a request, but for
// what waits for the owner and what is still being spoken. Whatever was told before
// is worked off by then.
func (d *Desk) Rests(ctx context.Context, cause string) (rests bool, err error) {
	err = d.view(ctx, func(s *state.State, h *executor) {
		rests = h.busyFor(cause) == 0 && d.waiting(func(e event.Event) bool { return e.Cause == cause }) == 0
		for _, r := range s.Ready {
			rests = rests && s.Effects[r.Key].Cause != cause
		}
		for key := range s.Delayed {
			rests = rests && s.Effects[key].Cause != cause
		}
	})
	return rests, err
}

func (d *Desk) view(ctx context.Context, f func(s *state.State, h *executor)) error {
	done := make(chan struct{})
	d.put(func(s *state.State, h *executor) { f(s, h); close(done) })
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waiting counts the events that were told and are not worked off.
func (d *Desk) waiting(of func(event.Event) bool) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, v := range d.inbox {
		if e, ok := v.(event.Event); ok && of(e) {
			n++
		}
	}
	return n
}

// Holding says whether an effect waits in its grace: whoever listens then tells
// again and again how far (Listened).
func (d *Desk) Holding() bool { return d.holding.Load() }

// Settled says whether h, as far as it was heard, is all that could be waited for:
// a bare refusal of what is being asked, or its approval with the code word. It
// decides nothing; whoever listens may take the speaker to be done sooner. A bare
// yes is not settled: a "but" may follow it.
func (d *Desk) Settled(h event.Heard) bool {
	q := d.asking.Load()
	if q == nil {
		return false
	}
	return hearing.Settled(*q, h)
}
