package main

import (
	"io"
	"sync"

	"deputy/agent/event"
	"deputy/agent/trace"
)

// A tracer keeps the timelines of the last turns and counts.
type tracer struct {
	// mu guards the rest: utterances come from the ear's goroutine, events from the
	// desk's, questions from the sockets'.
	mu     sync.Mutex
	book   trace.Book
	mic    overflower // that is open, or was last; may be nil
	before int64      // overflows of those before it
	// ended are called with each turn that has ended. They must not block.
	ended []func(trace.Turn)
}

// An overflower is a microphone that counts how often samples were lost.
type overflower interface{ Overflows() int64 }

// hear takes in an utterance, before the desk is told of it.
func (t *tracer) hear(h hearing) {
	t.tell(func(b *trace.Book) []trace.Turn {
		return b.Hear(trace.Hearing{
			Utterance: h.Utterance.ID, SpeechEnd: h.SpeechEnd, Draft: h.Draft, Endpoint: h.Endpoint, Ready: h.Ready,
			Took: h.Transcript.Took, Noise: h.Noise != "" || h.Transcript.Text == "",
		})
	})
}

// observe takes in an event of the desk.
func (t *tracer) observe(e event.Event) {
	t.tell(func(b *trace.Book) []trace.Turn { return b.Observe(e) })
}

func (t *tracer) tell(fold func(*trace.Book) []trace.Turn) {
	t.mu.Lock()
	ended := fold(&t.book)
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

// turns are the last turns, oldest first.
func (t *tracer) turns() []trace.Turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.book.Turns()
}

// metrics writes what was counted as Prometheus reads it.
func (t *tracer) metrics(w io.Writer) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.book.Metrics.Dropped = t.before
	if t.mic != nil {
		t.book.Metrics.Dropped += t.mic.Overflows()
	}
	return t.book.Metrics.WriteText(w)
}
