package pulse

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"sync/atomic"

	"deputy/audio"
)

// raw is how samples go to and from the server's programs.
func raw(args ...string) []string {
	return append([]string{"--raw", "--format=float32le", "--channels=1",
		fmt.Sprintf("--rate=%d", audio.Rate)}, args...)
}

// ahead is how much is given to the server in advance, so that a busy machine
// tears no holes into what is said.
const ahead = "--latency-msec=2000"

func (s *Server) program(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "pacat", args...)
	cmd.Env = append(os.Environ(), s.Env()...)
	return cmd
}

// Speak says samples at audio.Rate into the microphone and returns when the last
// has been heard there, or when ctx ends.
func (s *Server) Speak(ctx context.Context, samples []float32) error {
	data := make([]byte, 0, 4*len(samples))
	for _, x := range samples {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
	}
	cmd := s.program(ctx, raw("--playback", ahead, "--device="+feed))
	cmd.Stdin = bytes.NewReader(data)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("speak into the virtual microphone: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// SpeakFile is Speak for a sound file that libsndfile reads: WAV, FLAC, OGG.
func (s *Server) SpeakFile(ctx context.Context, path string) error {
	cmd := s.program(ctx, []string{"--playback", "--file-format", "--latency-msec=20", "--device=" + feed, path})
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("speak %s into the virtual microphone: %w: %s", path, err, bytes.TrimSpace(out))
	}
	return nil
}

// Hear is what comes out of the speaker from now on, at audio.Rate, silence
// included, until Close or the end of ctx or of the server. The first sample has
// been heard when it returns.
func (s *Server) Hear(ctx context.Context) (audio.Source, error) {
	cmd := s.program(ctx, raw("--record", "--latency-msec=20", "--device="+speaker+".monitor"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("listen to the virtual speaker: %w", err)
	}
	e := &ear{cmd: cmd, out: bufio.NewReaderSize(out, 1<<16), done: make(chan struct{})}
	if _, err := e.out.Peek(4); err != nil {
		e.Close()
		return nil, fmt.Errorf("listen to the virtual speaker: %w", err)
	}
	return e, nil
}

type ear struct {
	cmd    *exec.Cmd
	out    *bufio.Reader
	closed atomic.Bool
	done   chan struct{}
	err    error
}

func (e *ear) Rate() int { return audio.Rate }

// Close ends the program and returns when it is gone.
func (e *ear) Close() error {
	if e.closed.Swap(true) {
		<-e.done
		return nil
	}
	e.cmd.Process.Kill() // an error means that it has ended already
	e.cmd.Wait()
	close(e.done)
	return nil
}

func (e *ear) Read(buf []float32) (int, error) {
	var one [4]byte
	n := 0
	for n < len(buf) && e.err == nil && !e.closed.Load() {
		if n > 0 && e.out.Buffered() < 4 {
			return n, nil
		}
		if _, e.err = io.ReadFull(e.out, one[:]); e.err == nil {
			buf[n] = max(-1, min(1, math.Float32frombits(binary.LittleEndian.Uint32(one[:]))))
			n++
		}
	}
	switch {
	case e.closed.Load():
		return 0, audio.ErrClosed
	case n > 0:
		return n, nil
	case e.err == io.EOF || e.err == io.ErrUnexpectedEOF:
		e.err = fmt.Errorf("the virtual speaker is gone: %w", io.ErrUnexpectedEOF)
	}
	return 0, e.err
}
