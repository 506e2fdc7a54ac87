package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"deputy/cmd/internal/cmdtest"
)

// soundFile writes a sound file of a kind: "silence", "buzz" (each a second at
// 16 kHz, the buzz amid silence), "8k" (the buzz at 8 kHz), "nan" (floats that
// are no numbers), "nothing" (a header, no samples), "3h" (silence, as a hole in
// the file; six minutes under the race detector), "cut" (it says it is longer than it is).
func soundFile(path, kind string) error {
	rate, samples := 16000, make([]float32, 3*16000)
	buzz := func() {
		for i := rate; i < 2*rate; i++ {
			samples[i] = float32(0.3 * math.Sin(float64(i)*3200/float64(rate)) * math.Sin(float64(i)*208/float64(rate)))
		}
	}
	var hole int64
	says := 0
	switch kind {
	case "silence":
	case "buzz":
		buzz()
	case "8k":
		rate, samples = 8000, samples[:3*8000]
		buzz()
	case "nan":
		for i := range samples {
			samples[i] = float32(math.NaN())
			if i%2 == 0 {
				samples[i] = float32(math.Inf(i%4 - 1))
			}
		}
	case "nothing":
		samples = nil
	case "3h":
		samples, hole = nil, int64(3*time.Hour/time.Second)*int64(rate)*4
		if cmdtest.Raced {
			hole /= 30
		}
	case "cut":
		buzz()
		says = 1 << 30
	default:
		return fmt.Errorf("there is no kind of sound %q", kind)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	size := int64(len(samples))*4 + hole
	if says == 0 {
		says = int(size)
	}
	le := binary.LittleEndian
	b := append([]byte(nil), "RIFF"...)
	b = le.AppendUint32(b, uint32(says+36))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 3) // floats
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*4))
	b = le.AppendUint16(b, 4)
	b = le.AppendUint16(b, 32)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(says))
	for _, s := range samples {
		b = le.AppendUint32(b, math.Float32bits(s))
	}
	_, err = f.Write(b)
	if hole > 0 {
		err = errors.Join(err, f.Truncate(int64(len(b))+hole))
	}
	return errors.Join(err, f.Close())
}
