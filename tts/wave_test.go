package tts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// wav writes a WAV by hand.
func wav(kind, channels uint16, rate uint32, bits uint16, size uint32, data []byte) []byte {
	var b bytes.Buffer
	b.WriteString("RIFF\xff\xff\xff\xffWAVELIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00")
	for _, v := range []any{kind, channels, rate, rate * uint32(channels*bits/8), channels * bits / 8, bits} {
		binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString("data")
	binary.Write(&b, binary.LittleEndian, size)
	b.Write(data)
	return b.Bytes()
}

func TestOpenWave(t *testing.T) {
	half := binary.LittleEndian.AppendUint32(nil, math.Float32bits(0.5))
	nan := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN())))
	tests := []struct {
		name string
		data []byte
		want []float32
	}{
		{"16 bits", wav(1, 1, 22050, 16, 0x7ffff000, []byte{0, 64, 0, 192, 0, 128}), []float32{.5, -.5, -1}},
		{"half a sample", wav(1, 1, 22050, 16, 0, []byte{0, 64, 7}), []float32{.5}},
		{"true length", wav(1, 1, 22050, 16, 2, []byte{0, 64, 'L', 'I', 'S', 'T'}), []float32{.5}},
		{"stereo", wav(1, 2, 22050, 16, 0xffffffff, []byte{0, 64, 0, 0, 0, 64, 0, 192}), []float32{.25, 0}},
		{"8 bits", wav(1, 1, 8000, 8, 0, []byte{128, 192, 0}), []float32{0, .5, -1}},
		{"24 bits", wav(1, 1, 8000, 24, 0, []byte{0, 0, 64}), []float32{.5}},
		{"32 bits", wav(1, 1, 8000, 32, 0, []byte{0, 0, 0, 192}), []float32{-.5}},
		{"float", wav(3, 1, 8000, 32, 0, append(half, nan...)), []float32{.5, 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, r := range []io.Reader{bytes.NewReader(test.data), iotest.OneByteReader(bytes.NewReader(test.data))} {
				w, err := OpenWave(r)
				if err != nil {
					t.Fatalf("OpenWave: got %v, want nil", err)
				}
				if diff := cmp.Diff(test.want, readWave(t, w)); diff != "" {
					t.Errorf("samples (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func readWave(t *testing.T, w *Wave) []float32 {
	t.Helper()
	var out []float32
	buf := make([]float32, 2)
	for {
		n, err := w.Read(buf)
		out = append(out, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("Read: got %v, want io.EOF", err)
		}
	}
}

func TestOpenWaveRefuses(t *testing.T) {
	good := wav(1, 1, 22050, 16, 0, nil)
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":       {nil, "EOF"},
		"short":         {good[:8], "unexpected EOF"},
		"cut":           {good[:30], "unexpected EOF"},
		"no format":     {append([]byte("RIFF0000WAVE"), "data\x00\x00\x00\x00"...), "without a format"},
		"mp3":           {[]byte("ID3\x04 this is something else"), "no WAV"},
		"a-law":         {wav(6, 1, 8000, 8, 0, nil), "format 6"},
		"12 bits":       {wav(1, 1, 8000, 12, 0, nil), "12 bits"},
		"no channel":    {wav(1, 0, 8000, 16, 0, nil), "0 channels"},
		"no rate":       {wav(1, 1, 0, 16, 0, nil), "0 Hz"},
		"a huge part":   {append([]byte("RIFF0000WAVE"), "LIST\xff\xff\xff\x7f"...), "bytes"},
		"64-bit float ": {wav(3, 1, 8000, 64, 0, nil), "64 bits"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := OpenWave(bytes.NewReader(test.data)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func FuzzOpenWave(f *testing.F) {
	f.Add(wav(1, 2, 22050, 16, 4, []byte{1, 2, 3, 4, 5}))
	f.Add(wav(3, 1, 8000, 32, 0, []byte{1, 2, 3, 4, 5}))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := OpenWave(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, v := range readWave(t, w) {
			if !(v >= -1 && v <= 1) {
				t.Errorf("got the sample %v, want it in [-1, 1]", v)
			}
		}
	})
}
