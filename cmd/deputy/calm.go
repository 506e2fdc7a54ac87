package main

import (
	"sync/atomic"
	"time"

	"deputy/audio"
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

// A stirring detector tells of every window that may be speech.
type stirring struct {
	audio.Detector
	stir func()
}

// Score passes the detector's own score on.
func (s stirring) Score(frame []float32) float32 {
	p := s.Detector.Score(frame)
	if p >= 0.2 {
		s.stir()
	}
	return p
}
