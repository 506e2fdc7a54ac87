package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"golang.org/x/sync/errgroup"

	"deputy/agent"
	"deputy/agent/event"
	"deputy/agent/journal/sqlite"
	"deputy/cmd/internal/control"
	"deputy/configs"
	"deputy/configs/phrases"
	"deputy/tts"
)

// A house is everything that runs: the desk and, where there are, an ear, a
// voice and a model of its own. build makes one from a configuration.
type house struct {
	cfg       configs.Config
	log       *slog.Logger
	phrases   *phrases.Phrases
	feed      *control.Feed
	trace     *tracer
	journal   *sqlite.Journal
	desk      *agent.Desk
	voice     *tts.Voice // nil where nothing can be spoken
	adapter   *mouth
	recorder  *keeper // nil where no sound is kept
	listener  *ear    // nil where nothing can be heard
	ahead     bool    // the model may read before it is asked
	keys      *pttKey
	idleTimer *calm
	mic       *backlog         // nil where another source is listened to, or none
	lazy      *lateTranscriber // nil where it isn't whisper.cpp
	built     chan struct{}    // closed when all of this is set, or never will be
	// workers run beside the desk until ctx ends; none of them may end it but by
	// an error.
	workers []func(ctx context.Context) error
	closers []func() error
	// missing says, a sentence each, what could not be had and what to do about it.
	missing []string
}

// onClose adds what must be closed at the end, in reverse order.
func (h *house) onClose(f func() error) { h.closers = append(h.closers, f) }

// miss notes that something is missing that Deputy can do without.
func (h *house) miss(key string, err error) {
	h.missing = append(h.missing, h.phrases.Phrase(screenLanguage(h.cfg), key, map[string]string{"why": err.Error()}))
	h.log.Debug("missing", "what", key, "err", err)
}

// run works until ctx ends or the desk fails. A microphone that is lost for good
// does not end it: typed orders go on.
func (h *house) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		err := h.desk.Run(ctx)
		if err == nil && ctx.Err() == nil {
			err = errors.New("the desk ended by itself")
		}
		return err
	})
	if h.voice != nil {
		g.Go(func() error { return ignoreEnd(ctx, h.voice.Run(ctx, h.adapter.told)) })
	}
	if h.listener != nil {
		g.Go(func() error {
			if err := h.listener.run(ctx); err != nil && ctx.Err() == nil {
				h.desk.Tell(event.Notice{Key: "lack.microphone", Values: map[string]string{"why": err.Error()}})
			}
			return nil
		})
	}
	for _, w := range h.workers {
		g.Go(func() error { return ignoreEnd(ctx, w(ctx)) })
	}
	return ignoreEnd(ctx, g.Wait())
}

// ignoreEnd drops the error that says no more than that ctx has ended.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// close gives everything back, the journal last.
func (h *house) close() error {
	var errs []error
	for _, f := range slices.Backward(h.closers) {
		errs = append(errs, f())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("end: %w", err)
	}
	return nil
}
