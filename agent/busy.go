package agent

import "deputy/agent/event"

// run starts f in a goroutine that close waits for; what it returns is told.
func (h *executor) run(cause string, f func() event.Body) {
	h.count(cause, 1)
	h.running.Go(func() {
		b := f()
		// Told before the count goes down, so that a desk with an empty inbox and
		// nothing under way really is at rest.
		if b != nil {
			h.d.TellFor(cause, b)
		}
		h.count(cause, -1)
	})
}

// busy is how much is under way.
func (h *executor) busy() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, of := range h.under {
		n += of
	}
	return n
}

// busyFor is how much of that came of one request.
func (h *executor) busyFor(cause string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.under[cause]
}

// count adds n to what is under way.
func (h *executor) count(cause string, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.under[cause] += n; h.under[cause] == 0 {
		delete(h.under, cause)
	}
}
