package app

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent"
	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/journal/journaltest"
	"deputy/agent/model"
	"deputy/audio"
	"deputy/tts"
)

// A writer is a model that writes a piece each second, after its first.
type writer struct {
	first  time.Duration
	pieces []string
}

func (w writer) Next(ctx context.Context, _ model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) {
		wait := w.first
		for _, p := range w.pieces {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				yield(model.Chunk{}, ctx.Err())
				return
			}
			if !yield(model.Chunk{Text: p}, nil) {
				return
			}
			wait = time.Second
		}
	}
}

// A reader takes 400 ms for each sentence and then reads for 1.5 s.
type reader struct {
	note func(format string, args ...any)
}

func (r reader) Synthesize(ctx context.Context, text, _ string) (audio.Source, error) {
	r.note("%s begun", text)
	select {
	case <-time.After(400 * time.Millisecond):
		return audio.Slice(make([]float32, 24000), audio.Rate), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A parlour is a desk and its real voice in virtual time.
type parlour struct {
	start time.Time
	desk  *agent.Desk

	// mu guards log: it comes from the player's and the engine's goroutines.
	mu  sync.Mutex
	log []string
}

func (p *parlour) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, fmt.Sprintf("%4dms ", time.Since(p.start).Milliseconds())+fmt.Sprintf(format, args...))
}

// performed has an order carried out, written down 300 ms after its end, and
// returns what could be heard, and when.
func performed(t *testing.T, m model.Model) []string {
	p := &parlour{start: time.Now()}
	mouth := &voiceAdapter{tell: func(b event.Body) { p.desk.Tell(b) }}
	mouth.voice = tts.NewVoice(tts.Options{
		Engines: []tts.Engine{{Name: "reader", Synthesizer: reader{p.note}}}, Player: tts.Silent{},
		Began: func(line, text string, at time.Time) {
			p.note("%s heard", text)
			mouth.began(line, text, at)
		},
		Chimed: func(began, ended time.Time) {
			p.note("chime of %dms heard", ended.Sub(began).Milliseconds())
			mouth.chimed(began, ended)
		},
	})
	p.desk = agent.NewDesk(agent.Options{
		Rules:   core.Rules{Phrases: Words(), Ack: 700 * time.Millisecond},
		Journal: &journaltest.Memory{}, Model: m, Voice: mouth,
		Split: func() agent.Splitter { return &tts.Splitter{} },
	})
	ctx, cancel := context.WithCancel(t.Context())
	var ends sync.WaitGroup
	ends.Go(func() {
		if err := p.desk.Run(ctx); err != nil {
			t.Errorf("the desk ended with %v", err)
		}
	})
	ends.Go(func() {
		if err := mouth.voice.Run(ctx, mouth.told); err != nil {
			t.Errorf("the voice ended with %v", err)
		}
	})
	time.Sleep(300 * time.Millisecond)
	p.desk.Tell(event.Heard{Text: "write the shopping list", Language: "en", Confidence: 0.97, Began: p.start.Add(-2 * time.Second), Ended: p.start})
	time.Sleep(time.Minute)
	synctest.Wait()
	cancel()
	ends.Wait()
	return p.log
}

// TestVoiceKeepsUpWithTheModel: the first sentence is synthesised while the
// second is written, and each of the others while the one before it is heard, so
// that the engine is waited for once.
func TestVoiceKeepsUpWithTheModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := performed(t, writer{100 * time.Millisecond, []string{"It is ", "written. I ", "put it there. You ", "can look."}})
		want := []string{
			" 870ms chime of 170ms heard",
			"1400ms It is written. begun", // the model is at the third piece
			"1800ms It is written. heard",
			"2400ms I put it there. begun",
			"3300ms I put it there. heard", // 1.5 s after the first
			"3400ms You can look. begun",
			"4800ms You can look. heard",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// TestNoChimeWhereALineIsComing: what is about to be said needs no sound ahead of
// it, and one that has begun holds nothing up.
func TestNoChimeWhereALineIsComing(t *testing.T) {
	for _, tt := range []struct {
		first time.Duration // from the order's being heard to the sentence
		want  []string
	}{
		{100 * time.Millisecond, []string{" 400ms Done. begun", " 800ms Done. heard"}}, // the engine is at it at 700 ms
		{405 * time.Millisecond, []string{" 705ms Done. begun", " 870ms chime of 170ms heard", "1105ms Done. heard"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			got := performed(t, writer{tt.first, []string{"Done."}})
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}
