// Package flac reads FLAC files as audio.Sources: it knows how mewkiz/flac hands
// out frames. It must not know what is said in them.
package flac

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	goflac "github.com/mewkiz/flac"

	"deputy/audio"
)

// Open opens a FLAC file of any depth, rate and number of channels (averaged
// into one). It streams. Closing the Source closes the file.
func Open(path string) (audio.Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	src, err := Read(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	src.(*reader).file = f
	return src, nil
}

// Read is Open for something that is open already; it isn't closed.
func Read(r io.Reader) (src audio.Source, err error) {
	defer recovered(&err)
	s, err := goflac.New(r)
	if err != nil {
		return nil, fmt.Errorf("not a FLAC file that can be read: %w", err)
	}
	if s.Info.SampleRate < 1000 || s.Info.NChannels == 0 || s.Info.BitsPerSample == 0 {
		return nil, fmt.Errorf("the FLAC file is broken: %d Hz, %d channels, %d bits",
			s.Info.SampleRate, s.Info.NChannels, s.Info.BitsPerSample)
	}
	return &reader{stream: s}, nil
}

type reader struct {
	stream *goflac.Stream
	file   *os.File // nil if it isn't ours
	rest   []float32
	err    error
	closed atomic.Bool
}

func (r *reader) Rate() int { return int(r.stream.Info.SampleRate) }

func (r *reader) Close() error {
	if r.closed.Swap(true) || r.file == nil {
		return nil
	}
	return r.file.Close()
}

func (r *reader) Read(buf []float32) (int, error) {
	for len(r.rest) == 0 && r.err == nil && !r.closed.Load() {
		r.rest, r.err = r.next()
	}
	if r.closed.Load() {
		return 0, audio.ErrClosed
	}
	if len(r.rest) == 0 {
		return 0, r.err
	}
	n := copy(buf, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// next decodes one frame and averages its channels.
func (r *reader) next() (mono []float32, err error) {
	defer recovered(&err)
	f, err := r.stream.ParseNext()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, io.EOF // cut short: what was there has been given
	}
	if err != nil {
		return nil, fmt.Errorf("read FLAC samples: %w", err)
	}
	bits := f.BitsPerSample
	if bits == 0 {
		bits = r.stream.Info.BitsPerSample
	}
	if bits == 0 || bits > 32 || len(f.Subframes) == 0 {
		return nil, fmt.Errorf("read FLAC samples: a frame of %d channels and %d bits", len(f.Subframes), bits)
	}
	full := float64(int64(1)<<(bits-1)) * float64(len(f.Subframes))
	mono = make([]float32, len(f.Subframes[0].Samples))
	for i := range mono {
		sum := 0.0
		for _, sub := range f.Subframes {
			sum += float64(sub.Samples[i])
		}
		mono[i] = float32(max(-1, min(1, sum/full)))
	}
	return mono, nil
}

// recovered turns a panic of the decoder, which trusts its input, into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the FLAC file is broken: %v", p)
	}
}
