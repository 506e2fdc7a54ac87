package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
)

// A spec says how to write a WAV file, well or badly.
type spec struct {
	format, channels, rate, bits int
	extensible                   bool
	before, after                string // whole chunks around the data
	riffSize, dataSize           int64  // what the file claims; 0: the truth, -1: zero
}

func chunk(id, body string) string {
	pad := ""
	if len(body)%2 == 1 {
		pad = "\x00"
	}
	return id + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body + pad
}

// file writes data as the spec says.
func (s spec) file(data []byte) []byte {
	le := binary.LittleEndian
	align := s.channels * s.bits / 8
	format := s.format
	if s.extensible {
		format = extensible
	}
	f := le.AppendUint16(nil, uint16(format))
	f = le.AppendUint16(f, uint16(s.channels))
	f = le.AppendUint32(f, uint32(s.rate))
	f = le.AppendUint32(f, uint32(s.rate*align))
	f = le.AppendUint16(f, uint16(align))
	f = le.AppendUint16(f, uint16(s.bits))
	if s.extensible {
		f = le.AppendUint16(f, 22)
		f = le.AppendUint16(f, uint16(s.bits))
		f = le.AppendUint32(f, 0)
		f = le.AppendUint16(f, uint16(s.format))
		f = append(f, "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"...)
	}
	body := "WAVE" + s.before + chunk("fmt ", string(f))
	claim := func(v, truth int64) []byte {
		switch v {
		case 0:
			v = truth
		case -1:
			v = 0
		}
		return le.AppendUint32(nil, uint32(v))
	}
	body += "data" + string(claim(s.dataSize, int64(len(data)))) + string(data)
	if len(data)%2 == 1 {
		body += "\x00"
	}
	body += s.after
	return []byte("RIFF" + string(claim(s.riffSize, int64(len(body)))) + body)
}

// encode stores samples, the same on every channel.
func (s spec) encode(samples []float32) []byte {
	le := binary.LittleEndian
	var b []byte
	for _, x := range samples {
		for range s.channels {
			switch {
			case s.format == float:
				b = le.AppendUint32(b, math.Float32bits(x))
			case s.bits == 8:
				b = append(b, byte(int(math.Round(float64(x)*128))+128))
			default:
				v := uint32(int32(math.Round(float64(x) * math.Pow(2, float64(s.bits-1)))))
				b = append(b, le.AppendUint32(nil, v)[:s.bits/8]...)
			}
		}
	}
	return b
}

func readAll(t *testing.T, file []byte) ([]float32, audio.Source, error) {
	t.Helper()
	src, err := Read(bytes.NewReader(file))
	if err != nil {
		return nil, nil, err
	}
	got, err := audio.ReadAll(src)
	return got, src, err
}

func TestFormats(t *testing.T) {
	want := audiotest.ToneAt(8000, 100*time.Millisecond, 440, 0.9)
	want[7] = -1 // the lowest value that integers have
	for _, s := range []spec{
		{format: pcm, bits: 8}, {format: pcm, bits: 16}, {format: pcm, bits: 24}, {format: pcm, bits: 32},
		{format: float, bits: 32},
	} {
		for _, channels := range []int{1, 2, 6} {
			for _, ext := range []bool{false, true} {
				s.channels, s.extensible, s.rate = channels, ext, 8000+channels
				got, src, err := readAll(t, s.file(s.encode(want)))
				if err != nil {
					t.Errorf("%+v: %v", s, err)
					continue
				}
				if src.Rate() != s.rate {
					t.Errorf("%+v: got rate %d", s, src.Rate())
				}
				if len(got) != len(want) {
					t.Errorf("%+v: got %d samples, want %d", s, len(got), len(want))
					continue
				}
				step := max(math.Pow(2, float64(1-s.bits)), 1e-7)
				for i := range got {
					if math.Abs(float64(got[i]-want[i])) > step {
						t.Errorf("%+v: sample %d: got %v, want %v", s, i, got[i], want[i])
						break
					}
				}
			}
		}
	}
}

