package espeak

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"

	"deputy/audio"
)

// source is the sound of one process. Read is for one goroutine; Close may come
// from another.
type source struct {
	ctx       func() error // the error of the ctx it was made with
	cmd       *exec.Cmd
	out       io.ReadCloser
	rate      int
	odd       []byte // half a sample
	ended     error  // what Read returned last, if it was an error
	complaint tail

	closed atomic.Bool
	once   sync.Once
	waited error
}

// header reads the head of the WAV; the lengths in it are made up, since the
// program doesn't know them yet. A text with no sound in it has no head at all.
func (s *source) header() error {
	var head [12]byte
	if _, err := io.ReadFull(s.out, head[:]); err != nil {
		if err := s.end(err); !errors.Is(err, io.EOF) {
			return err
		}
		s.rate, s.ended = 22050, io.EOF
		return nil
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return fmt.Errorf("espeak-ng wrote no WAV but %q", head)
	}
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(s.out, chunk[:]); err != nil {
			return fmt.Errorf("read espeak-ng's WAV: %w", err)
		}
		if string(chunk[:4]) == "data" {
			return nil
		}
		size := binary.LittleEndian.Uint32(chunk[4:])
		if size > 1<<12 {
			return fmt.Errorf("read espeak-ng's WAV: a chunk of %d bytes", size)
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(s.out, body); err != nil {
			return fmt.Errorf("read espeak-ng's WAV: %w", err)
		}
		if string(chunk[:4]) != "fmt " {
			continue
		}
		if size < 16 || binary.LittleEndian.Uint16(body[2:]) != 1 || binary.LittleEndian.Uint16(body[14:]) != 16 {
			return errors.New("espeak-ng's WAV is not mono with 16 bits")
		}
		s.rate = int(binary.LittleEndian.Uint32(body[4:]))
	}
}

func (s *source) Rate() int { return s.rate }

func (s *source) Read(buf []float32) (int, error) {
	if s.closed.Load() {
		return 0, audio.ErrClosed
	}
	if err := s.ctx(); err != nil {
		return 0, err
	}
	if s.ended != nil {
		return 0, s.ended
	}
	b := make([]byte, 2*len(buf))
	for {
		k := copy(b, s.odd)
		n, err := s.out.Read(b[k:])
		n += k
		s.odd = append(s.odd[:0], b[n&^1:n]...)
		for i := range n / 2 {
			buf[i] = float32(int16(binary.LittleEndian.Uint16(b[2*i:]))) / 32768
		}
		if n >= 2 {
			return n / 2, nil
		}
		if err != nil {
			s.ended = s.end(err)
			return 0, s.ended
		}
	}
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
		return fmt.Errorf("espeak-ng: %w%s", waited, s.complaint.said())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
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

// tail keeps the end of what a program wrote on its standard error.
type tail struct {
	mu  sync.Mutex // written by exec's goroutine
	buf []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if len(t.buf) > 400 {
		t.buf = bytes.Clone(t.buf[len(t.buf)-400:])
	}
	return len(b), nil
}

func (t *tail) said() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := strings.Join(strings.Fields(string(t.buf)), " "); s != "" {
		return ": " + s
	}
	return ""
}
