//go:build portaudio

package portaudio

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	pa "github.com/gordonklaus/portaudio"

	"deputy/audio"
)

// A chunk is 20 ms of sound, or the reason why there is no more.
type chunk struct {
	samples []float32
	err     error
}

// chunks reads src ahead by a few frames, so that a slow synthesizer can't hold
// up a hush. It ends when src does or over is closed.
func chunks(src audio.Source, over <-chan struct{}) <-chan chunk {
	out := make(chan chunk, 4)
	go func() {
		for {
			buf := make([]float32, src.Rate()/50)
			n, err := src.Read(buf)
			select {
			case out <- chunk{buf[:n], err}:
			case <-over:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// A playing is one sound on its way through a started stream. Positions are in
// frames since the start.
type playing struct {
	stream  *stream
	ctx     <-chan struct{}
	log     *slog.Logger
	size    int64 // of the device's buffer
	free    int64 // of it, when last asked
	written int64
	sound   []span // which of the written frames are src's, the rest is silence
}

type span struct{ from, to int64 }

var errHushed = errors.New("hushed")

// play writes what comes in until it ends, and waits until the last of it has left
// the device: then left is true, whatever the reason for the end was.
func (p *playing) play(leadIn time.Duration, in <-chan chunk) (left bool, err error) {
	if p.written == 0 { // else it goes on after another sound
		if _, err := p.room(); err != nil {
			return false, err
		}
		if err := p.write(make([]float32, p.frames(leadIn)), false); err != nil {
			return false, err
		}
	}
	for {
		select {
		case <-p.ctx:
			return false, errHushed
		case c := <-in:
			if err := p.write(c.samples, true); err != nil {
				return false, err
			}
			if c.err == nil {
				continue
			}
			end := p.written
			if err := p.idle(func(room int64) bool { return p.written-(p.size-room) >= end }); err != nil {
				return false, err
			}
			if errors.Is(c.err, io.EOF) {
				return true, nil
			}
			return true, fmt.Errorf("read what is to be played: %w", c.err)
		case <-time.After(poll): // src is slow
			room, err := p.room()
			if err == nil {
				err = p.topUp(room)
			}
			if err != nil {
				return false, err
			}
		}
	}
}

func (p *playing) frames(d time.Duration) int64 {
	return int64(d) * int64(p.stream.rate) / int64(time.Second)
}

// topUp keeps the device from running dry, with as little silence as will do: the
// next sound has to wait for it.
func (p *playing) topUp(room int64) error {
	if p.written == 0 || p.size-room >= p.frames(40*time.Millisecond) {
		return nil
	}
	return p.write(make([]float32, p.frames(20*time.Millisecond)), false)
}

// idle waits as wait does, and keeps the device from running dry meanwhile.
func (p *playing) idle(enough func(room int64) bool) error {
	var failed error
	err := p.wait(func(room int64) bool {
		if enough(room) {
			return true
		}
		failed = p.topUp(room)
		return failed != nil
	})
	return errors.Join(err, failed)
}

// write hands mono samples to the device as it has room for them.
func (p *playing) write(samples []float32, sound bool) error {
	for len(samples) > 0 {
		n := min(int64(len(samples)), p.frames(20*time.Millisecond))
		if err := p.wait(func(room int64) bool { return room >= n }); err != nil {
			return err
		}
		s := p.stream
		err := lib.call(s, func(out *pa.Stream) error {
			s.buf = s.buf[:0]
			for _, x := range samples[:n] {
				for range s.channels {
					s.buf = append(s.buf, x)
				}
			}
			return out.Write()
		})
		if err != nil && !errors.Is(err, pa.OutputUnderflowed) {
			return fmt.Errorf("write to the speaker: %w", err)
		}
		if sound {
			if k := len(p.sound); k > 0 && p.sound[k-1].to == p.written {
				p.sound[k-1].to += n
			} else {
				p.sound = append(p.sound, span{p.written, p.written + n})
			}
		}
		p.written += n
		samples = samples[n:]
	}
	return nil
}

// wait polls until enough is true of the room, or ctx ends, or the device stops
// taking anything.
func (p *playing) wait(enough func(room int64) bool) error {
	last, moved := int64(-1), time.Now()
	for {
		// First of all: what is ready must not go out after a hush.
		select {
		case <-p.ctx:
			return errHushed
		default:
		}
		room, err := p.room()
		if err != nil {
			return err
		}
		if room != last {
			last, moved = room, time.Now()
		}
		if enough(room) {
			return nil
		}
		if time.Since(moved) > stalled {
			return fmt.Errorf("the speaker has taken nothing for %v", stalled)
		}
		select {
		case <-p.ctx:
			return errHushed
		case <-time.After(poll):
		}
	}
}

// room is how many frames the device would take at once.
func (p *playing) room() (int64, error) {
	var n int
	err := lib.call(p.stream, func(out *pa.Stream) (err error) {
		n, err = out.AvailableToWrite()
		return err
	})
	if errors.Is(err, pa.OutputUnderflowed) {
		err = nil
	}
	if err != nil {
		return 0, fmt.Errorf("ask the speaker for room: %w", err)
	}
	if p.written == 0 {
		p.size = max(p.size, int64(n))
	}
	p.free = int64(n)
	return p.free, nil
}

// stop ends what Speaker.begin began: it silences the device and tells how much of
// the sound had left it.
func (p *playing) stop() time.Duration {
	p.room() // a device that fails here has played what it had the last time
	if err := lib.call(p.stream, (*pa.Stream).Abort); err != nil {
		p.log.Debug("speaker did not stop well", "error", err)
		lib.close(p.stream)
	}
	lib.play(-1)
	return p.heard()
}

// heard is how much of the sound has left the device.
func (p *playing) heard() time.Duration {
	played := p.written - max(0, p.size-p.free)
	var n int64
	for _, s := range p.sound {
		n += max(0, min(s.to, played)-s.from)
	}
	return time.Duration(n) * time.Second / time.Duration(p.stream.rate)
}
