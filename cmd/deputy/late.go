package main

import (
	"context"

	"deputy/audio"
	"deputy/stt"
)

// A lateTranscriber is one that is still being loaded, on a goroutine of its own.
// What is said meanwhile waits for it.
type lateTranscriber struct {
	ready chan struct{} // closed when t or err is set
	t     stt.Transcriber
	err   error
}

func newLateTranscriber(load func() (stt.Transcriber, error)) *lateTranscriber {
	l := &lateTranscriber{ready: make(chan struct{})}
	go func() {
		defer close(l.ready)
		l.t, l.err = load()
	}()
	return l
}

// Transcribe waits for the transcriber, but not longer than ctx.
func (l *lateTranscriber) Transcribe(ctx context.Context, u audio.Utterance) (stt.Transcript, error) {
	select {
	case <-l.ready:
	case <-ctx.Done():
		return stt.Of(u), ctx.Err()
	}
	if l.err != nil {
		return stt.Of(u), l.err
	}
	return l.t.Transcribe(ctx, u)
}

// Close waits until it is loaded, too.
func (l *lateTranscriber) Close() error {
	if <-l.ready; l.err != nil {
		return nil // there is nothing to close
	}
	return l.t.Close()
}
