package agent

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
)

// A reader is a script that can read ahead.
type reader struct {
	*script
	mu      sync.Mutex
	read    []model.Prompt
	stopped int           // readings that were given up
	hold    chan struct{} // if set, reading takes as long as it is open
}

func (r *reader) Warm(ctx context.Context, p model.Prompt) error {
	r.mu.Lock()
	r.read = append(r.read, p)
	r.mu.Unlock()
	if r.hold != nil {
		select {
		case <-r.hold:
		case <-ctx.Done():
			r.mu.Lock()
			defer r.mu.Unlock()
			r.stopped++
		}
	}
	return ctx.Err()
}

func (r *reader) readings() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.read)
}

// readingDesk is a desk whose model reads ahead.
func (b *bench) readingDesk(ahead bool) *reader {
	r := &reader{script: b.model}
	b.start()
	b.desk.o.Model, b.desk.o.ReadAhead = r, ahead
	return r
}

// asked is how often the model was.
func (b *bench) asked() int {
	b.model.mu.Lock()
	defer b.model.mu.Unlock()
	return len(b.model.prompts)
}

func (b *bench) speech() {
	b.desk.Tell(event.Speech{At: time.Now()})
	b.rest()
}

// TestReadingAhead: what is read while somebody speaks is what the order's prompt
// begins with, the order before included.
func TestReadingAhead(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{{Text: "Fifty."}, {Text: "Done."}}
		r := b.readingDesk(true)
		for i, order := range []string{"how many people work here", "make a list of the rooms"} {
			b.speech()
			b.hear(order)
			if r.readings() != i+1 || b.asked() != i+1 {
				t.Fatalf("%q: read %d times and asked %d times, want %d each", order, r.readings(), b.asked(), i+1)
			}
			read, asked := r.read[i], b.model.prompts[i]
			last := len(asked.Messages) - 1
			if read.System != asked.System || len(read.Tools) != len(asked.Tools) || len(read.Messages) != last+1 ||
				read.Messages[last].Text+order != asked.Messages[last].Text {
				t.Errorf("%q: read\n%+v\nasked\n%+v", order, read.Messages, asked.Messages)
			}
			if got := strings.Contains(read.Messages[last].Text, "Fifty."); got != (i == 1) {
				t.Errorf("%q: read %q", order, read.Messages[last].Text)
			}
		}
	})
}

// TestNothingIsReadAhead where the model is needed, an answer is waited for, or the
// owner doesn't want it.
func TestNothingIsReadAhead(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.hold = make(chan struct{})
		r := b.readingDesk(true)
		b.hear("write the shopping list")
		b.speech()
		if r.readings() != 0 {
			t.Error("it read while it had a turn to write")
		}
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`)}
		close(b.model.hold)
		b.rest()
		b.speech()
		if r.readings() != 0 {
			t.Error("it read while an answer was waited for")
		}
	})
	rehearse(t, func(b *bench) {
		r := b.readingDesk(false)
		b.speech()
		if r.readings() != 0 {
			t.Error("it read though it was not to")
		}
	})
}

// TestReadingGivesWay to what was said, or to silence.
func TestReadingGivesWay(t *testing.T) {
	rehearse(t, func(b *bench) {
		r := b.readingDesk(true)
		r.hold = make(chan struct{})
		b.speech()
		b.desk.Tell(event.Silence{})
		synctest.Wait()
		b.speech()
		b.hear("write the shopping list")
		if r.stopped != 2 || !b.mouth.said("Finished.") {
			t.Errorf("%d of 2 readings were given up, said %q", r.stopped, b.mouth.spoken)
		}
	})
}

// TestVerbsNeedNoModel: while the model is silent for ever, what Deputy does by
// itself is done at once.
func TestVerbsNeedNoModel(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("write", `{"path":"a"}`), {Text: "Done."}}
		b.start()
		b.hear("write the shopping list")
		b.model.hold = make(chan struct{})
		b.hear("read the long report")
		asked := b.asked()
		for _, text := range []string{"what's running?", "what's waiting?", "undo that", "repeat that", "take a note", "call Anna", "end note", "메모해 줘", "안나에게 전화", "메모 끝", "cancel", "stop"} {
			b.mu.Lock()
			seen := len(b.events)
			b.mu.Unlock()
			b.hear(text)
			queued, done := false, false
			for _, e := range b.events[seen:] {
				switch e.Body.(type) {
				case event.Queued, event.TaskClosed, event.Undone, event.Dictated, event.TaskOpened:
					done = true
				case event.Thinking:
					queued = true
				}
			}
			if b.asked() != asked || queued || !done {
				t.Errorf("%q: the model was asked %d times more; it was done: %v", text, b.asked()-asked, done)
			}
		}
		close(b.model.hold)
	})
}
