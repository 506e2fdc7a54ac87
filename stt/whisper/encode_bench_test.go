//go:build whisper

package whisper

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"deputy/audio"
)

// BenchmarkEncode times one pass of the encoder by window. DEPUTY_BENCH_MODEL names
// another model file than the default.
func BenchmarkEncode(b *testing.B) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	model := os.Getenv("DEPUTY_BENCH_MODEL")
	if model == "" {
		cache, _ := os.UserCacheDir()
		model = filepath.Join(cache, "deputy", "models", "ggml-base-q8_0.bin")
	}
	hearLog(Options{}.withDefaults().Logger)
	ctx := open(model)
	if ctx == nil {
		b.Skipf("no model %s", model)
	}
	e := newNative(ctx, Options{}.withDefaults().Threads)
	defer e.Free()
	s := make([]float32, 4*audio.Rate)
	for i := range s {
		s[i] = rand.Float32()*0.1 - 0.05
	}
	if err := e.Load(s); err != nil {
		b.Fatal(err)
	}
	for _, window := range []int{256, 384, 512, 640, 768, 1024, 1500} {
		b.Run(fmt.Sprint(window), func(b *testing.B) {
			for b.Loop() {
				if err := e.Encode(0, window); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Decode([]int32{e.vocab.sot}, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
}
