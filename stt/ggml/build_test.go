package ggml

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// ctVar is a variable of a CTranslate2 file to be built.
type ctVar struct {
	name string
	dims []uint32
	kind byte
	data []byte
}

// buildCT2 lays variables out as a CTranslate2 file.
func buildCT2(spec string, vars []ctVar) []byte {
	var b []byte
	text := func(s string) {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(s)+1))
		b = append(append(b, s...), 0)
	}
	b = binary.LittleEndian.AppendUint32(b, 6)
	text(spec)
	b = binary.LittleEndian.AppendUint32(b, 3)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(vars)))
	for _, v := range vars {
		text(v.name)
		b = append(b, byte(len(v.dims)))
		for _, d := range v.dims {
			b = binary.LittleEndian.AppendUint32(b, d)
		}
		b = append(b, v.kind)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(v.data)))
		b = append(b, v.data...)
	}
	b = binary.LittleEndian.AppendUint32(b, 1)
	text("decoder/projection/weight")
	text("decoder/embeddings/weight")
	return b
}

// tiny is a Whisper of a few kilobytes with different sizes everywhere they may differ.
type tiny struct {
	vocab, audioCtx, textCtx, state, mels, audioLayers, textLayers uint32
	kind                                                           byte
}

// value is what element i of a variable holds: exact in every element type.
func value(name string, i int) float32 {
	seed := uint32(0)
	for _, c := range name {
		seed = seed*31 + uint32(c)
	}
	return float32(int(seed%255+uint32(i)*7)%255-127) / 64
}

func (m tiny) array(name string, dims ...uint32) ctVar {
	n := 1
	for _, d := range dims {
		n *= int(d)
	}
	var data []byte
	for i := range n {
		f := value(name, i)
		switch m.kind {
		case ctFloat32:
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(f))
		case ctFloat16:
			data = binary.LittleEndian.AppendUint16(data, floatToHalf(f))
		case ctBfloat16:
			data = binary.LittleEndian.AppendUint16(data, uint16(math.Float32bits(f)>>16))
		default:
			data = append(data, byte(i))
		}
	}
	return ctVar{name, dims, m.kind, data}
}

func (m tiny) variables() []ctVar {
	n := m.state
	heads := []byte{2, 0}
	v := []ctVar{
		{"encoder/num_heads", nil, ctInt16, heads}, {"decoder/num_heads", nil, ctInt16, heads},
		m.array("decoder/embeddings/weight", m.vocab, n),
		m.array("decoder/position_encodings/encodings", m.textCtx, n),
		m.array("encoder/position_encodings/encodings", m.audioCtx, n),
		m.array("encoder/conv1/weight", n, m.mels, 3), m.array("encoder/conv1/bias", n),
		m.array("encoder/conv2/weight", n, n, 3), m.array("encoder/conv2/bias", n),
	}
	pair := func(name string, out, in uint32) {
		v = append(v, m.array(name+"/weight", out, in), m.array(name+"/bias", out))
	}
	norm := func(name string) { v = append(v, m.array(name+"/gamma", n), m.array(name+"/beta", n)) }
	block := func(name string, cross bool) {
		norm(name + "/ffn/layer_norm")
		pair(name+"/ffn/linear_0", 4*n, n)
		pair(name+"/ffn/linear_1", n, 4*n)
		norm(name + "/self_attention/layer_norm")
		pair(name+"/self_attention/linear_0", 3*n, n)
		pair(name+"/self_attention/linear_1", n, n)
		if cross {
			norm(name + "/attention/layer_norm")
			pair(name+"/attention/linear_0", n, n)
			pair(name+"/attention/linear_1", 2*n, n)
			pair(name+"/attention/linear_2", n, n)
		}
	}
	norm("encoder/layer_norm")
	norm("decoder/layer_norm")
	for i := range m.audioLayers {
		block(fmt.Sprintf("encoder/layer_%d", i), false)
	}
	for i := range m.textLayers {
		block(fmt.Sprintf("decoder/layer_%d", i), true)
	}
	return v
}

