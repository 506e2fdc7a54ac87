package audiotest

import (
	"io"
	"sync"

	"deputy/audio"
)

// A Script is a Source that does what its steps say, in order, and ends with
// io.EOF. It is made by NewScript; Close works at any step.
type Script struct {
	rate   int
	steps  []Step
	closed chan struct{}
	once   sync.Once
}

// A Step is one thing that a Script does: one field is set, but for Most.
type Step struct {
	// Samples are delivered, as many at a time as the reader asks for.
	Samples []float32
	// Most, beside Samples, limits how many of them each Read gets.
	Most int
	// Wait blocks the reader until the channel is closed.
	Wait <-chan struct{}
	// Do is called by the reader between two samples.
	Do func()
	// Err is what Read returns from then on: the device is lost.
	Err error
}

// NewScript makes a Script at rate hertz; 0 is audio.Rate.
func NewScript(rate int, steps ...Step) *Script {
	if rate == 0 {
		rate = audio.Rate
	}
	return &Script{rate: rate, steps: steps, closed: make(chan struct{})}
}

func (s *Script) Rate() int { return s.rate }

func (s *Script) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

// Closed tells whether Close was called.
func (s *Script) Closed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

func (s *Script) Read(buf []float32) (int, error) {
	for {
		if s.Closed() {
			return 0, audio.ErrClosed
		}
		if len(s.steps) == 0 {
			return 0, io.EOF
		}
		step := &s.steps[0]
		switch {
		case len(step.Samples) > 0:
			n := len(buf)
			if step.Most > 0 {
				n = min(n, step.Most)
			}
			n = copy(buf[:n], step.Samples)
			step.Samples = step.Samples[n:]
			return n, nil
		case step.Wait != nil:
			select {
			case <-step.Wait:
			case <-s.closed:
				return 0, audio.ErrClosed
			}
		case step.Do != nil:
			step.Do()
		case step.Err != nil:
			return 0, step.Err
		}
		s.steps = s.steps[1:]
	}
}

// Never is a channel that is never closed: Step{Wait: Never} is a source that
// hangs until Close.
var Never <-chan struct{} = make(chan struct{})

// A Detector says what its script says: for each window in turn the next
// probability, and the last one for ever after. Without a script it hears nothing.
type Detector struct {
	Script []float32
	// Seen counts the windows scored so far.
	Seen int
}

// Score has the contract of audio.Detector.
func (d *Detector) Score(frame []float32) float32 {
	d.Seen++
	if len(d.Script) == 0 {
		return 0
	}
	p := d.Script[0]
	if len(d.Script) > 1 {
		d.Script = d.Script[1:]
	}
	return p
}

// Loud is a Detector for synthetic sound: 1 where the root mean square of the
// window is at least this, else 0.
type Loud float64

// Score has the contract of audio.Detector.
func (l Loud) Score(frame []float32) float32 {
	if RMS(frame) >= float64(l) {
		return 1
	}
	return 0
}
