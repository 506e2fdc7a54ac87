// Package wav reads WAV files as audio.Sources and records to them: it knows the
// container, its sample formats and how broken files look. It must not know
// what is said in them. Decoding and encoding are go-audio/wav's.
package wav

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"sync/atomic"

	goaudio "github.com/go-audio/audio"
	gowav "github.com/go-audio/wav"

	"deputy/audio"
)

// Open opens a WAV file: 8, 16, 24 or 32-bit integers or 32-bit floats, any
// number of channels (averaged into one), any rate from 1 to 768 kHz. It
// streams: a file of any length takes a few kilobytes of memory. A file that
// was cut short gives the samples that it has. Closing the Source closes the file.
func Open(path string) (audio.Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	src, err := Read(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w; convert it with: ffmpeg -i FILE -ac 1 -ar 16000 NEW.wav", path, err)
	}
	src.(*reader).file = f
	return src, nil
}

// Read is Open for something that is open already; it isn't closed.
func Read(r io.ReadSeeker) (audio.Source, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	if _, err := r.Seek(h.data, io.SeekStart); err != nil {
		return nil, err
	}
	plain := io.MultiReader(bytes.NewReader(h.plain()), &whole{r: io.LimitReader(r, h.size)})
	d := gowav.NewDecoder(forward{plain})
	if err := d.FwdToPCM(); err != nil || d.PCMChunk == nil {
		return nil, fmt.Errorf("decode the WAV header: %w", err)
	}
	return &reader{header: h, decoder: d}, nil
}

// forward is a reader that pretends to seek; the decoder only asks it to when
// chunks are out of order, and in a plain header they aren't.
type forward struct{ io.Reader }

func (forward) Seek(int64, int) (int64, error) { return 0, fmt.Errorf("can't seek") }

// whole fills each buffer as far as it can, so that no sample is cut in two.
type whole struct{ r io.Reader }

func (w *whole) Read(p []byte) (int, error) {
	n, err := io.ReadFull(w.r, p)
	if err == io.ErrUnexpectedEOF {
		err = nil
	}
	return n, err
}

type reader struct {
	header  header
	decoder *gowav.Decoder
	file    *os.File // nil if it isn't ours
	ints    []int
	closed  atomic.Bool
}

func (r *reader) Rate() int { return r.header.rate }

func (r *reader) Close() error {
	if r.closed.Swap(true) || r.file == nil {
		return nil
	}
	return r.file.Close()
}

func (r *reader) Read(buf []float32) (int, error) {
	if r.closed.Load() {
		return 0, audio.ErrClosed
	}
	ch := r.header.channels
	want := min(len(buf), 4096) * ch
	if cap(r.ints) < want {
		r.ints = make([]int, want)
	}
	b := &goaudio.IntBuffer{Data: r.ints[:want]}
	n, err := r.decoder.PCMBuffer(b)
	if r.closed.Load() {
		return 0, audio.ErrClosed
	}
	if err != nil {
		return 0, fmt.Errorf("read WAV samples: %w", err)
	}
	if n /= ch; n == 0 {
		return 0, io.EOF
	}
	for i := range n {
		sum := 0.0
		for _, v := range b.Data[i*ch : (i+1)*ch] {
			sum += r.sample(v)
		}
		buf[i] = float32(sum / float64(ch))
	}
	return n, nil
}

// sample turns what the decoder made of one sample into [-1, 1].
func (r *reader) sample(v int) float64 {
	switch {
	case r.header.format == float:
		f := float64(math.Float32frombits(uint32(v)))
		if f != f || math.IsInf(f, 0) {
			return 0
		}
		return max(-1, min(1, f))
	case r.header.bits == 8:
		return float64(v-128) / 128
	default:
		return float64(v) / float64(int64(1)<<(r.header.bits-1))
	}
}