func TestChannelsAreAveraged(t *testing.T) {
	s := spec{format: pcm, channels: 2, rate: 16000, bits: 16}
	got, _, err := readAll(t, s.file([]byte{0x00, 0x40, 0x00, 0x20, 0x00, 0xC0, 0x00, 0x40}))
	if err != nil || len(got) != 2 || got[0] != 0.375 || got[1] != 0 {
		t.Errorf("got %v, %v, want [0.375 0]", got, err)
	}
}

// Files that are not as they should be, but hold samples.
func TestOddFiles(t *testing.T) {
	s := spec{format: pcm, channels: 1, rate: 16000, bits: 16}
	with := func(change func(*spec)) spec { c := s; change(&c); return c }
	data := s.encode(audiotest.Tone(10*time.Millisecond, 440, 0.5)) // 160 samples
	tests := []struct {
		name string
		file []byte
		want int
	}{
		{"no samples", s.file(nil), 0},
		{"no samples, then a LIST chunk", with(func(s *spec) { s.after = chunk("LIST", "INFOxyz") }).file(nil), 0},
		{"chunks of odd and even length around the samples", with(func(s *spec) {
			s.before, s.after = chunk("bext", "12345")+chunk("LIST", "INFO1234"), chunk("LIST", "INFO")
		}).file(data), 160},
		{"a LIST chunk that lies", with(func(s *spec) { s.before = chunk("LIST", "adtlnote\xff\xff\xff\xff") }).file(data), 160},
		{"streamed, sizes 0xFFFFFFFF", with(func(s *spec) { s.riffSize, s.dataSize = 0xFFFFFFFF, 0xFFFFFFFF }).file(data), 160},
		{"streamed, sizes 0", with(func(s *spec) { s.riffSize, s.dataSize = -1, -1 }).file(data), 160},
		{"size 0 in the data chunk only", with(func(s *spec) { s.riffSize, s.dataSize = 0x7FFFFFFF, -1 }).file(data), 160},
		{"cut short", s.file(data)[:44+201], 100},
		{"cut short before the first sample", s.file(data)[:44], 0},
		{"cut in the middle of the only sample", s.file(data)[:45], 0},
		{"an odd number of bytes", s.file(data[:101]), 50},
		{"stereo with half a frame at the end", with(func(s *spec) { s.channels = 2 }).file(data[:102]), 25},
		{"12 bits in 16", with(func(s *spec) { s.bits = 12 }).file(data), 160},
		{"rubbish behind", append(s.file(data), "xyz"...), 160},
		{"RF64", append([]byte("RF64"), with(func(s *spec) {
			s.riffSize, s.dataSize, s.before = 0xFFFFFFFF, 0xFFFFFFFF, chunk("ds64", strings.Repeat("\x00", 28))
		}).file(data)[4:]...), 160},
	}
	for _, tt := range tests {
		got, _, err := readAll(t, tt.file)
		if err != nil || len(got) != tt.want {
			t.Errorf("%s: got %d samples, %v, want %d", tt.name, len(got), err, tt.want)
		}
	}
}

