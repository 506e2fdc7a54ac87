package listen

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"deputy/audio"
)

// A PrerollBuffer is a microphone that is opened first of all and heard while everything
// else is still being opened, which takes a second with a long journal or a cold
// disk: what is said meanwhile is kept, and read first. Until the first Read it
// belongs to a goroutine of its own, which the first Read ends.
type PrerollBuffer struct {
	source audio.Source // nil where it could not be opened
	err    error        // why, or what ended the source
	rest   []float32    // not read yet
	log    *slog.Logger

	opened chan struct{} // closed when source and err are set
	enough chan struct{} // closed when the keeping is to end
	ended  chan struct{} // closed when it has; rest and err are the reader's then
	first  sync.Once
}

// longestPreroll is how much is kept at most; then the oldest goes.
const longestPreroll = 30 * time.Second

// NewPrerollBuffer opens a source of audio.Rate and keeps what it hears.
func NewPrerollBuffer(open func() (audio.Source, error), log *slog.Logger) *PrerollBuffer {
	b := &PrerollBuffer{opened: make(chan struct{}), enough: make(chan struct{}), ended: make(chan struct{}), log: log}
	go func() {
		defer close(b.ended)
		b.source, b.err = open()
		close(b.opened)
		if b.err == nil {
			b.keep()
		}
	}()
	return b
}

// Wait returns when the source is open, with the error of that.
func (b *PrerollBuffer) Wait() error {
	<-b.opened
	if b.source == nil {
		return b.err
	}
	return nil
}

func (b *PrerollBuffer) keep() {
	lost, most := 0, int(audio.Count(longestPreroll))
	for buf := make([]float32, audio.FrameSize); b.err == nil; {
		select {
		case <-b.enough:
			if lost > 0 {
				b.log.Warn("sound was lost while starting", "samples", lost)
			}
			return
		default:
		}
		var n int
		n, b.err = b.source.Read(buf)
		b.rest = append(b.rest, buf[:n]...)
		if over := len(b.rest) - most; over > 0 {
			b.rest = b.rest[:copy(b.rest, b.rest[over:])]
			lost += over
		}
	}
}

// Rate is audio.Rate.
func (b *PrerollBuffer) Rate() int { return audio.Rate }

// Read gives what was kept, then what the source hears.
func (b *PrerollBuffer) Read(buf []float32) (int, error) {
	b.first.Do(func() { close(b.enough) })
	<-b.ended
	if n := copy(buf, b.rest); n > 0 {
		if b.rest = b.rest[n:]; len(b.rest) == 0 {
			b.rest = nil // it may be large
		}
		return n, nil
	}
	if b.err != nil {
		return 0, b.err
	}
	return b.source.Read(buf)
}

// behind is how long ago the sample was in the room that was read last.
func (b *PrerollBuffer) behind() time.Duration { return audio.Samples(len(b.rest)).Duration() }

// Close closes the source and returns when the keeping has ended.
func (b *PrerollBuffer) Close() error {
	if err := b.Wait(); err != nil {
		return nil // there is nothing to close
	}
	err := b.source.Close()
	if <-b.ended; errors.Is(err, audio.ErrClosed) {
		return nil
	}
	return err
}
