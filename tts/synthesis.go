package tts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"deputy/audio"
)

// A synthesis is one sentence becoming sound ahead of its playing: a goroutine
// fills it as fast as the engine goes, the player reads it at its own pace.
type synthesis struct {
	ready  chan struct{} // closed at the first samples or at the end
	cancel context.CancelFunc

	// Filled by one goroutine and read by another.
	mu      sync.Mutex
	changed *sync.Cond
	rate    int
	samples []float32
	read    int
	engine  int   // index in Options.Engines of the one at work
	end     error // io.EOF when whole; nil while it grows
	closed  bool
}

// newSynthesis returns an empty one that begins with that engine; somebody has to
// call perform with the ctx that cancel ends.
func newSynthesis(engine int, cancel context.CancelFunc) *synthesis {
	s := &synthesis{ready: make(chan struct{}), cancel: cancel, engine: engine}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// perform lets the first engine that can, from the one it begins with, fill the
// synthesis; it returns when that is at its end or closed.
func (s *synthesis) perform(ctx context.Context, o Options, text, language string) {
	var errs []error
	first := s.engine == 0
	for ; s.engine < len(o.Engines); s.next() {
		e := o.Engines[s.engine]
		if len(e.Languages) > 0 && !slices.Contains(e.Languages, language) {
			continue
		}
		err := s.fill(ctx, e, o.Patience, text, language)
		if err == nil {
			s.finish(io.EOF)
			return
		}
		err = fmt.Errorf("%s: %w", e.Name, err)
		if ctx.Err() != nil || s.length() > 0 {
			s.finish(err)
			return
		}
		o.Logger.Warn("voice failed", "engine", e.Name, "err", err)
		errs = append(errs, err)
	}
	switch {
	case errs == nil && first:
		errs = append(errs, fmt.Errorf("no voice speaks %q; install espeak-ng (apt-get install espeak-ng)", language))
	case errs == nil:
		errs = append(errs, fmt.Errorf("no other voice speaks %q", language))
	}
	s.finish(errors.Join(errs...))
}

// fill reads the whole sound of one engine.
func (s *synthesis) fill(ctx context.Context, e Engine, patience time.Duration, text, language string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slow := time.AfterFunc(patience, func() { cancel(fmt.Errorf("no sound for %v", patience)) })
	defer slow.Stop()
	src, err := e.Synthesize(ctx, text, language)
	if err != nil {
		return because(ctx, err)
	}
	defer src.Close()
	unblock := context.AfterFunc(ctx, func() { src.Close() })
	defer unblock()
	buf := make([]float32, 4096)
	for {
		n, err := src.Read(buf)
		slow.Reset(patience)
		s.write(buf[:n], src.Rate())
		switch {
		case errors.Is(err, io.EOF) && s.length() == 0:
			return errors.New("made no sound")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return because(ctx, err)
		}
	}
}

// because prefers the reason for which ctx was ended to what it led to.
func because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (s *synthesis) write(samples []float32, rate int) {
	if len(samples) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.samples) == 0 && s.end == nil {
		s.rate = rate
		close(s.ready)
	}
	s.samples = append(s.samples, samples...)
	s.changed.Broadcast()
}

func (s *synthesis) finish(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		return
	}
	s.end = err
	if len(s.samples) == 0 {
		close(s.ready)
	}
	s.changed.Broadcast()
	s.cancel()
}

func (s *synthesis) next() {
	s.mu.Lock()
	s.engine++
	s.mu.Unlock()
}

// nextEngine is where to begin again after a synthesis broke off; -1 when it didn't,
// or there is none.
func (s *synthesis) nextEngine() int {
	if s == nil || s.failed() == nil || s.length() == 0 {
		return -1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.engine + 1
}

// failed is why the sound isn't and won't be whole.
func (s *synthesis) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(s.end, io.EOF) {
		return nil
	}
	return s.end
}

// drained says that the sound is whole and was read to its end.
func (s *synthesis) drained() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Is(s.end, io.EOF) && s.read == len(s.samples)
}

func (s *synthesis) length() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.samples)
}

func (s *synthesis) duration() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return lasting(len(s.samples), s.rate)
}

// Rate is known once ready is closed.
func (s *synthesis) Rate() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rate
}

// Read blocks until there are samples; see audio.Source.
func (s *synthesis) Read(buf []float32) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.closed && s.end == nil && s.read == len(s.samples) {
		s.changed.Wait()
	}
	if s.closed {
		return 0, audio.ErrClosed
	}
	if s.read == len(s.samples) {
		return 0, s.end
	}
	n := copy(buf, s.samples[s.read:])
	s.read += n
	return n, nil
}

// Close ends the synthesis and unblocks Read.
func (s *synthesis) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.changed.Broadcast()
	s.cancel()
	return nil
}

// lasting is the time that n samples take at rate.
func lasting(n, rate int) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(n) * time.Second / time.Duration(rate)
}
