package ggml

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// chunk is how many elements are converted at a time: a few hundred kilobytes.
const chunk = 64 << 10

// convert copies n elements from r (a CTranslate2 element type) to w (F32 or F16).
func convert(ctx context.Context, w io.Writer, to ElementType, r io.Reader, from byte, n int64) error {
	if from == ctInt8 || from == ctInt16 || from == ctInt32 {
		return fmt.Errorf("the weights are quantised to whole numbers, which can't be turned back: take the float16 or float32 form of the model")
	}
	size := ctSize[from]
	if size == 0 || to != F32 && to != F16 {
		return fmt.Errorf("no conversion from element type %d to %d", from, to)
	}
	in := make([]byte, chunk*size)
	var out []byte
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		step := min(n, chunk)
		raw := in[:step*size]
		if _, err := io.ReadFull(r, raw); err != nil {
			return cut(err)
		}
		if from == ctFloat16 && to == F16 || from == ctFloat32 && to == F32 {
			out = append(out[:0], raw...)
		} else {
			out = reformat(out[:0], to, raw, from)
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
		n -= step
	}
	return nil
}

func reformat(out []byte, to ElementType, raw []byte, from byte) []byte {
	for i := int64(0); i < int64(len(raw)); i += ctSize[from] {
		var f float32
		switch from {
		case ctFloat32:
			f = math.Float32frombits(binary.LittleEndian.Uint32(raw[i:]))
		case ctFloat16:
			f = halfToFloat(binary.LittleEndian.Uint16(raw[i:]))
		case ctBfloat16:
			f = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[i:])) << 16)
		}
		if to == F16 {
			out = binary.LittleEndian.AppendUint16(out, floatToHalf(f))
		} else {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(f))
		}
	}
	return out
}
