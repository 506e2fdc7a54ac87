package tts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// A Wave decodes speech while an engine still writes it: bare samples, or a WAV
// whose head was written before its length was known. Files are another
// matter; see audio/wav. One goroutine uses it.
type Wave struct {
	r        io.Reader
	rate     int
	channels int
	width    int // bytes of a sample of one channel
	float    bool
	rest     []byte // the beginning of what didn't come whole
	raw      []byte
}

// RawWave reads mono samples of 16 bits, little-endian.
func RawWave(r io.Reader, rate int) *Wave {
	return &Wave{r: r, rate: rate, channels: 1, width: 2}
}

// OpenWave reads the head of a WAV: PCM of 8 to 32 bits or 32-bit float, one
// or more channels, which are mixed. It returns io.EOF for an empty stream.
func OpenWave(r io.Reader) (*Wave, error) {
	var head [12]byte
	if n, err := io.ReadFull(r, head[:]); err != nil {
		if n == 0 {
			return nil, err
		}
		return nil, fmt.Errorf("read the head of a WAV: %w", err)
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return nil, fmt.Errorf("this is no WAV: it begins with %q", head)
	}
	w := &Wave{r: r}
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			return nil, fmt.Errorf("read the head of a WAV: %w", err)
		}
		size := binary.LittleEndian.Uint32(chunk[4:])
		if string(chunk[:4]) == "data" {
			return w.data(size)
		}
		if size > 1<<16 {
			return nil, fmt.Errorf("read the head of a WAV: a part %q of %d bytes", chunk[:4], size)
		}
		body := make([]byte, size+size&1) // parts are padded to two bytes
		if _, err := io.ReadFull(r, body); err != nil {
			return nil, fmt.Errorf("read the head of a WAV: %w", err)
		}
		if string(chunk[:4]) == "fmt " {
			if err := w.format(body); err != nil {
				return nil, err
			}
		}
	}
}

// data begins the samples. Lengths near the greatest possible, and none, mean
// that it wasn't known.
func (w *Wave) data(size uint32) (*Wave, error) {
	if w.rate == 0 {
		return nil, errors.New("a WAV without a format")
	}
	if size > 0 && size < 0x7fff0000 {
		w.r = io.LimitReader(w.r, int64(size))
	}
	return w, nil
}

func (w *Wave) format(b []byte) error {
	if len(b) < 16 {
		return fmt.Errorf("a WAV whose format has %d bytes, want 16", len(b))
	}
	kind := binary.LittleEndian.Uint16(b)
	if kind == 0xfffe && len(b) >= 26 {
		kind = binary.LittleEndian.Uint16(b[24:]) // the true one of an extensible format
	}
	w.channels, w.rate = int(binary.LittleEndian.Uint16(b[2:])), int(binary.LittleEndian.Uint32(b[4:]))
	bits := int(binary.LittleEndian.Uint16(b[14:]))
	w.width, w.float = bits/8, kind == 3
	switch {
	case w.channels < 1 || w.channels > 8:
		return fmt.Errorf("a WAV with %d channels", w.channels)
	case w.rate < 4000 || w.rate > 192000:
		return fmt.Errorf("a WAV with a rate of %d Hz", w.rate)
	case kind == 3 && bits == 32, kind == 1 && bits%8 == 0 && bits >= 8 && bits <= 32:
		return nil
	}
	return fmt.Errorf("a WAV of format %d with %d bits, want PCM or 32-bit float", kind, bits)
}

// Rate is in hertz.
func (w *Wave) Rate() int { return w.rate }

// Read gives mono samples in [-1, 1]; the error is that of the reader, io.EOF
// at the end. Half a sample at the end is dropped.
func (w *Wave) Read(buf []float32) (int, error) {
	if len(buf) == 0 {
		return 0, nil
	}
	frame := w.width * w.channels
	if need := frame * len(buf); len(w.raw) < need {
		w.raw = make([]byte, need)
	}
	for {
		k := copy(w.raw, w.rest)
		n, err := w.r.Read(w.raw[k : frame*len(buf)])
		n += k
		whole := n / frame
		w.rest = append(w.rest[:0], w.raw[whole*frame:n]...)
		for i := range whole {
			sum := float32(0)
			for c := range w.channels {
				sum += w.sample(w.raw[i*frame+c*w.width:])
			}
			buf[i] = sum / float32(w.channels)
		}
		if whole > 0 {
			return whole, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

func (w *Wave) sample(b []byte) float32 {
	switch {
	case w.float:
		v := math.Float32frombits(binary.LittleEndian.Uint32(b))
		if v != v {
			return 0
		}
		return min(max(v, -1), 1)
	case w.width == 1:
		return (float32(b[0]) - 128) / 128
	}
	var v int32
	for i := range w.width {
		v = v>>8 | int32(b[i])<<24
	}
	return float32(v) / (1 << 31)
}

// IsWave says whether a stream that begins with head is a WAV.
func IsWave(head []byte) bool { return bytes.HasPrefix(head, []byte("RIFF")) }
