package main

import (
	"sync/atomic"
	"time"
)

// A calm knows how long nothing has happened: nobody spoke, no key was held and
// the desk did nothing. Only then may the ear be slow, for whatever is under way
// must be interruptible at once.
type calm struct {
	after   time.Duration
	stirred atomic.Int64 // unix nanoseconds; any goroutine may stir
}

func newCalm(after time.Duration) *calm {
	c := &calm{after: after}
	c.stir()
	return c
}

// stir says that something happens.
func (c *calm) stir() { c.stirred.Store(time.Now().UnixNano()) }

// reigns says whether nothing has happened for long enough.
func (c *calm) reigns() bool { return time.Since(time.Unix(0, c.stirred.Load())) > c.after }
