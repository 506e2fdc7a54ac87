package main

import (
	"context"

	"deputy/audio"
	"deputy/stt"
)

// A lateTranscriber is one that is still being loaded. What is said meanwhile
// waits for it.
type lateTranscriber struct {
	ready chan struct{} // closed when t or err is set
	t     stt.Transcriber
	err   error
}

func newLateTranscriber() *lateTranscriber { return &lateTranscriber{ready: make(chan struct{})} }

// load makes the transcriber, keeps it until ctx ends, and closes it. It is
// called once.
func (l *lateTranscriber) load(ctx context.Context, make func() (stt.Transcriber, error)) error {
	l.t, l.err = make()
	close(l.ready)
	if l.err != nil {
		return l.err
	}
	<-ctx.Done()
	return l.t.Close()
}

// Close does nothing: load does it.
func (l *lateTranscriber) Close() error { return nil }

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
