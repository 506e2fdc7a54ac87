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

// benched opens the engine on the model file that DEPUTY_BENCH_MODEL names, or on
// the smallest form of base, with four seconds of noise to hear.
func benched(b *testing.B, flash bool) *native {
	runtime.LockOSThread()
	b.Cleanup(runtime.UnlockOSThread)
	model := os.Getenv("DEPUTY_BENCH_MODEL")
	if model == "" {
		cache, _ := os.UserCacheDir() // without one there is no model either
		model = filepath.Join(cache, "deputy", "models", "ggml-base-q8_0.bin")
	}
	if _, err := os.Stat(model); err != nil {
		b.Skipf("%v; get it with deputy models pull", err)
	}
	o := Options{}.withDefaults()
	hearLog(o.Logger)
	ctx := open(model, flash)
	if ctx == nil {
		b.Fatalf("whisper.cpp can't load %s", model)
	}
	e := newNative(ctx, o.Threads)
	b.Cleanup(e.Free)
	s := make([]float32, 4*audio.Rate)
	for i := range s {
		s[i] = rand.Float32()*0.1 - 0.05
	}
	if err := e.Load(s); err != nil {
		b.Fatal(err)
	}
	return e
}

// BenchmarkEncode times one pass of the encoder by kind of attention and window.
func BenchmarkEncode(b *testing.B) {
	for _, flash := range []bool{false, true} {
		b.Run(fmt.Sprintf("flash=%v", flash), func(b *testing.B) {
			e := benched(b, flash)
			for _, window := range []int{256, 384, 512, 640, 768, 1024, 1500} {
				b.Run(fmt.Sprint(window), func(b *testing.B) {
					for b.Loop() {
						if err := e.Encode(0, window); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

// BenchmarkDecode times sixteen tokens, a short order's worth, by threads.
func BenchmarkDecode(b *testing.B) {
	e := benched(b, false)
	if err := e.Encode(0, DefaultFloor); err != nil {
		b.Fatal(err)
	}
	for _, e.writers = range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", e.writers), func(b *testing.B) {
			for b.Loop() {
				for i := range 16 {
					if _, err := e.Decode([]int32{e.vocab.sot}, i); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
