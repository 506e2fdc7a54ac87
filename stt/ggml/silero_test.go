package ggml

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"
)

// jit builds a TorchScript archive with the detector's entries; spoil may change one.
func jit(t testing.TB, data func(x sileroTensor) []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, x := range sileroTensors {
		raw := data(x)
		if raw == nil {
			continue
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("VADr/data/%d", x.entry), Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func ramp(x sileroTensor) []byte {
	n := 1
	for _, d := range x.dims {
		n *= int(d)
	}
	var raw []byte
	for i := range n {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(i%64)/8+float32(x.entry)))
	}
	return raw
}

func TestFromSilero(t *testing.T) {
	raw := jit(t, ramp)
	var out bytes.Buffer
	if err := FromSilero(context.Background(), &out, bytes.NewReader(raw), int64(len(raw))); err != nil {
		t.Fatal(err)
	}
	if got, want := out.Len(), 885098; got != want {
		t.Errorf("got %d bytes, want %d as the canonical file", got, want)
	}
}

func TestFromSileroRefuses(t *testing.T) {
	whole := jit(t, ramp)
	damaged := bytes.Clone(whole)
	damaged[bytes.Index(damaged, []byte("VADr/data/11"))+200] ^= 1
	cases := map[string][]byte{
		"empty": nil,
		"text":  []byte("no zip"),
		"cut":   whole[:len(whole)/2],
		"entry missing": jit(t, func(x sileroTensor) []byte {
			if x.entry == 12 {
				return nil
			}
			return ramp(x)
		}),
		"another version": jit(t, func(x sileroTensor) []byte { return append(ramp(x), 0, 0, 0, 0) }),
	}
	for name, raw := range cases {
		if err := FromSilero(context.Background(), io.Discard, bytes.NewReader(raw), int64(len(raw))); !errors.Is(err, ErrNotSilero) {
			t.Errorf("%s: got %v, want ErrNotSilero", name, err)
		}
	}
	if err := FromSilero(context.Background(), io.Discard, bytes.NewReader(damaged), int64(len(damaged))); !errors.Is(err, zip.ErrChecksum) {
		t.Errorf("a flipped bit: got %v, want zip.ErrChecksum", err)
	}
}

// The real file, put back into an archive, must come out bit for bit.
func TestFromSileroReal(t *testing.T) {
	raw := cached(t, "ggml-silero-v6.2.0.bin")
	in := bytes.NewReader(raw[4+4+len(sileroName)+4*len(sileroHeader):])
	ints := func(n int) []int32 {
		v := make([]int32, n)
		if err := binary.Read(in, binary.LittleEndian, v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	text := func(n int32) string {
		b := make([]byte, n)
		if _, err := io.ReadFull(in, b); err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tensors := map[string]tensor{}
	for in.Len() > 0 {
		x := readTensor(ints, text)
		tensors[x.name] = x
	}
	archive := jit(t, func(x sileroTensor) []byte {
		var data []byte
		for _, f := range tensors[x.name].floats() {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(f))
		}
		return data
	})
	var out bytes.Buffer
	if err := FromSilero(context.Background(), &out, bytes.NewReader(archive), int64(len(archive))); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), raw) {
		t.Errorf("got SHA-256 %s, want %s", sum(out.Bytes()), sum(raw))
	}
}

func FuzzFromSilero(f *testing.F) {
	f.Add(jit(f, ramp)[:4096])
	f.Add(jit(f, func(x sileroTensor) []byte { return make([]byte, 8) }))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_ = FromSilero(context.Background(), io.Discard, bytes.NewReader(raw), int64(len(raw)))
	})
}
