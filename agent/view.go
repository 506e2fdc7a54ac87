package agent

import "context"

// View calls f on the desk's own goroutine with its state, which f must neither
// change nor keep, and with the number of things under way (turns, plans,
// effects, lines). It returns when f has, or with ctx.
func (d *Desk) View(ctx context.Context, f func(s *State, busy int)) error {
	return d.view(ctx, func(s *State, h *hands) { f(s, h.busy()) })
}

// Rests says whether nothing is under way any more that came of a request, but for
// what waits for the owner and what is still being spoken. Whatever was told before
// is worked off by then.
func (d *Desk) Rests(ctx context.Context, cause string) (rests bool, err error) {
	err = d.view(ctx, func(s *State, h *hands) {
		rests = h.busyFor(cause) == 0
		for key := range s.Held {
			rests = rests && s.Effects[key].cause != cause
		}
	})
	return rests, err
}

func (d *Desk) view(ctx context.Context, f func(s *State, h *hands)) error {
	done := make(chan struct{})
	d.put(func(s *State, h *hands) { f(s, h); close(done) })
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
