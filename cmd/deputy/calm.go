package main

import (
	"sync/atomic"
	"time"
)

// An idleTimer knows how long nothing has happened: nobody spoke, no key was held
// and the desk did nothing. Only then may listening be slow, for whatever is under
// way must be interruptible at once.
type calm struct {
	after   time.Duration
	touched atomic.Int64 // steady time; any goroutine may touch it
}

func newCalm(after time.Duration) *calm {
	c := &calm{after: after}
	c.touch()
	return c
}

// touch says that something happens.
func (c *calm) touch() { c.touched.Store(int64(steady())) }

// idle says whether nothing has happened for long enough.
func (c *calm) idle() bool { return steady()-time.Duration(c.touched.Load()) > c.after }
