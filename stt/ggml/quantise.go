package ggml

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// formatQ8 is what a quantised file writes as its type: 1000 x the quantisation
// version (2) + ggml's number for "mostly q8_0" (7).
const formatQ8 = 2*1000 + 7

// q8Block is q8_0's unit: 32 numbers as one f16 scale and 32 signed bytes.
const q8Block = 32

// QuantiseQ8 copies a ggml Whisper file from r to w with every weight matrix as q8_0:
// about half the size of f16. The bytes are those that whisper.cpp's own quantiser
// writes. An already quantised file is refused. r and w need not be buffered.
func QuantiseQ8(ctx context.Context, w io.Writer, r io.Reader) error {
	err := recast(ctx, w, r, weights{format: formatQ8, kind: Q8_0, group: q8Block, cast: quantiseBlocks})
	if err != nil {
		return fmt.Errorf("quantise: %w", err)
	}
	return nil
}

// quantiseBlocks appends the q8_0 form of raw, whole blocks of f16 or f32 numbers.
func quantiseBlocks(out, raw []byte, from ElementType) []byte {
	_, bytes := from.block()
	width := int(bytes)
	var x [q8Block]float32
	for at := 0; at < len(raw); at += q8Block * width {
		var largest float32
		for i := range x {
			x[i] = number(raw[at+i*width:], from)
			if a := float32(math.Abs(float64(x[i]))); a > largest {
				largest = a
			}
		}
		scale := largest / 127
		var inverse float32
		if scale != 0 {
			inverse = 1 / scale
		}
		out = binary.LittleEndian.AppendUint16(out, floatToHalf(scale))
		for _, v := range x {
			// The product is rounded to float32 before it is rounded to a whole number,
			// half away from zero, as ggml does.
			out = append(out, byte(int8(math.Round(float64(v*inverse)))))
		}
	}
	return out
}
