package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A header is what the chunks before (and behind) the samples say.
type header struct {
	format   uint16 // pcm or float
	channels int
	rate     int
	bits     int   // of one sample as stored: 8, 16, 24 or 32
	data     int64 // offset of the samples
	size     int64 // of the samples, in bytes, whole frames only
}

const (
	pcm        = 1
	float      = 3
	extensible = 0xFFFE
)

// frame is the size in bytes of one sample of every channel.
func (h header) frame() int { return h.channels * h.bits / 8 }

// readHeader walks the chunks of a RIFF or RF64 file (the layout is that of
// Microsoft's "Multiple channel audio data and WAVE files" and EBU Tech 3306).
// It believes the sizes in the file only as far as the file itself goes: a
// program that was killed, or that wrote to a pipe, leaves 0, 0xFFFFFFFF or too
// much there, and the samples then go on to the end of the file.
func readHeader(r io.ReadSeeker) (header, error) {
	var h header
	length, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return h, err
	}
	if length == 0 {
		return h, errors.New("the file is empty")
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return h, err
	}
	var riff [12]byte
	if n, err := io.ReadFull(r, riff[:]); err != nil || string(riff[8:]) != "WAVE" ||
		(string(riff[:4]) != "RIFF" && string(riff[:4]) != "RF64") {
		return h, fmt.Errorf("not a WAV file: it begins with %q", riff[:min(4, n)])
	}
	whole := int64(binary.LittleEndian.Uint32(riff[4:]))+8 == length
	for at := int64(12); ; {
		var chunk [8]byte
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			return h, err
		}
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			break // the end, or a bit of dirt behind the last chunk
		}
		at += 8
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "fmt ":
			if err := h.readFormat(r, size); err != nil {
				return h, err
			}
		case "data":
			h.data, h.size = at, min(size, length-at)
			if size == 0 && !whole {
				h.size = length - at
			}
		}
		if h.data > 0 && h.rate > 0 {
			h.size -= h.size % int64(h.frame())
			return h, nil
		}
		at += size + size%2
	}
	if h.rate == 0 {
		return h, errors.New("the WAV file is cut short: it doesn't say how its samples are stored")
	}
	return h, errors.New("the WAV file is cut short: it has no samples")
}

// readFormat reads a "fmt " chunk and refuses what can't be played.
func (h *header) readFormat(r io.Reader, size int64) error {
	var f [40]byte
	if n, err := io.ReadFull(r, f[:min(max(size, 0), 40)]); err != nil || n < 16 {
		return errors.New("the WAV file is broken: its format is cut short")
	}
	le := binary.LittleEndian
	format := le.Uint16(f[:])
	if format == extensible && size >= 26 {
		format = le.Uint16(f[24:])
	}
	channels, rate, bits := int(le.Uint16(f[2:])), int(le.Uint32(f[4:])), int(le.Uint16(f[14:]))
	stored := (bits + 7) / 8 * 8 // 12 bits come in 16, 20 in 24
	switch {
	case format == pcm && bits > 0 && bits <= 32, format == float && bits == 32:
	case format == pcm || format == float:
		return fmt.Errorf("the WAV file holds %d-bit samples of a kind that is not supported", bits)
	default:
		return fmt.Errorf("the WAV file is compressed (format %d)", format)
	}
	if channels < 1 || channels > 64 {
		return fmt.Errorf("the WAV file is broken: it says it has %d channels", channels)
	}
	if rate < 1000 || rate > 768000 {
		return fmt.Errorf("the WAV file is broken: it says its rate is %d Hz", rate)
	}
	h.format, h.channels, h.rate, h.bits = format, channels, rate, stored
	return nil
}

// plain is the same header in its simplest form, with a size that is true: the
// decoder behind it can't cope with the others.
func (h header) plain() []byte {
	le := binary.LittleEndian
	size := uint32(min(h.size, 1<<32-64))
	b := append(make([]byte, 0, 44), "RIFF"...)
	b = le.AppendUint32(b, size+36)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, h.format)
	b = le.AppendUint16(b, uint16(h.channels))
	b = le.AppendUint32(b, uint32(h.rate))
	b = le.AppendUint32(b, uint32(h.rate*h.frame()))
	b = le.AppendUint16(b, uint16(h.frame()))
	b = le.AppendUint16(b, uint16(h.bits))
	b = append(b, "data"...)
	return le.AppendUint32(b, size)
}
