package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"deputy/audio"
	"deputy/tts"
)

// source is the body of an answer. Read is for one goroutine; Close may come
// from another.
type source struct {
	ctx    func() error // the error of the ctx it was made with
	cancel context.CancelFunc
	body   io.Closer
	wave   *tts.Wave
	ended  error
	closed atomic.Bool
}

func (s *source) Rate() int { return s.wave.Rate() }

func (s *source) Read(buf []float32) (int, error) {
	switch {
	case s.closed.Load():
		return 0, audio.ErrClosed
	case s.ctx() != nil:
		return 0, s.ctx()
	case s.ended != nil:
		return 0, s.ended
	}
	n, err := s.wave.Read(buf)
	switch {
	case err == nil:
		return n, nil
	case s.closed.Load():
		s.ended = audio.ErrClosed
	case s.ctx() != nil:
		s.ended = s.ctx()
	case errors.Is(err, io.EOF):
		s.ended = io.EOF
	default:
		s.ended = fmt.Errorf("speech server broke off: %w", err)
	}
	return 0, s.ended
}

// Close ends the request and unblocks Read.
func (s *source) Close() error {
	if !s.closed.Swap(true) {
		s.cancel()
		s.body.Close() // what it says is of no use any more
	}
	return nil
}
