package stt

import (
	"context"
	"errors"
	"sync"
)

// Turns let the calls of a Transcriber compute one after the other, and Close end the
// one under way.
type Turns struct {
	token chan struct{} // holds one: whoever has it computes

	mu     sync.Mutex // guards closed and cancel, which Close reads while a call computes
	closed bool
	cancel context.CancelCauseFunc
}

// NewTurns returns Turns of which nobody has one.
func NewTurns() *Turns {
	t := &Turns{token: make(chan struct{}, 1)}
	t.token <- struct{}{}
	return t
}

// Do computes when it is its turn, with a ctx that ends with Close too. Its error is
// ErrClosed after Close, else ctx's if that ended, else compute's.
func (t *Turns) Do(ctx context.Context, compute func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-t.token:
		defer func() { t.token <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	t.mu.Lock()
	t.cancel = cancel
	closed := t.closed
	t.mu.Unlock()
	if closed {
		return ErrClosed
	}
	err := compute(ctx)
	if errors.Is(context.Cause(ctx), ErrClosed) {
		return ErrClosed
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Close ends the call under way and waits for it. The first time it then calls free.
func (t *Turns) Close(free func()) {
	t.mu.Lock()
	first := !t.closed
	t.closed = true
	if t.cancel != nil {
		t.cancel(ErrClosed)
	}
	t.mu.Unlock()
	<-t.token
	if first {
		free()
	}
	t.token <- struct{}{}
}
