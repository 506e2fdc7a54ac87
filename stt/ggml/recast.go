package ggml

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// weights says how weight matrices are to be written.
type weights struct {
	format int32 // the header's file type
	kind   ElementType
	group  int32 // how many numbers are stored together; a row's length is a multiple
	// cast appends the new form of raw, whole groups of f16 or f32 numbers.
	cast func(out, raw []byte, from ElementType) []byte
}

// keptWhole are two-dimensional tensors that stay as they are: too small to gain and
// too important to lose.
var keptWhole = map[string]bool{
	"encoder.conv1.bias": true, "encoder.conv2.bias": true,
	"encoder.positional_embedding": true, "decoder.positional_embedding": true,
}

// recast copies a ggml Whisper file of f16 or f32 from r to w with every weight
// matrix in another form.
func recast(ctx context.Context, w io.Writer, r io.Reader, to weights) error {
	in := bufio.NewReaderSize(r, 1<<20)
	out := bufio.NewWriterSize(w, 1<<20)
	h, err := copyPreamble(out, in, func(h *Header) { h.Format = to.format })
	if err != nil {
		return err
	}
	if h.Format > int32(F16) {
		return fmt.Errorf("the file is of type %d already: start from the f16 one", h.Format)
	}
	tensors := 0
	for ; ; tensors++ {
		head, err := readTensorHead(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("tensor %d: %w", tensors+1, cut(err))
		}
		if err := to.tensor(ctx, out, in, head); err != nil {
			return fmt.Errorf("%s: %w", head.name, err)
		}
	}
	if want := h.tensors(); tensors != want {
		return fmt.Errorf("the file holds %d of %d tensors: %w", tensors, want, io.ErrUnexpectedEOF)
	}
	return out.Flush()
}

// tensor copies one tensor, in the new form if it is a matrix of weights.
func (to weights) tensor(ctx context.Context, w io.Writer, r io.Reader, head tensorHead) error {
	size, err := head.bytes()
	if err != nil {
		return err
	}
	from := head.kind
	if from != F16 && from != F32 {
		return fmt.Errorf("element type %d can't be converted", from)
	}
	if len(head.dims) != 2 || keptWhole[head.name] {
		if err := head.write(w); err != nil {
			return err
		}
		return copyExactly(ctx, w, r, size)
	}
	if head.dims[0]%to.group != 0 {
		return fmt.Errorf("rows of %d are not a multiple of %d", head.dims[0], to.group)
	}
	_, width := from.block()
	head.kind = to.kind
	if err := head.write(w); err != nil {
		return err
	}
	raw := make([]byte, chunk*width)
	var out []byte
	for left := size; left > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := raw[:min(left, int64(len(raw)))]
		if _, err := io.ReadFull(r, part); err != nil {
			return cut(err)
		}
		left -= int64(len(part))
		out = to.cast(out[:0], part, from)
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	return nil
}

// number reads the first of raw's numbers.
func number(raw []byte, from ElementType) float32 {
	if from == F16 {
		return halfToFloat(binary.LittleEndian.Uint16(raw))
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(raw))
}
