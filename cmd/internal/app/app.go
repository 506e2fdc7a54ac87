// Package app makes a running Deputy from a configuration: what is there, what is missing, who closes what. It is the
// only package that sees every other one; it joins them and knows nothing that they should know. Commands and screens
// see it, it sees neither.
package app

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
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/configs/phrases"
	"deputy/tts"
)

// An App is everything that runs: the desk and, where there are, a listener, a
// voice and a model of its own. build makes one from a configuration.
type App struct {
	Config    configs.Config
	log       *slog.Logger
	Phrases   *phrases.Phrases
	Feed      *control.Feed
	Trace     *tracer
	Journal   *sqlite.Journal
	Desk      *agent.Desk
	voice     *tts.Voice // nil where nothing can be spoken
	adapter   *voiceAdapter
	recorder  *listen.Recorder // nil where no sound is kept
	Listener  *listen.Listener // nil where nothing can be heard
	ahead     bool             // the model may read before it is asked
	Keys      *listen.PTTKey
	cpu       listen.CPUArbiter // between the recogniser and a model of our own
	idleTimer *listen.IdleTimer
	mic       *listen.PrerollBuffer   // nil where another source is listened to, or none
	lazy      *listen.LazyTranscriber // nil where it isn't whisper.cpp
	built     chan struct{}           // closed when all of this is set, or never will be
	// Workers run beside the desk until ctx ends; none of them may end it but by
	// an error.
	Workers []func(ctx context.Context) error
	closers []func() error
	// Missing says, a sentence each, what could not be had and what to do about it.
	Missing []string
}

// onClose adds what must be closed at the end, in reverse order.
func (a *App) onClose(f func() error) { a.closers = append(a.closers, f) }

// miss notes that something is missing that Deputy can do without.
func (a *App) miss(key string, err error) {
	a.Missing = append(a.Missing, a.Phrases.Phrase(ScreenLanguage(a.Config), key, map[string]string{"why": err.Error()}))
	a.log.Debug("missing", "what", key, "err", err)
}

// Run works until ctx ends or the desk fails. A microphone that is lost for good
// does not end it: typed orders go on.
func (a *App) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		err := a.Desk.Run(ctx)
		if err == nil && ctx.Err() == nil {
			err = errors.New("the desk ended by itself")
		}
		return err
	})
	if a.voice != nil {
		g.Go(func() error { return ignoreEnd(ctx, a.voice.Run(ctx, a.adapter.told)) })
	}
	if a.Listener != nil {
		g.Go(func() error {
			if err := a.Listener.Run(ctx); err != nil && ctx.Err() == nil {
				a.Desk.Tell(event.Notice{Key: "lack.microphone", Values: map[string]string{"why": err.Error()}})
			}
			return nil
		})
	}
	for _, w := range a.Workers {
		g.Go(func() error { return ignoreEnd(ctx, w(ctx)) })
	}
	return ignoreEnd(ctx, g.Wait())
}

// Start runs it beside the caller. Stop ends it, waits for that and gives everything back.
func (a *App) Start(ctx context.Context) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	return func() error {
		cancel()
		return errors.Join(<-ended, a.Close())
	}
}

// ignoreEnd drops the error that says no more than that ctx has ended.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// Close gives everything back, the journal last.
func (a *App) Close() error {
	var errs []error
	for _, f := range slices.Backward(a.closers) {
		errs = append(errs, f())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("end: %w", err)
	}
	return nil
}
