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
	stirred atomic.Int64 // steady time; any goroutine may stir
}

func newCalm(after time.Duration) *calm {
	c := &calm{after: after}
	c.stir()
	return c
}

// stir says that something happens.
func (c *calm) stir() { c.stirred.Store(int64(steady())) }

// reigns says whether nothing has happened for long enough.
func (c *calm) reigns() bool { return steady()-time.Duration(c.stirred.Load()) > c.after }
