package ggml

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

// tinyFile is the ggml form of the small model.
func tinyFile(t testing.TB) []byte {
	t.Helper()
	raw := buildCT2("WhisperSpec", small.variables())
	var out bytes.Buffer
	if err := FromCT2(context.Background(), &out, bytes.NewReader(raw), int64(len(raw)), smallVocabulary); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestQuantiseBlocks(t *testing.T) {
	numbers := func(f func(i int) float32) []byte {
		var raw []byte
		for i := range q8Block {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f(i)))
		}
		return raw
	}
	cases := []struct {
		name  string
		in    func(i int) float32
		scale float32
		want  func(i int) int8
	}{
		{"zeros", func(int) float32 { return 0 }, 0, func(int) int8 { return 0 }},
		{"whole numbers", func(i int) float32 { return float32(i*8 - 127) }, 1, func(i int) int8 { return int8(i*8 - 127) }},
		{"halves go away from zero", func(i int) float32 { return [...]float32{127, 0.5, -0.5, 1.5, -1.5, 2.5}[min(i, 5)] }, 1,
			func(i int) int8 { return [...]int8{127, 1, -1, 2, -2, 3}[min(i, 5)] }},
		{"the largest is negative", func(i int) float32 { return [...]float32{-254, 254, 2}[min(i, 2)] }, 2,
			func(i int) int8 { return [...]int8{-127, 127, 1}[min(i, 2)] }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := quantiseBlocks(nil, numbers(c.in), F32)
			if len(got) != q8Block+2 {
				t.Fatalf("got %d bytes, want %d", len(got), q8Block+2)
			}
			if scale := halfToFloat(binary.LittleEndian.Uint16(got)); scale != c.scale {
				t.Errorf("scale: got %v, want %v", scale, c.scale)
			}
			for i := range q8Block {
				if q := int8(got[2+i]); q != c.want(i) {
					t.Errorf("element %d (%v): got %d, want %d", i, c.in(i), q, c.want(i))
				}
			}
		})
	}
}

func TestQuantiseQ8(t *testing.T) {
	raw := tinyFile(t)
	var out bytes.Buffer
	if err := QuantiseQ8(context.Background(), &out, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	h, err := inspect(context.Background(), bytes.NewReader(out.Bytes()))
	if err != nil || h.Format != 2007 {
		t.Fatalf("got %+v %v, want file type 2007", h, err)
	}
	// Every matrix but the positions and the convolutions shrinks to 34/64 of its f16 size.
	shrunk := 0
	for _, x := range parse(t, raw).tensors {
		if len(x.dims) == 2 && x.kind == 1 {
			shrunk += len(x.data) - len(x.data)*34/64
		}
	}
	if got, want := out.Len(), len(raw)-shrunk; got != want || shrunk == 0 {
		t.Errorf("got %d bytes, want %d", got, want)
	}
	if err := QuantiseQ8(context.Background(), io.Discard, bytes.NewReader(out.Bytes())); err == nil || !strings.Contains(err.Error(), "of type 2007 already") {
		t.Errorf("quantising twice: got %v, want it refused", err)
	}
}

func TestDamagedFiles(t *testing.T) {
	raw := tinyFile(t)
	altered := func(at int, b ...byte) []byte {
		r := slices.Clone(raw)
		copy(r[at:], b)
		return r
	}
	cases := []struct {
		name string
		raw  []byte
		is   error
		want string
	}{
		{"empty", nil, ErrNotModel, ""},
		{"text", []byte("<html>404 Not Found</html> and some more words to fill a header"), ErrNotModel, ""},
		{"gguf", []byte("GGUF\x03\x00\x00\x00"), ErrNotModel, ""},
		{"impossible header", altered(4, 0, 0, 0, 0x80), ErrNotModel, "impossible header"},
		{"mel filters altered", altered(48, 81), nil, "mel filters: 81 x 201"},
		{"header only", raw[:48], io.ErrUnexpectedEOF, "mel filters"},
		{"cut in the vocabulary", raw[:48+8+80*201*4+10], io.ErrUnexpectedEOF, "vocabulary"},
		{"cut in a tensor", raw[:len(raw)-3], io.ErrUnexpectedEOF, "encoder.ln_post.bias"},
		{"a tensor short", raw[:len(raw)-32*4-4-12-len("encoder.ln_post.bias")], io.ErrUnexpectedEOF, "of 74 tensors"},
		{"something behind it", append(slices.Clone(raw), 1, 2, 3), io.ErrUnexpectedEOF, "tensor 75"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, inspected := inspect(context.Background(), bytes.NewReader(c.raw))
			for what, err := range map[string]error{
				"inspect":    inspected,
				"QuantiseQ8": QuantiseQ8(context.Background(), io.Discard, bytes.NewReader(c.raw)),
				"ToBF16":     ToBF16(context.Background(), io.Discard, bytes.NewReader(c.raw)),
			} {
				if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: got %v, want %v %q", what, err, c.is, c.want)
				}
			}
		})
	}
}

