//go:build portaudio

package portaudio

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	pa "github.com/gordonklaus/portaudio"

	"deputy/audio"
)

// A Mic is a microphone as an audio.Source at audio.Rate. A device that is lost
// is looked for, and the time that it was away comes as silence, so that sample
// counts keep up with the clock.
//
// PulseAudio and PipeWire may replace a microphone that is removed by another
// source, even by what the speaker plays, and say nothing about it.
type Mic struct {
	o      MicOptions
	closed chan struct{}
	once   sync.Once

	// Of the reading goroutine, but for Close, which only drops the stream.
	mu     sync.Mutex // guards stream against Close
	stream *stream
	src    audio.Source // the stream at audio.Rate
	gap    int64        // samples of silence still to give
	err    error        // the end

	overflows atomic.Int64
}

// OpenMic opens the microphone and starts it. The caller closes it. An error
// that is audio.ErrNoDevice says what there is instead.
func OpenMic(o *MicOptions) (*Mic, error) {
	m := &Mic{closed: make(chan struct{})}
	if o != nil {
		m.o = *o
	}
	if m.o.Patience <= 0 {
		m.o.Patience = time.Minute
	}
	if m.o.Changed == nil {
		m.o.Changed = func(error) {}
	}
	if m.o.Idle == nil {
		m.o.Idle = func() bool { return false }
	}
	if m.o.Logger == nil {
		m.o.Logger = slog.New(slog.DiscardHandler)
	}
	if err := lib.use(); err != nil {
		return nil, err
	}
	if err := m.open(); err != nil {
		lib.leave()
		return nil, err
	}
	m.o.Logger.Info("microphone open", "device", m.stream.name, "rate", m.stream.rate, "channels", m.stream.channels)
	return m, nil
}

func (m *Mic) open() error {
	s, err := lib.open(true, m.o.Device, audio.Rate)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-m.closed:
		lib.close(s)
		return audio.ErrClosed
	default:
	}
	m.stream = s
	m.src = audio.Resample(&capture{mic: m, stream: s, last: time.Now()}, audio.Rate)
	return nil
}

// Rate is audio.Rate.
func (m *Mic) Rate() int { return audio.Rate }

// Overflows counts how often samples were lost because Read came too late.
func (m *Mic) Overflows() int64 { return m.overflows.Load() }

// Close closes the device and unblocks Read.
func (m *Mic) Close() error {
	m.once.Do(func() {
		close(m.closed)
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.stream != nil {
			lib.close(m.stream)
		}
		if err := lib.leave(); err != nil {
			m.o.Logger.Warn("PortAudio did not end well", "error", err)
		}
	})
	return nil
}

// Read has the contract of audio.Source. It blocks while the device is looked for.
func (m *Mic) Read(buf []float32) (int, error) {
	for {
		select {
		case <-m.closed:
			return 0, audio.ErrClosed
		default:
		}
		if m.err != nil {
			return 0, m.err
		}
		if m.gap > 0 {
			n := int(min(m.gap, int64(len(buf))))
			clear(buf[:n])
			m.gap -= int64(n)
			return n, nil
		}
		n, err := m.src.Read(buf)
		if err == nil {
			return n, nil
		}
		if errors.Is(err, audio.ErrClosed) {
			continue
		}
		m.err = m.recover(err)
	}
}

// recover brings the device back after it was lost for a reason, or gives up.
func (m *Mic) recover(why error) error {
	lost := time.Now()
	m.o.Logger.Warn("microphone lost", "device", m.stream.name, "error", why)
	m.o.Changed(why)
	lib.close(m.stream)
	restart := !errors.Is(why, errReset) // else someone has just done it
	err := why
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		if restart {
			err = lib.restart()
		}
		if restart = true; err == nil || errors.Is(err, errReset) {
			if err = m.open(); err == nil {
				break
			}
		}
		if errors.Is(err, audio.ErrClosed) {
			return nil // Read sees it
		}
		m.o.Logger.Debug("microphone not back", "error", err)
		if time.Since(lost) > m.o.Patience {
			return fmt.Errorf("the microphone was lost (%w) and did not come back within %v; plug it in and start again: %w",
				why, m.o.Patience, err)
		}
		select {
		case <-m.closed:
			return nil
		case <-time.After(wait):
		}
	}
	away := time.Since(lost)
	m.gap = audio.Count(away)
	m.o.Changed(nil)
	m.o.Logger.Info("microphone back", "device", m.stream.name, "rate", m.stream.rate, "away", away.Round(time.Millisecond))
	return nil
}

// A capture is one open stream as an audio.Source at the device's rate.
type capture struct {
	mic    *Mic
	stream *stream
	mono   []float32
	rest   []float32 // of mono, not yet given
	last   time.Time // when samples last came
}

// pace is the time between two questions for sound. Once a frame: asking four times
// as often cost twice the processor time of all the rest, to hear things 8 ms sooner.
// Waking up costs more than what is then done, so when idle it is every fifth frame.
func (m *Mic) pace() time.Duration {
	if m.o.Idle() {
		return 100 * time.Millisecond
	}
	return 20 * time.Millisecond
}

// stalled is how long a device may deliver nothing before it counts as lost.
const stalled = 1500 * time.Millisecond

func (c *capture) Rate() int    { return c.stream.rate }
func (c *capture) Close() error { return nil }

func (c *capture) Read(buf []float32) (int, error) {
	for len(c.rest) == 0 {
		got, err := c.frame()
		if err != nil {
			return 0, err
		}
		if got {
			c.last = time.Now()
			continue
		}
		if time.Since(c.last) > stalled {
			return 0, fmt.Errorf("it has delivered nothing for %v", stalled)
		}
		select {
		case <-c.mic.closed:
			return 0, audio.ErrClosed
		case <-time.After(c.mic.pace()):
		}
	}
	n := copy(buf, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// frame fetches 20 ms if they are there.
func (c *capture) frame() (got bool, err error) {
	s := c.stream
	err = lib.call(s, func(p *pa.Stream) error {
		ready, err := p.AvailableToRead()
		if err != nil && !errors.Is(err, pa.InputOverflowed) {
			return err
		}
		n := len(s.buf) / s.channels
		if got = ready >= n; !got {
			return nil
		}
		if err = p.Read(); errors.Is(err, pa.InputOverflowed) {
			c.overflow()
			err = nil // the samples that were left are good
		}
		if err != nil {
			return err
		}
		c.mono = c.mono[:0]
		for i := range n {
			x := s.buf[i*s.channels]
			if s.channels == 2 {
				x = (x + s.buf[2*i+1]) / 2
			}
			c.mono = append(c.mono, max(-1, min(1, x)))
		}
		c.rest = c.mono
		return nil
	})
	return got, err
}

// overflow counts, and logs the first of each power of two.
func (c *capture) overflow() {
	if n := c.mic.overflows.Add(1); n&(n-1) == 0 {
		c.mic.o.Logger.Warn("microphone overflow: samples were lost", "times", n)
	}
}
