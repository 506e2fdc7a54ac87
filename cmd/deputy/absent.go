package main

import (
	"context"
	"iter"

	"deputy/agent"
)

// An absentModel answers every order with why there is no model.
type absentModel struct{ why error }

// Next fails.
func (m absentModel) Next(context.Context, agent.Prompt) iter.Seq2[agent.Chunk, error] {
	return func(yield func(agent.Chunk, error) bool) { yield(agent.Chunk{}, m.why) }
}

// A lateModel is one that is still starting.
type lateModel struct {
	ready chan struct{} // closed when model is set
	model agent.Model
}

// set is called once.
func (l *lateModel) set(m agent.Model) {
	l.model = m
	close(l.ready)
}

// Next waits for the model.
func (l *lateModel) Next(ctx context.Context, p agent.Prompt) iter.Seq2[agent.Chunk, error] {
	select {
	case <-l.ready:
		return l.model.Next(ctx, p)
	case <-ctx.Done():
		return absentModel{ctx.Err()}.Next(ctx, p)
	}
}

// Warm has the model read ahead, if it is there and can.
func (l *lateModel) Warm(ctx context.Context, p agent.Prompt) error {
	select {
	case <-l.ready:
	default:
		return nil
	}
	if w, ok := l.model.(agent.Warmer); ok {
		return w.Warm(ctx, p)
	}
	return nil
}
