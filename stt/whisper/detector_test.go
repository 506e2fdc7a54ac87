//go:build whisper

package whisper_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"deputy/audio"
	"deputy/stt/whisper/internal/reference"
)

// The detector streams: window by window it must say exactly what whisper.cpp
// says of the whole recording.
func TestDetectorStreamsExactly(t *testing.T) {
	path := model(t, "ggml-silero-v6.2.0.bin")
	for _, c := range clips(t, "dictation_misc")[:5] {
		s := samples(t, c.path)
		s = s[:len(s)/audio.ScoreSize*audio.ScoreSize]
		want, err := reference.Silero(path, s)
		if err != nil {
			t.Fatal(err)
		}
		d := detector(t)
		voiced := 0
		for i := range want {
			got := d.Score(s[i*audio.ScoreSize : (i+1)*audio.ScoreSize])
			if math.Abs(float64(got-want[i])) > 1e-6 {
				t.Fatalf("%s: window %d: got %v, want %v", c.path, i, got, want[i])
			}
			if got > 0.5 {
				voiced++
			}
		}
		if voiced*3 < len(want) {
			t.Errorf("%s: %d of %d windows are speech, want a third at least", c.path, voiced, len(want))
		}
	}
}

func TestDetectorForgetsAndHeals(t *testing.T) {
	d := detector(t)
	s := samples(t, clips(t, "dictation_misc")[0].path)
	scores := func() []float32 {
		var out []float32
		for i := 0; i+audio.ScoreSize <= len(s); i += audio.ScoreSize {
			out = append(out, d.Score(s[i:i+audio.ScoreSize]))
		}
		return out
	}
	first := scores()
	d.Reset()
	if again := scores(); !slices.Equal(first, again) {
		t.Error("after Reset the same sound scores otherwise")
	}
	bad := make([]float32, audio.ScoreSize)
	for i := range bad {
		bad[i] = float32(math.NaN())
	}
	d.Reset()
	if p := d.Score(bad); !(p >= 0 && p <= 1) {
		t.Errorf("got %v for what is no number", p)
	}
	after := scores()
	if m := slices.Max(after); !(m > 0.9) {
		t.Errorf("got at most %v from speech after a window of what is no number", m)
	}
	if err := errors.Join(d.Close(), d.Close()); err != nil {
		t.Error(err)
	}
	if p := d.Score(s[:audio.ScoreSize]); p != 0 {
		t.Errorf("got %v after Close, want 0", p)
	}
}

func BenchmarkDetector(b *testing.B) {
	d := detector(b)
	frame := make([]float32, audio.ScoreSize)
	for b.Loop() {
		d.Score(frame)
	}
}