// The quantised file must be the one whisper.cpp's own quantiser makes, bit for bit.
func TestQuantiseRealBase(t *testing.T) {
	raw := cached(t, "ggml-base.bin")
	var out bytes.Buffer
	if err := QuantiseQ8(context.Background(), &out, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	const want = "c577b9a86e7e048a0b7eada054f4dd79a56bbfa911fbdacf900ac5b567cbb7d9"
	if got := sum(out.Bytes()); got != want {
		t.Errorf("got SHA-256 %s, want %s", got, want)
	}
}

func TestHalf(t *testing.T) {
	for h := range 1 << 16 {
		f := halfToFloat(uint16(h))
		if f != f {
			if back := floatToHalf(f); halfToFloat(back) == halfToFloat(back) {
				t.Errorf("%04x: not a number becomes %04x", h, back)
			}
			continue
		}
		if back := floatToHalf(f); back != uint16(h) {
			t.Errorf("%04x is %v, which becomes %04x", h, f, back)
		}
	}
	cases := []struct {
		in   float32
		want uint16
	}{
		{1, 0x3c00}, {-2, 0xc000}, {65504, 0x7bff}, {65519.996, 0x7bff}, {65520, 0x7c00}, {1e9, 0x7c00}, {-1e9, 0xfc00},
		{5.9604645e-08, 0x0001}, {2.9802322e-08, 0x0000}, {2.9802326e-08, 0x0001}, {6.0975552e-05, 0x03ff}, {6.1035156e-05, 0x0400},
		{1 + 1.0/2048, 0x3c00}, {1 + 3.0/2048, 0x3c02}, {1 + 1.01/2048, 0x3c01}, {0.1, 0x2e66}, {float32(math.Copysign(0, -1)), 0x8000},
	}
	for _, c := range cases {
		if got := floatToHalf(c.in); got != c.want {
			t.Errorf("%v: got %04x, want %04x", c.in, got, c.want)
		}
	}
}

func TestMelFilters(t *testing.T) {
	for _, mels := range []int{80, 128} {
		f := melFilters(mels)
		if len(f) != mels*melBins {
			t.Fatalf("%d mels: got %d values, want %d", mels, len(f), mels*melBins)
		}
		for i := range mels {
			var area float64
			for _, v := range f[i*melBins : (i+1)*melBins] {
				if v < 0 {
					t.Fatalf("%d mels: filter %d is negative", mels, i)
				}
				area += float64(v) * melRate / melWindow
			}
			// Each triangle has area 1; narrow ones are sampled by few bins.
			if i > mels/2 && math.Abs(area-1) > 0.1 {
				t.Errorf("%d mels: filter %d has area %v, want about 1", mels, i, area)
			}
		}
	}
	var raw []byte
	for _, v := range melFilters(80) {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	// The table of every canonical 80-mel file.
	const want = "85818f156f7e189453901a515e4726d270d307f976e161cf9403e8caab405498"
	if got := sum(raw); got != want {
		t.Errorf("got SHA-256 %s, want %s", got, want)
	}
}

func FuzzQuantiseQ8(f *testing.F) {
	raw := tinyFile(f)
	f.Add(raw)
	f.Add(raw[:48+8+80*201*4+60])
	f.Fuzz(func(t *testing.T, raw []byte) {
		var out bytes.Buffer
		_, inspected := inspect(context.Background(), bytes.NewReader(raw))
		if err := QuantiseQ8(context.Background(), &out, bytes.NewReader(raw)); err != nil {
			return
		}
		if inspected != nil {
			t.Errorf("quantised although %v", inspected)
		}
		if _, err := inspect(context.Background(), &out); err != nil {
			t.Errorf("what was written does not pass: %v", err)
		}
	})
}
