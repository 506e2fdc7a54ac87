// Package stttest holds the suite that every stt.Transcriber passes and a Fake
// transcriber that says what a test tells it to. It must not know any engine.
package stttest

import (
	"context"
	"slices"
	"sync"

	"deputy/audio"
	"deputy/stt"
)

// A Fake is a Transcriber that recites. Set its fields before the first call;
// the zero value hears nothing in any utterance.
type Fake struct {
	// Script is what it hears, an utterance each; after the last one, nothing.
	// Text and Language are enough: the evidence defaults to that of plain speech.
	Script []stt.Transcript
	// Err, when set, is what every call fails with.
	Err error
	// Hold, when set, keeps each call from answering until something is received
	// from it (or it is closed) or the call's context ends.
	Hold <-chan struct{}
	// Began, when set, is sent the utterance's ID as each call begins to compute.
	Began chan<- int64

	mu     sync.Mutex // guards heard, next and closed; tests read heard as calls go on
	heard  []audio.Utterance
	next   int
	closed bool

	turn sync.Mutex // held by the one call that computes, as the contract has it
}

// Says returns a Fake that hears texts, one an utterance, in language.
func Says(language string, texts ...string) *Fake {
	f := &Fake{}
	for _, text := range texts {
		f.Script = append(f.Script, stt.Transcript{Text: text, Language: language})
	}
	return f
}

// Transcribe implements stt.Transcriber.
func (f *Fake) Transcribe(ctx context.Context, u audio.Utterance) (stt.Transcript, error) {
	if err := ctx.Err(); err != nil {
		return stt.Transcript{}, err
	}
	f.turn.Lock()
	defer f.turn.Unlock()
	if f.isClosed() {
		return stt.Transcript{}, stt.ErrClosed
	}
	if f.Began != nil {
		select {
		case f.Began <- u.ID:
		case <-ctx.Done():
			return stt.Transcript{}, ctx.Err()
		}
	}
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-ctx.Done():
			return stt.Transcript{}, ctx.Err()
		}
	}
	return f.recite(u)
}

func (f *Fake) recite(u audio.Utterance) (stt.Transcript, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, u)
	if f.Err != nil {
		return stt.Transcript{}, f.Err
	}
	t := stt.Of(u)
	if u.Duration() < stt.Shortest || f.next >= len(f.Script) {
		return t, nil
	}
	line := f.Script[f.next]
	f.next++
	t.Text, t.Language = line.Text, line.Language
	t.LanguageProb, t.Confidence, t.Lowest = 1, 0.95, 0.9
	t.NoSpeech = line.NoSpeech
	if line.Confidence != 0 {
		t.Confidence, t.Lowest = line.Confidence, line.Lowest
	}
	t.Segments = slices.Clone(line.Segments)
	if t.Segments == nil && t.Text != "" {
		t.Segments = []stt.Segment{{Text: t.Text, End: u.Duration(), Confidence: t.Confidence}}
	}
	return t, nil
}

// Heard returns the utterances that were transcribed so far, in order.
func (f *Fake) Heard() []audio.Utterance {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.heard)
}

func (f *Fake) isClosed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// Close implements stt.Transcriber.
func (f *Fake) Close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.turn.Lock() // waits for the call under way
	defer f.turn.Unlock()
	return nil
}

// A Func is a transcriber of one function, sure of its English.
type Func func(ctx context.Context, u audio.Utterance) (string, error)

// Transcribe calls the function.
func (f Func) Transcribe(ctx context.Context, u audio.Utterance) (stt.Transcript, error) {
	text, err := f(ctx, u)
	return stt.Transcript{Utterance: u.ID, Text: text, Language: "en", LanguageProb: 1, Confidence: 0.9, Lowest: 0.9}, err
}

// Close does nothing.
func (Func) Close() error { return nil }
