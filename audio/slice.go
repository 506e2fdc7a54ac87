package audio

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// Slice is a Source of samples in memory, at rate hertz, that ends after them.
// The samples stay the caller's and must not change while it is read.
func Slice(samples []float32, rate int) Source {
	return &slice{rest: samples, rate: rate}
}

type slice struct {
	rest   []float32
	rate   int
	closed atomic.Bool
}

func (s *slice) Rate() int { return s.rate }

func (s *slice) Read(buf []float32) (int, error) {
	if s.closed.Load() {
		return 0, ErrClosed
	}
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(buf, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *slice) Close() error {
	s.closed.Store(true)
	return nil
}

// ReadAll reads src to its end and returns what it held, also when it fails
// halfway. It doesn't close it.
func ReadAll(src Source) ([]float32, error) {
	var all []float32
	buf := make([]float32, max(FrameSize, src.Rate()/10))
	for {
		n, err := src.Read(buf)
		all = append(all, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, fmt.Errorf("read sound: %w", err)
		}
	}
}

// A Recorder takes samples in [-1, 1]; it must not keep the slice.
type Recorder interface {
	Write(samples []float32) error
}

// Tee is src with a copy of all that is read from it written to rec, at src's
// rate. A recording that fails (a full disk) must not stop the listening: it
// ends, failed is told why, once, and src goes on. Closing it closes src only.
func Tee(src Source, rec Recorder, failed func(error)) Source {
	return &tee{Source: src, rec: rec, failed: failed}
}

type tee struct {
	Source
	rec    Recorder
	failed func(error)
}

func (t *tee) Read(buf []float32) (int, error) {
	n, err := t.Source.Read(buf)
	if n > 0 && t.rec != nil {
		if werr := t.rec.Write(buf[:n]); werr != nil {
			t.rec = nil
			if t.failed != nil {
				t.failed(fmt.Errorf("record what was heard: %w", werr))
			}
		}
	}
	return n, err
}
