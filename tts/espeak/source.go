package espeak

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"sync/atomic"

	"deputy/audio"
	"deputy/internal/proc"
	"deputy/tts"
)

// source is the sound of one process. Read is for one goroutine; Close may come
// from another.
type source struct {
	ctx       func() error // the error of the ctx it was made with
	cmd       *exec.Cmd
	wave      *tts.Wave
	ended     error // what Read returned last, if it was an error
	complaint proc.Tail

	closed atomic.Bool
	once   sync.Once
	waited error
}

// open reads the head of the WAV. A text without a sound in it may have none.
func (s *source) open(out io.Reader) error {
	wave, err := tts.OpenWave(out)
	switch {
	case err == nil:
		s.wave = wave
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		if end := s.end(io.EOF); end != io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("espeak-ng: %w", errors.Join(err, end))
		}
		s.wave, s.ended = tts.RawWave(out, 22050), io.EOF
		return nil
	}
	return fmt.Errorf("espeak-ng: %w", err)
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
	if err != nil {
		s.ended = s.end(err)
		return 0, s.ended
	}
	return n, nil
}

// end turns the end of the pipe into the reason for it.
func (s *source) end(err error) error {
	waited := s.wait()
	switch {
	case s.closed.Load():
		return audio.ErrClosed
	case s.ctx() != nil:
		return s.ctx()
	case waited != nil:
		return fmt.Errorf("espeak-ng: %w%s", waited, &s.complaint)
	case errors.Is(err, io.EOF):
		return io.EOF
	}
	return fmt.Errorf("read from espeak-ng: %w", err)
}

func (s *source) wait() error {
	s.once.Do(func() { s.waited = s.cmd.Wait() })
	return s.waited
}

// Close kills the program if it is still at work and waits until it is gone.
func (s *source) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.cmd.Process.Kill() // fails only if it has ended
	s.wait()             // its error is of no use any more
	return nil
}
