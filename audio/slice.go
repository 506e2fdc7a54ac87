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
