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

// A take is one sentence being synthesised ahead of its playing: a goroutine
// fills it as fast as the engine goes, the player reads it at its own pace.
type take struct {
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

// newTake returns an empty take that begins with that engine; somebody has to
// run perform with the ctx that cancel ends.
func newTake(engine int, cancel context.CancelFunc) *take {
	k := &take{ready: make(chan struct{}), cancel: cancel, engine: engine}
	k.changed = sync.NewCond(&k.mu)
	return k
}

// perform fills the take by the first engine, from where the take begins, that
// can; it returns when the take is at its end or closed.
func (k *take) perform(ctx context.Context, o Options, text, language string) {
	var errs []error
	first := k.engine == 0
	for ; k.engine < len(o.Engines); k.next() {
		e := o.Engines[k.engine]
		if len(e.Languages) > 0 && !slices.Contains(e.Languages, language) {
			continue
		}
		err := k.draw(ctx, e, o.Patience, text, language)
		if err == nil {
			k.finish(io.EOF)
			return
		}
		err = fmt.Errorf("%s: %w", e.Name, err)
		if ctx.Err() != nil || k.length() > 0 {
			k.finish(err)
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
	k.finish(errors.Join(errs...))
}

// draw takes the whole sound of one engine.
func (k *take) draw(ctx context.Context, e Engine, patience time.Duration, text, language string) error {
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
		k.write(buf[:n], src.Rate())
		switch {
		case errors.Is(err, io.EOF) && k.length() == 0:
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

func (k *take) write(samples []float32, rate int) {
	if len(samples) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.samples) == 0 && k.end == nil {
		k.rate = rate
		close(k.ready)
	}
	k.samples = append(k.samples, samples...)
	k.changed.Broadcast()
}

func (k *take) finish(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.end != nil {
		return
	}
	k.end = err
	if len(k.samples) == 0 {
		close(k.ready)
	}
	k.changed.Broadcast()
	k.cancel()
}

func (k *take) next() {
	k.mu.Lock()
	k.engine++
	k.mu.Unlock()
}

// nextEngine is where to begin again after a take broke off; -1 when there is a
// take and it didn't, or there is none.
func (k *take) nextEngine() int {
	if k == nil || k.failed() == nil || k.length() == 0 {
		return -1
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.engine + 1
}

// failed is why the take isn't and won't be whole.
func (k *take) failed() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if errors.Is(k.end, io.EOF) {
		return nil
	}
	return k.end
}

// drained says that the take is whole and was read to its end.
func (k *take) drained() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return errors.Is(k.end, io.EOF) && k.read == len(k.samples)
}

func (k *take) length() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.samples)
}

func (k *take) duration() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return lasting(len(k.samples), k.rate)
}

// Rate is known once ready is closed.
func (k *take) Rate() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.rate
}

// Read blocks until there are samples; see audio.Source.
func (k *take) Read(buf []float32) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for !k.closed && k.end == nil && k.read == len(k.samples) {
		k.changed.Wait()
	}
	if k.closed {
		return 0, audio.ErrClosed
	}
	if k.read == len(k.samples) {
		return 0, k.end
	}
	n := copy(buf, k.samples[k.read:])
	k.read += n
	return n, nil
}

// Close ends the synthesis and unblocks Read.
func (k *take) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	k.changed.Broadcast()
	k.cancel()
	return nil
}

// lasting is the time that n samples take at rate.
func lasting(n, rate int) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(n) * time.Second / time.Duration(rate)
}