// model is a ggml Whisper file, read by code that shares nothing with the converter.
type model struct {
	header  []int32
	mel     []float32
	tokens  []string
	tensors []tensor
}

type tensor struct {
	name string
	kind int32
	dims []int32 // in file order
	data []byte
}

func (x tensor) floats() []float32 {
	var out []float32
	for i := 0; i < len(x.data); i += 4 >> x.kind {
		if x.kind == 0 {
			out = append(out, math.Float32frombits(binary.LittleEndian.Uint32(x.data[i:])))
		} else {
			out = append(out, halfToFloat(binary.LittleEndian.Uint16(x.data[i:])))
		}
	}
	return out
}

func parse(t testing.TB, raw []byte) model {
	t.Helper()
	var m model
	in := bytes.NewReader(raw)
	ints := func(n int) []int32 {
		v := make([]int32, n)
		if err := binary.Read(in, binary.LittleEndian, v); err != nil {
			t.Fatalf("the written file breaks off: %v", err)
		}
		return v
	}
	text := func(n int32) string {
		b := make([]byte, n)
		in.Read(b)
		return string(b)
	}
	m.header = ints(12)
	size := ints(2)
	m.mel = make([]float32, size[0]*size[1])
	binary.Read(in, binary.LittleEndian, m.mel)
	for range ints(1)[0] {
		m.tokens = append(m.tokens, text(ints(1)[0]))
	}
	for in.Len() > 0 {
		m.tensors = append(m.tensors, readTensor(ints, text))
	}
	return m
}

func readTensor(ints func(int) []int32, text func(int32) string) tensor {
	h := ints(3)
	x := tensor{kind: h[2], dims: ints(int(h[0]))}
	_, size := ElementType(h[2]).block() // of one number: no test parses blocks
	n := int32(size)
	for _, d := range x.dims {
		n *= d
	}
	x.name = text(h[1])
	x.data = []byte(text(n))
	return x
}

func (m model) find(t *testing.T, name string) tensor {
	t.Helper()
	i := slices.IndexFunc(m.tensors, func(x tensor) bool { return x.name == name })
	if i < 0 {
		t.Fatalf("no tensor %s", name)
	}
	return m.tensors[i]
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// cached reads a model file that "deputy models pull" left, or skips the test.
func cached(t *testing.T, file string) []byte {
	t.Helper()
	if racing && os.Getenv("DEPUTY_TEST_ALL") != "1" {
		t.Skip("does not apply under the race detector, which makes one goroutine over 150 MB take a minute: run without -race")
	}
	dir := os.Getenv("XDG_CACHE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(home, ".cache")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "deputy", "models", file))
	if err != nil {
		if os.Getenv("DEPUTY_TEST_ALL") == "1" {
			t.Fatalf("%v: run make build, or go run ./cmd/deputy models pull", err)
		}
		t.Skipf("%v: run make build, or go run ./cmd/deputy models pull", err)
	}
	return raw
}

// inspect walks a ggml Whisper file from start to end and returns its header. The error is ErrNotModel for something else entirely, and says
// where the file breaks off for a cut or altered one. Right numbers in wrong weights
// go unnoticed: only a checksum finds those.
func inspect(ctx context.Context, r io.Reader) (Header, error) {
	h, err := copyPreamble(io.Discard, r, nil)
	if err != nil {
		return h, err
	}
	tensors := 0
	for {
		if err := ctx.Err(); err != nil {
			return h, err
		}
		head, err := readTensorHead(r)
		if err == io.EOF {
			break
		}
		if err != nil {
			return h, fmt.Errorf("tensor %d: %w", tensors+1, cut(err))
		}
		size, err := head.bytes()
		if err != nil {
			return h, err
		}
		if err := copyExactly(ctx, io.Discard, r, size); err != nil {
			return h, fmt.Errorf("tensor %d (%s): %w", tensors+1, head.name, err)
		}
		tensors++
	}
	if want := h.tensors(); tensors != want {
		return h, fmt.Errorf("the file holds %d of %d tensors: %w", tensors, want, io.ErrUnexpectedEOF)
	}
	return h, nil
}
