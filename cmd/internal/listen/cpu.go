package listen

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

// CPUArbiter gives the processor to whoever the user waits for: while something is
// being written down, to the transcriber. While somebody only speaks, the model
// may compute.
type CPUArbiter struct {
	// mu guards the rest: transcriptions run on goroutines of their own.
	mu    sync.Mutex
	model pausable // nil while there is none, or when it computes elsewhere
	taken int      // transcriptions under way
}

// Use names the model to pause.
func (c *CPUArbiter) Use(m pausable) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.model = m
	if c.taken > 0 {
		m.Pause()
	}
}

// take counts transcriptions up or down.
func (c *CPUArbiter) take(n int) {
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

// Exclusive is t with the processor for itself.
func (c *CPUArbiter) Exclusive(t stt.Transcriber) stt.Transcriber {
	return exclusiveTranscriber{t, c}
}

type exclusiveTranscriber struct {
	stt.Transcriber
	cores *CPUArbiter
}

// Transcribe pauses the model meanwhile.
func (s exclusiveTranscriber) Transcribe(ctx context.Context, u audio.Utterance) (stt.Transcript, error) {
	s.cores.take(1)
	defer s.cores.take(-1)
	return s.Transcriber.Transcribe(ctx, u)
}
