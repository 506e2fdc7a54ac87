package ggml

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// formatBF16 is ggml's file type "mostly bf16".
const formatBF16 = 24

// ToBF16 copies a ggml Whisper file of f16 or f32 from r to w with every weight
// matrix as bf16, the upper half of a float32: as large as f16, and faster on
// processors that multiply bf16 themselves. r and w need not be buffered.
func ToBF16(ctx context.Context, w io.Writer, r io.Reader) error {
	if err := recast(ctx, w, r, weights{format: formatBF16, kind: BF16, group: 1, cast: shorten}); err != nil {
		return fmt.Errorf("convert to bf16: %w", err)
	}
	return nil
}

// shorten appends the bf16 form of raw, rounded to the nearest, ties to even.
func shorten(out, raw []byte, from ElementType) []byte {
	_, width := from.block()
	for at := 0; at < len(raw); at += int(width) {
		bits := math.Float32bits(number(raw[at:], from))
		if bits&0x7fffffff > 0x7f800000 {
			bits |= 0x400000 // not a number, whatever is cut off
		} else {
			bits += 0x7fff + bits>>16&1
		}
		out = binary.LittleEndian.AppendUint16(out, uint16(bits>>16))
	}
	return out
}
