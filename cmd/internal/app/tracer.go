package app

import (
	"io"
	"sync"

	"deputy/agent/event"
	"deputy/agent/timing"
	"deputy/cmd/internal/listen"
)

// A tracer keeps the timelines of the last turns and counts.
type tracer struct {
	// mu guards the rest: utterances come from the listener's goroutine, events from the
	// desk's, questions from the sockets'.
	mu        sync.Mutex
	collector timing.Collector
	mic       overflower // that is open, or was last; may be nil
	before    int64      // overflows of those before it
	// ended are called with each turn that has ended. They must not block.
	ended []func(timing.Turn)
}

// An overflower is a microphone that counts how often samples were lost.
type overflower interface{ Overflows() int64 }

// hear takes in an utterance, before the desk is told of it.
func (t *tracer) hear(h listen.Recognition) {
	t.tell(func(b *timing.Collector) []timing.Turn {
		return b.Hear(timing.Hearing{
			Utterance: h.Utterance.ID, SpeechEnd: h.SpeechEnd, Draft: h.Draft, Endpoint: h.Endpoint, Ready: h.Ready,
			Took: h.Transcript.Took, Noise: h.Noise != "" || h.Transcript.Text == "",
		})
	})
}

// observe takes in an event of the desk.
func (t *tracer) observe(e event.Event) {
	t.tell(func(b *timing.Collector) []timing.Turn { return b.Observe(e) })
}

func (t *tracer) tell(fold func(*timing.Collector) []timing.Turn) {
	t.mu.Lock()
	ended := fold(&t.collector)
	t.mu.Unlock()
	for _, turn := range ended {
		for _, f := range t.ended {
			f(turn)
		}
	}
}

// listens says which microphone is open now.
func (t *tracer) listens(m overflower) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mic != nil {
		t.before += t.mic.Overflows()
	}
	t.mic = m
}

// Turns are the last turns, oldest first.
func (t *tracer) Turns() []timing.Turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.collector.Turns()
}

// Metrics writes what was counted as Prometheus reads it.
func (t *tracer) Metrics(w io.Writer) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.collector.Metrics.Dropped = t.before
	if t.mic != nil {
		t.collector.Metrics.Dropped += t.mic.Overflows()
	}
	return t.collector.Metrics.WriteText(w)
}
