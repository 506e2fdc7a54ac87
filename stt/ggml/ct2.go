package ggml

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNotCT2 says that a file is not a CTranslate2 Whisper model.
var ErrNotCT2 = errors.New("not a CTranslate2 Whisper model")

// CTranslate2's element types, as the file numbers them.
const (
	ctFloat32  = 0
	ctInt8     = 1
	ctInt16    = 2
	ctInt32    = 3
	ctFloat16  = 4
	ctBfloat16 = 5
)

var ctSize = map[byte]int64{ctFloat32: 4, ctInt8: 1, ctInt16: 2, ctInt32: 4, ctFloat16: 2, ctBfloat16: 2}

// ctVariable is one named array of a CTranslate2 file; its data stays in the file.
type ctVariable struct {
	dims   []int64
	kind   byte
	offset int64
	bytes  int64
}

// ctIndex is the table of contents of a CTranslate2 file. It holds no weights.
type ctIndex struct {
	file      io.ReaderAt
	variables map[string]ctVariable
}

// ctReader walks a file by offset, never past its end.
type ctReader struct {
	file io.ReaderAt
	at   int64
	size int64
}

func (r *ctReader) take(n int64) ([]byte, error) {
	if n < 0 || n > r.size-r.at {
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, n)
	if _, err := r.file.ReadAt(b, r.at); err != nil && err != io.EOF {
		return nil, err
	}
	r.at += n
	return b, nil
}

func (r *ctReader) u32() (uint32, error) {
	b, err := r.take(4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b), nil
}

// text reads a string: its length with the closing NUL as 16 bits, then the bytes.
func (r *ctReader) text() (string, error) {
	b, err := r.take(2)
	if err != nil {
		return "", err
	}
	n := int64(binary.LittleEndian.Uint16(b))
	if n > 1024 {
		return "", fmt.Errorf("a name of %d bytes", n)
	}
	if b, err = r.take(n); err != nil {
		return "", err
	}
	return strings.TrimSuffix(string(b), "\x00"), nil
}

// indexCT2 reads the table of contents of a CTranslate2 file of the given size
// (binary version 6, WhisperSpec). The file is read again when weights are wanted.
func indexCT2(file io.ReaderAt, size int64) (*ctIndex, error) {
	r := &ctReader{file: file, size: size}
	version, err := r.u32()
	if err != nil || version == 0 || version > 100 {
		return nil, ErrNotCT2
	}
	if version != 6 {
		return nil, fmt.Errorf("CTranslate2 file version %d is not supported (only 6): convert the model again with a current ct2-transformers-converter", version)
	}
	spec, err := r.text()
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNotCT2, err)
	}
	if spec != "WhisperSpec" {
		return nil, fmt.Errorf("%w: it holds a %q", ErrNotCT2, spec)
	}
	if _, err := r.u32(); err != nil { // revision of the specification
		return nil, err
	}
	count, err := r.u32()
	if err != nil {
		return nil, err
	}
	if count == 0 || count > 1<<16 {
		return nil, fmt.Errorf("%w: %d variables", ErrNotCT2, count)
	}
	ix := &ctIndex{file: file, variables: make(map[string]ctVariable)}
	for i := range count {
		name, v, err := r.variable()
		if err != nil {
			return nil, fmt.Errorf("variable %d of %d (%s): %w", i+1, count, name, err)
		}
		ix.variables[name] = v
	}
	return ix, ix.readAliases(r)
}

func (r *ctReader) variable() (string, ctVariable, error) {
	name, err := r.text()
	if err != nil {
		return "", ctVariable{}, err
	}
	b, err := r.take(1)
	if err != nil {
		return name, ctVariable{}, err
	}
	rank := b[0]
	if rank > maxDims {
		return name, ctVariable{}, fmt.Errorf("%d dimensions", rank)
	}
	var v ctVariable
	elements := int64(1)
	for range rank {
		d, err := r.u32()
		if err != nil {
			return name, v, err
		}
		if d == 0 || elements > maxElements/int64(d) {
			return name, v, fmt.Errorf("impossible dimensions %v x %d", v.dims, d)
		}
		elements *= int64(d)
		v.dims = append(v.dims, int64(d))
	}
	if b, err = r.take(1); err != nil {
		return name, v, err
	}
	v.kind = b[0]
	stored, err := r.u32()
	if err != nil {
		return name, v, err
	}
	size, known := ctSize[v.kind]
	if !known || int64(stored) != elements*size {
		return name, v, fmt.Errorf("%d bytes of element type %d for %v elements: the file is altered", stored, v.kind, v.dims)
	}
	v.offset, v.bytes = r.at, int64(stored)
	if v.bytes > r.size-r.at {
		return name, v, fmt.Errorf("the file breaks off: %w", io.ErrUnexpectedEOF)
	}
	r.at += v.bytes
	return name, v, nil
}

// readAliases lets a name stand for a variable that is stored once.
func (ix *ctIndex) readAliases(r *ctReader) error {
	count, err := r.u32()
	if err != nil {
		return fmt.Errorf("aliases: %w", err)
	}
	for range min(count, 1<<16) {
		alias, err := r.text()
		if err != nil {
			return fmt.Errorf("aliases: %w", err)
		}
		name, err := r.text()
		if err != nil {
			return fmt.Errorf("aliases: %w", err)
		}
		if v, ok := ix.variables[name]; ok {
			ix.variables[alias] = v
		}
	}
	return nil
}

// find returns a variable that must have the given dimensions; -1 matches any size.
func (ix *ctIndex) find(name string, dims ...int64) (ctVariable, error) {
	v, ok := ix.variables[name]
	if !ok {
		return v, fmt.Errorf("the model has no %s", name)
	}
	if len(v.dims) != len(dims) {
		return v, fmt.Errorf("%s has shape %v", name, v.dims)
	}
	for i, d := range dims {
		if d >= 0 && v.dims[i] != d {
			return v, fmt.Errorf("%s has shape %v, not %v", name, v.dims, dims)
		}
	}
	return v, nil
}

// number reads a whole number stored as a scalar.
func (ix *ctIndex) number(name string) (int64, error) {
	v, err := ix.find(name)
	if err != nil {
		return 0, err
	}
	b := make([]byte, v.bytes)
	if _, err := ix.file.ReadAt(b, v.offset); err != nil && err != io.EOF {
		return 0, err
	}
	switch v.kind {
	case ctInt8:
		return int64(int8(b[0])), nil
	case ctInt16:
		return int64(int16(binary.LittleEndian.Uint16(b))), nil
	case ctInt32:
		return int64(int32(binary.LittleEndian.Uint32(b))), nil
	}
	return 0, fmt.Errorf("%s is not a whole number", name)
}

// layers counts the blocks named prefix_0, prefix_1, ...
func (ix *ctIndex) layers(prefix string) int64 {
	for n := int64(0); ; n++ {
		if _, ok := ix.variables[fmt.Sprintf("%s_%d/ffn/linear_0/weight", prefix, n)]; !ok {
			return n
		}
	}
}
