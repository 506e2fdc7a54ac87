package listen

import (
	"sync/atomic"
	"time"
)

// An IdleTimer knows how long nothing has happened: nobody spoke, no key was held
// and the desk did nothing. Only then may listening be slow, for whatever is under
// way must be interruptible at once.
type IdleTimer struct {
	after   time.Duration
	touched atomic.Int64 // steady time; any goroutine may touch it
}

func NewIdleTimer(after time.Duration) *IdleTimer {
	c := &IdleTimer{after: after}
	c.Touch()
	return c
}

// Touch says that something happens.
func (c *IdleTimer) Touch() { c.touched.Store(int64(steady())) }

// Idle says whether nothing has happened for long enough.
func (c *IdleTimer) Idle() bool { return steady()-time.Duration(c.touched.Load()) > c.after }
