package wav

import (
	"fmt"
	"io"
	"os"

	goaudio "github.com/go-audio/audio"
	gowav "github.com/go-audio/wav"
)

// A Writer records to a 16-bit mono WAV file. What was written a second ago is
// in the file with a header that says so, whatever becomes of the process. It
// is used by one goroutine.
type Writer struct {
	f       *os.File
	enc     *gowav.Encoder
	pending int // samples since the header was last true
	err     error
}

// Create makes the file at path, mode 0600 since it may hold a voice, or
// empties the one that is there. rate is in hertz.
func Create(path string, rate int) (*Writer, error) {
	if rate <= 0 {
		return nil, fmt.Errorf("can't record at %d Hz", rate)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	// Not f itself, which the encoder would flush to disk with every header.
	w := &Writer{f: f, enc: gowav.NewEncoder(struct{ io.WriteSeeker }{f}, rate, 16, 1, pcm)}
	if err := w.write(nil); err != nil {
		f.Close()
		return nil, fmt.Errorf("write the header of %s: %w", path, err)
	}
	return w, nil
}

// Write appends samples, which are held to [-1, 1]; those that are not numbers
// become 0. After an error the Writer is dead.
func (w *Writer) Write(samples []float32) error {
	if w.err == nil {
		w.err = w.write(samples)
	}
	return w.err
}

func (w *Writer) write(samples []float32) error {
	buf := &goaudio.IntBuffer{
		Format: &goaudio.Format{NumChannels: 1, SampleRate: w.enc.SampleRate},
		Data:   make([]int, len(samples)), SourceBitDepth: 16,
	}
	for i, s := range samples {
		if s == s {
			buf.Data[i] = int(max(-32768, min(32767, float64(s)*32768)))
		}
	}
	if err := w.enc.Write(buf); err != nil {
		return err
	}
	if w.pending += len(samples); w.pending < w.enc.SampleRate && len(samples) > 0 {
		return nil
	}
	return w.mend()
}

// mend makes the header true. The encoder counts the two sizes that it rewrites
// as if they were appended.
func (w *Writer) mend() error {
	w.pending = 0
	err := w.enc.Close()
	w.enc.WrittenBytes -= 8
	return err
}

// Close makes the header true and closes the file.
func (w *Writer) Close() error {
	if w.f == nil {
		return nil
	}
	if w.err == nil {
		w.err = w.mend()
	}
	err := w.f.Close()
	w.f = nil
	if w.err != nil {
		return fmt.Errorf("end the recording: %w", w.err)
	}
	if w.err = os.ErrClosed; err != nil {
		return fmt.Errorf("end the recording: %w", err)
	}
	return nil
}
