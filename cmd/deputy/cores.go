package main

import (
	"sync"
	"time"
)

// A pausable is whatever computes on the same cores as the transcriber: the
// local model server. Both ggml engines spin while they wait, so that two of
// them at once on two cores are many times slower than one after the other.
type pausable interface {
	Pause()
	Resume()
}

// longestPause is how long the model stays paused at most after the last sign
// of speech, should its end get lost.
const longestPause = 10 * time.Second

// cores gives the processor to whoever the user waits for: while there is
// speech, to the transcriber.
type cores struct {
	// mu guards the rest: speech begins and ends on different goroutines.
	mu    sync.Mutex
	model pausable // nil while there is none, or when it computes elsewhere
	timer *time.Timer
}

// use names the model to pause.
func (c *cores) use(m pausable) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.model = m
}

// speech pauses the model until quiet. A nil cores pauses nothing.
func (c *cores) speech() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
	}
	if c.model != nil {
		c.timer = time.AfterFunc(longestPause, c.quiet)
		c.model.Pause()
	}
}

// quiet lets the model go on.
func (c *cores) quiet() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
	}
	if c.model != nil {
		c.model.Resume()
	}
}
