package listen

import (
	"context"

	"deputy/audio"
	"deputy/stt"
)

// A LazyTranscriber is one that is still being loaded, on a goroutine of its own.
// What is said meanwhile waits for it.
type LazyTranscriber struct {
	Ready chan struct{} // closed when t or err is set
	t     stt.Transcriber
	Err   error
}

// NewLazyTranscriber begins to load.
func NewLazyTranscriber(load func() (stt.Transcriber, error)) *LazyTranscriber {
	l := &LazyTranscriber{Ready: make(chan struct{})}
	go func() {
		defer close(l.Ready)
		l.t, l.Err = load()
	}()
	return l
}

// Transcribe waits for the transcriber, but not longer than ctx.
func (l *LazyTranscriber) Transcribe(ctx context.Context, u audio.Utterance) (stt.Transcript, error) {
	select {
	case <-l.Ready:
	case <-ctx.Done():
		return stt.Of(u), ctx.Err()
	}
	if l.Err != nil {
		return stt.Of(u), l.Err
	}
	return l.t.Transcribe(ctx, u)
}

// Close waits until it is loaded, too.
func (l *LazyTranscriber) Close() error {
	if <-l.Ready; l.Err != nil {
		return nil // there is nothing to close
	}
	return l.t.Close()
}
