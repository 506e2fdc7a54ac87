package main

import (
	"context"
	"sync"

	"deputy/audio"
	"deputy/stt"
)

// A pausable is whatever computes on the same cores as the transcriber: the
// local model server. Both ggml engines spin while they wait, so that two of
// them at once on two cores are many times slower than one after the other.
type pausable interface {
	Pause()
	Resume()
}

// cores gives the processor to whoever the user waits for: while something is
// being written down, to the transcriber. While somebody only speaks, the model
// may compute.
type cores struct {
	// mu guards the rest: transcriptions run on goroutines of their own.
	mu    sync.Mutex
	model pausable // nil while there is none, or when it computes elsewhere
	taken int      // transcriptions under way
}

// use names the model to pause.
func (c *cores) use(m pausable) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.model = m
	if c.taken > 0 {
		m.Pause()
	}
}

// take counts transcriptions up or down.
func (c *cores) take(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken += n
	switch {
	case c.model == nil:
	case n > 0 && c.taken == 1:
		c.model.Pause()
	case c.taken == 0:
		c.model.Resume()
	}
}

// A sharer is a transcriber that has the cores for itself.
type sharer struct {
	stt.Transcriber
	cores *cores
}

// Transcribe pauses the model meanwhile.
func (s sharer) Transcribe(ctx context.Context, u audio.Utterance) (stt.Transcript, error) {
	s.cores.take(1)
	defer s.cores.take(-1)
	return s.Transcriber.Transcribe(ctx, u)
}
