package ggml

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"testing"
)

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		in, want float32
	}{
		{0, 0}, {1, 1}, {-2.5, -2.5},
		{1 + 1.0/256, 1},            // halfway: to the even one below
		{1 + 3.0/256, 1 + 4.0/256},  // halfway: to the even one above
		{1 + 1.01/256, 1 + 2.0/256}, // beyond halfway
		{-1 - 1.01/256, -1 - 2.0/256},
		{float32(math.Inf(1)), float32(math.Inf(1))},
		{math.MaxFloat32, float32(math.Inf(1))},
	} {
		raw := binary.LittleEndian.AppendUint32(nil, math.Float32bits(c.in))
		got := shorten(nil, raw, F32)
		if len(got) != 2 {
			t.Fatalf("%v: got %d bytes, want 2", c.in, len(got))
		}
		if f := math.Float32frombits(uint32(binary.LittleEndian.Uint16(got)) << 16); f != c.want {
			t.Errorf("%v: got %v, want %v", c.in, f, c.want)
		}
	}
	raw := binary.LittleEndian.AppendUint32(nil, 0x7f800001)
	if got := binary.LittleEndian.Uint16(shorten(nil, raw, F32)); got&0x7f80 != 0x7f80 || got&0x7f == 0 {
		t.Errorf("no number: got %#x, want no number", got)
	}
}

// Every matrix of weights becomes bf16, nothing else does, and the file stays as large.
func TestToBF16KeepsSize(t *testing.T) {
	raw := tinyFile(t)
	var out bytes.Buffer
	if err := ToBF16(context.Background(), &out, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	h, err := inspect(context.Background(), bytes.NewReader(out.Bytes()))
	if err != nil || h.Format != formatBF16 {
		t.Fatalf("got %+v %v, want file type %d", h, err, formatBF16)
	}
	if out.Len() != len(raw) {
		t.Errorf("got %d bytes, want %d", out.Len(), len(raw))
	}
	was := parse(t, raw)
	for _, x := range parse(t, out.Bytes()).tensors {
		old := was.find(t, x.name)
		matrix := len(x.dims) == 2 && old.kind == int32(F16) && !keptWhole[x.name]
		if got := x.kind == int32(BF16); got != matrix {
			t.Errorf("%s: bf16 is %v, want %v", x.name, got, matrix)
		}
	}
}

func TestToBF16RealBase(t *testing.T) {
	raw := cached(t, "ggml-base.bin")
	var out bytes.Buffer
	if err := ToBF16(context.Background(), &out, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	const want = "06c02a499566c2879b11063ef87da614220e1851d578ad94a5aae9d5a7e540d1"
	if got := sum(out.Bytes()); got != want {
		t.Errorf("got SHA-256 %s, want %s", got, want)
	}
}
