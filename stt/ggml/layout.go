package ggml

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Magic opens every ggml file: the letters "ggml" as a little-endian number.
const Magic = 0x67676d6c

// ElementType is how ggml stores the numbers of a tensor.
type ElementType int32

// The element types that Whisper and Silero files use. Others can be named by a
// file (q5_0 and its kin) and are then only measured, never converted.
const (
	F32  ElementType = 0
	F16  ElementType = 1
	Q4_0 ElementType = 2
	Q4_1 ElementType = 3
	Q5_0 ElementType = 6
	Q5_1 ElementType = 7
	Q8_0 ElementType = 8
	BF16 ElementType = 30
)

// block gives the number of elements that are stored together and the bytes they
// take; zero for a type this package does not know.
func (t ElementType) block() (elements, bytes int64) {
	switch t {
	case F32:
		return 1, 4
	case F16, BF16:
		return 1, 2
	case Q4_0:
		return 32, 18
	case Q4_1:
		return 32, 20
	case Q5_0:
		return 32, 22
	case Q5_1:
		return 32, 24
	case Q8_0:
		return 32, 34
	}
	return 0, 0
}

// Limits that no real model comes near; a file beyond them is not a model, and
// nothing is allocated on its word.
const (
	maxName     = 256
	maxToken    = 4096
	maxVocab    = 1 << 20
	maxElements = 1 << 32
	maxDims     = 4
)

// tensorHead is what stands before a tensor's data. Dims are in file order, which
// is the reverse of the usual row-major order: the fastest-running one comes first.
type tensorHead struct {
	name string
	kind ElementType
	dims []int32
}

// bytes is the size of the data that follows.
func (h tensorHead) bytes() (int64, error) {
	n := int64(1)
	for _, d := range h.dims {
		if d <= 0 || n > maxElements/int64(d) {
			return 0, fmt.Errorf("tensor %q has impossible dimensions %v", h.name, h.dims)
		}
		n *= int64(d)
	}
	elements, size := h.kind.block()
	if elements == 0 {
		return 0, fmt.Errorf("tensor %q has the unknown element type %d", h.name, h.kind)
	}
	if n%elements != 0 {
		return 0, fmt.Errorf("tensor %q has %d elements, not a multiple of %d", h.name, n, elements)
	}
	return n / elements * size, nil
}

func (h tensorHead) write(w io.Writer) error {
	head := []int32{int32(len(h.dims)), int32(len(h.name)), int32(h.kind)}
	if err := writeInts(w, append(head, h.dims...)...); err != nil {
		return err
	}
	_, err := io.WriteString(w, h.name)
	return err
}

// readTensorHead returns io.EOF when the file ends cleanly before a tensor.
func readTensorHead(r io.Reader) (tensorHead, error) {
	var fixed [12]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return tensorHead{}, err // io.EOF here is the end of the file
	}
	dims := int32(binary.LittleEndian.Uint32(fixed[0:]))
	name := int32(binary.LittleEndian.Uint32(fixed[4:]))
	h := tensorHead{kind: ElementType(binary.LittleEndian.Uint32(fixed[8:]))}
	if dims < 0 || dims > maxDims || name <= 0 || name > maxName {
		return h, fmt.Errorf("no tensor where one should begin (%d dimensions, name of %d bytes)", dims, name)
	}
	for range dims {
		d, err := readInt(r)
		if err != nil {
			return h, err
		}
		h.dims = append(h.dims, d)
	}
	text := make([]byte, name)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, cut(err)
	}
	h.name = string(text)
	return h, nil
}

func writeInts(w io.Writer, values ...int32) error {
	buf := make([]byte, 0, 4*len(values))
	for _, v := range values {
		buf = binary.LittleEndian.AppendUint32(buf, uint32(v))
	}
	_, err := w.Write(buf)
	return err
}

func readInt(r io.Reader) (int32, error) {
	var b [4]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, cut(err)
	}
	return int32(binary.LittleEndian.Uint32(b[:])), nil
}

// cut makes any end of file inside a structure an unexpected one.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// halfToFloat widens an IEEE 754 half; exact.
func halfToFloat(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp := uint32(h>>10) & 0x1f
	frac := uint32(h) & 0x3ff
	switch exp {
	case 0:
		// Subnormal: frac units of 2^-24, which a float32 holds exactly.
		f := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// floatToHalf rounds to the nearest half, ties to even, as the conversion
// instructions of current processors do.
func floatToHalf(f float32) uint16 {
	bits := math.Float32bits(f)
	sign := uint16(bits>>16) & 0x8000
	abs := bits & 0x7fffffff
	switch {
	case abs > 0x7f800000: // not a number: keep it one
		return sign | 0x7e00 | uint16(abs>>13)&0x3ff
	case abs >= 0x477ff000: // at least halfway from the largest half to the next
		return sign | 0x7c00
	case abs < 0x38800000: // subnormal half: units of 2^-24
		scaled := float64(math.Float32frombits(abs)) * (1 << 24)
		return sign | uint16(math.RoundToEven(scaled))
	}
	rounded := abs + 0xfff + (abs >> 13 & 1)
	return sign | uint16((rounded-0x38000000)>>13)
}
