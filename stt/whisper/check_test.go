package whisper

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/stt"
)

// smallModel is a file with a whisper model's structure, one layer of each kind
// and tensors of one value.
func smallModel() []byte {
	var b bytes.Buffer
	i32 := func(vs ...int32) {
		for _, v := range vs {
			binary.Write(&b, binary.LittleEndian, v) //nolint:errcheck // to memory
		}
	}
	i32(ggmlMagic, 51865, 1500, 64, 1, 1, 448, 64, 1, 1, 80, 1)
	i32(80, 201)
	b.Write(make([]byte, 4*80*201))
	i32(50257)
	for range 50257 {
		i32(1)
		b.WriteByte('a')
	}
	for range 11 + 15 + 24 {
		i32(1, 3, 0, 1)
		b.WriteString("abc")
		b.Write(make([]byte, 4))
	}
	return b.Bytes()
}

func smallSilero() []byte {
	var b bytes.Buffer
	i32 := func(vs ...int32) {
		for _, v := range vs {
			binary.Write(&b, binary.LittleEndian, v) //nolint:errcheck // to memory
		}
	}
	i32(ggmlMagic, 10)
	b.WriteString("silero-16k")
	i32(6, 2, 0, 512, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1)
	for _, t := range sileroTensors {
		i32(1, int32(len(t.name)), t.kind, int32(t.size))
		b.WriteString(t.name)
		b.Write(make([]byte, int64(t.size)*blocks[t.kind].bytes))
	}
	return b.Bytes()
}

func write(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ggml-test.bin")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// patched is data with b at offset, from the end if negative.
func patched(data []byte, offset int, b ...byte) []byte {
	out := bytes.Clone(data)
	if offset < 0 {
		offset += len(out)
	}
	copy(out[offset:], b)
	return out
}

func TestCheckModel(t *testing.T) {
	good := smallModel()
	if err := CheckModel(write(t, good), ""); err != nil {
		t.Errorf("a whole model: got %v", err)
	}
	tail := len(good) - 50*(16+3+4) // where the tensors begin
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"empty", nil},
		{"no model", []byte("this is no model at all, but long enough to be one")},
		{"cut in the header", good[:20]},
		{"cut in the filters", good[:1000]},
		{"cut in the vocabulary", good[:80000]},
		{"cut in a tensor", good[:len(good)-2]},
		{"a tensor too few", good[:len(good)-23]},
		{"something behind it", append(bytes.Clone(good), 1, 2, 3)},
		{"another vocabulary", patched(good, 4, 0, 0, 0, 0)},
		{"a negative size", patched(good, 5*4, 0xff, 0xff, 0xff, 0xff)},
		{"a huge tensor", patched(good, tail+12, 0, 0, 0x10, 0)},
		{"an unknown type", patched(good, tail+8, 99)},
		{"a name without end", patched(good, tail+4, 0xff, 0xff, 0xff, 0x7f)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.data)
			err := CheckModel(path, "")
			if !errors.Is(err, stt.ErrNoModel) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "deputy models pull") {
				t.Errorf("got %v, want stt.ErrNoModel naming the file and the command", err)
			}
		})
	}
}

func TestCheckModelFile(t *testing.T) {
	path := write(t, smallModel())
	for name, err := range map[string]error{
		"missing":  CheckModel(path+".gone", ""),
		"a folder": CheckModel(filepath.Dir(path), ""),
		"altered":  CheckModel(path, strings.Repeat("0", 64)),
	} {
		if !errors.Is(err, stt.ErrNoModel) || !strings.Contains(err.Error(), "deputy models pull") {
			t.Errorf("%s: got %v, want stt.ErrNoModel naming the command", name, err)
		}
	}
}

func TestReadSilero(t *testing.T) {
	good := smallSilero()
	tensors, err := readSilero(write(t, good))
	if err != nil || len(tensors) != len(sileroTensors) {
		t.Fatalf("got %d tensors, error %v; want %d", len(tensors), err, len(sileroTensors))
	}
	for name, data := range map[string][]byte{
		"empty":          nil,
		"cut":            good[:len(good)/2],
		"cut at the end": good[:len(good)-1],
		"whisper model":  smallModel()[:5000],
		"other sizes":    patched(good, 4+4+10+12, 0, 1),
		"other version":  patched(good, 4+4+10, 4),
		"renamed tensor": bytes.Replace(good, []byte("rnn.bias_hh"), []byte("rnn.bias_xx"), 1),
	} {
		if _, err := readSilero(write(t, data)); !errors.Is(err, stt.ErrNoModel) {
			t.Errorf("%s: got %v, want stt.ErrNoModel", name, err)
		}
	}
}

func TestPadderMirrors(t *testing.T) {
	var p padder
	frame := make([]float32, 512)
	for i := range frame {
		frame[i] = float32(i) / 512
	}
	b := p.around(frame)
	if b[63] != frame[1] || b[0] != frame[64] || b[64] != 0 || b[576] != frame[510] || b[639] != frame[447] {
		t.Errorf("got %v %v %v %v %v, want the mirror images", b[63], b[0], b[64], b[576], b[639])
	}
}

func FuzzWalkModel(f *testing.F) {
	good := smallModel()
	f.Add(good[:200])
	f.Add(good[:64400])
	f.Add([]byte{0x6c, 0x6d, 0x67, 0x67})
	f.Fuzz(func(t *testing.T, data []byte) {
		// A whole model is too big to be found by chance: whatever is accepted must
		// at least be as big as one.
		if walkModel(bytes.NewReader(data), int64(len(data))) == nil && len(data) < 250000 {
			t.Fatalf("%d bytes pass for a model", len(data))
		}
	})
}

func FuzzParseSilero(f *testing.F) {
	good := smallSilero()
	f.Add(good[:300])
	f.Add(good[:110])
	f.Fuzz(func(t *testing.T, data []byte) {
		w := &walker{r: bufio.NewReader(bytes.NewReader(data)), size: int64(len(data))}
		if _, err := parseSilero(w); err == nil && len(data) < 800000 {
			t.Fatalf("%d bytes pass for a detector", len(data))
		}
	})
}
