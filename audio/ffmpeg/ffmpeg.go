// Package ffmpeg reads whatever the ffmpeg program reads (MP3, OGG, M4A, video)
// as an audio.Source. It knows how to run the program; it must not know what is
// said, and it links nothing.
package ffmpeg

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"

	"deputy/audio"
	"deputy/internal/proc"
)

// ErrMissing says that there is no ffmpeg on this machine.
var ErrMissing = errors.New("ffmpeg is not installed; install it (Debian, Ubuntu: apt-get install ffmpeg) or use WAV or FLAC")

// Open decodes the file at path to audio.Rate in a child process, which is gone
// after Close, the end of the file, or the end of ctx. Files that ffmpeg can't
// read fail at Open or at Read, in ffmpeg's words.
func Open(ctx context.Context, path string) (audio.Source, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	bin, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, ErrMissing)
	}
	// Only local files: a playlist must not make it fetch anything.
	cmd := proc.Command(ctx, proc.Grant{}, bin, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe",
		"-i", "file:"+path, "-vn", "-f", "f32le", "-ac", "1", "-ar", fmt.Sprint(audio.Rate), "-")
	s := &source{path: path, cmd: cmd, ended: ctx.Err}
	cmd.Stderr = &s.said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start ffmpeg: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start ffmpeg: %w", err)
	}
	s.out = bufio.NewReaderSize(out, 1<<15)
	return s, nil
}

type source struct {
	path   string
	ended  func() error // why the child process was ended, if it was
	cmd    *exec.Cmd
	out    *bufio.Reader
	said   proc.Tail
	bytes  []byte
	err    error
	closed atomic.Bool
	reap   sync.Once
	exit   error
}

func (s *source) Rate() int { return audio.Rate }

// wait collects the child; Close and the end of Read may both come here.
func (s *source) wait() error {
	s.reap.Do(func() { s.exit = s.cmd.Wait() })
	return s.exit
}

func (s *source) Close() error {
	if !s.closed.Swap(true) {
		s.cmd.Process.Kill() // an error means that it has ended already
		s.wait()
	}
	return nil
}

func (s *source) Read(buf []float32) (int, error) {
	if s.closed.Load() {
		return 0, audio.ErrClosed
	}
	if s.err != nil {
		return 0, s.err
	}
	want := 4 * min(len(buf), 4096)
	if cap(s.bytes) < want {
		s.bytes = make([]byte, want)
	}
	n, err := io.ReadAtLeast(s.out, s.bytes[:want], min(4, want))
	if rest := n % 4; rest != 0 && err == nil {
		var more int
		more, err = io.ReadFull(s.out, s.bytes[n:n+4-rest])
		n += more
	}
	for i := range n / 4 {
		f := math.Float32frombits(binary.LittleEndian.Uint32(s.bytes[4*i:]))
		if f != f {
			f = 0
		}
		buf[i] = max(-1, min(1, f))
	}
	if s.closed.Load() {
		return 0, audio.ErrClosed
	}
	if n >= 4 || err == nil {
		return n / 4, nil
	}
	s.err = s.end()
	if s.closed.Load() {
		return 0, audio.ErrClosed
	}
	return 0, s.err
}

// end tells why there is no more output.
func (s *source) end() error {
	err := s.wait()
	if why := s.ended(); why != nil {
		return fmt.Errorf("decode %s: %w", s.path, why)
	}
	if err == nil {
		return io.EOF
	}
	return fmt.Errorf("ffmpeg can't read %s%s", s.path, cmp.Or(s.said.String(), ": "+err.Error()))
}