func TestNotNumbers(t *testing.T) {
	s := spec{format: float, channels: 1, rate: 16000, bits: 32}
	in := []float32{0.5, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 3, -3}
	got, _, err := readAll(t, s.file(s.encode(in)))
	if want := []float32{0.5, 0, 0, 0, 1, -1}; err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestRefused(t *testing.T) {
	s := spec{format: pcm, channels: 1, rate: 16000, bits: 16}
	with := func(change func(*spec)) []byte { c := s; change(&c); return c.file(make([]byte, 100)) }
	good := s.file(make([]byte, 100))
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "empty"},
		{"text", []byte("this is not a WAV file at all"), `not a WAV file: it begins with "this"`},
		{"an MP3", []byte("ID3\x04 some tags"), `begins with "ID3\x04"`},
		{"three bytes", []byte("RIF"), `begins with "RIF"`},
		{"an AVI", []byte("RIFF\x00\x00\x00\x00AVI LIST"), "not a WAV file"},
		{"only the beginning", good[:30], "cut short"},
		{"no format", []byte("RIFF\x24\x00\x00\x00WAVEdata\x04\x00\x00\x001234"), "cut short"},
		{"no data", good[:36], "no samples"},
		{"no channels", with(func(s *spec) { s.channels = 0 }), "0 channels"},
		{"no rate", with(func(s *spec) { s.rate = 0 }), "0 Hz"},
		{"a rate beyond reason", with(func(s *spec) { s.rate = 2e9 }), "2000000000 Hz"},
		{"no bits", with(func(s *spec) { s.bits = 0 }), "0-bit"},
		{"64-bit floats", with(func(s *spec) { s.format, s.bits = float, 64 }), "64-bit"},
		{"mu-law", with(func(s *spec) { s.format, s.bits = 7, 8 }), "compressed (format 7)"},
		{"a format chunk of 4 GB", []byte("RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff\x01\x00"), "cut short"},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "x.wav")
		if err := os.WriteFile(path, tt.file, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error with the path and %q", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got an error of several lines: %v", tt.name, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.wav")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: got %v, want ErrNotExist", err)
	}
}

func TestSource(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.wav")
	s := spec{format: pcm, channels: 2, rate: 44100, bits: 24}
	if err := os.WriteFile(path, s.file(s.encode(audiotest.ToneAt(44100, time.Second, 440, 0.5))), 0o600); err != nil {
		t.Fatal(err)
	}
	audiotest.TestSource(t, func() audio.Source {
		src, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		return src
	})
}

// Three hours stream in little memory: the file is one long hole.
func TestLongFile(t *testing.T) {
	const hours = 3
	s := spec{format: pcm, channels: 1, rate: 16000, bits: 16, dataSize: hours * 3600 * 32000, riffSize: hours*3600*32000 + 36}
	f, err := os.Create(filepath.Join(t.TempDir(), "long.wav"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(s.file(nil)); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(44 + s.dataSize); err != nil {
		t.Skipf("no sparse files here: %v", err)
	}
	src, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]float32, 8000)
	var total int64
	allocated := testing.AllocsPerRun(1, func() {
		for range 100 {
			n, err := src.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			total += int64(n)
		}
	})
	if total == 0 || allocated > 1000 {
		t.Errorf("got %d samples with %.0f allocations, want a few for each read", total, allocated)
	}
	if _, err := f.Seek(-32000, io.SeekEnd); err != nil { // jump to the last second
		t.Fatal(err)
	}
	rest, err := audio.ReadAll(src)
	if err != nil || len(rest) < 15000 || len(rest) > 17000 {
		t.Errorf("at the end: got %d samples, %v, want about 16000", len(rest), err)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []spec{
		{format: pcm, channels: 1, rate: 16000, bits: 16}, {format: pcm, channels: 2, rate: 44100, bits: 24, extensible: true},
		{format: float, channels: 3, rate: 8000, bits: 32, before: chunk("LIST", "INFO"), after: chunk("cue ", "1")},
		{format: pcm, channels: 1, rate: 22050, bits: 8, dataSize: 0xFFFFFFFF, riffSize: -1},
	} {
		f.Add(s.file(s.encode([]float32{0, 0.5, -1, 0.25, 0})))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		src, err := Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		if src.Rate() < 1000 {
			t.Errorf("got rate %d", src.Rate())
		}
		got, err := audio.ReadAll(src)
		if err != nil {
			t.Errorf("a file that was opened failed later: %v", err)
		}
		if len(got) > len(file) {
			t.Errorf("got %d samples from %d bytes", len(got), len(file))
		}
		for _, s := range got {
			if s != s || s < -1 || s > 1 {
				t.Fatalf("got sample %v", s)
			}
		}
	})
}
