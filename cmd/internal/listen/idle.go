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

// NewIdleTimer calls it idle when nothing has happened for that long.
func NewIdleTimer(after time.Duration) *IdleTimer {
	t := &IdleTimer{after: after}
	t.Touch()
	return t
}

// Touch says that something happens.
func (t *IdleTimer) Touch() { t.touched.Store(int64(steady())) }

// Idle says whether nothing has happened for long enough.
func (t *IdleTimer) Idle() bool { return steady()-time.Duration(t.touched.Load()) > t.after }
