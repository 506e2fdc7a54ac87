package app

import (
	"context"
	"iter"

	"deputy/agent/model"
)

// An errModel answers every order with why there is no model.
type errModel struct{ why error }

// Next fails.
func (m errModel) Next(context.Context, model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) { yield(model.Chunk{}, m.why) }
}

// A lazyModel is one that is still starting.
type lazyModel struct {
	ready chan struct{} // closed when model is set
	model model.Model
}

// set is called once.
func (l *lazyModel) set(m model.Model) {
	l.model = m
	close(l.ready)
}

// Next waits for the model.
func (l *lazyModel) Next(ctx context.Context, p model.Prompt) iter.Seq2[model.Chunk, error] {
	select {
	case <-l.ready:
		return l.model.Next(ctx, p)
	case <-ctx.Done():
		return errModel{ctx.Err()}.Next(ctx, p)
	}
}

// Warm has the model read ahead, if it is there and can.
func (l *lazyModel) Warm(ctx context.Context, p model.Prompt) error {
	select {
	case <-l.ready:
	default:
		return nil
	}
	if w, ok := l.model.(model.Warmer); ok {
		return w.Warm(ctx, p)
	}
	return nil
}
