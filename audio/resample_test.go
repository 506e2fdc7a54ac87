package audio_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
)

func resample(t *testing.T, samples []float32, from, to, most int) []float32 {
	t.Helper()
	src := audiotest.NewScript(from, audiotest.Step{Samples: samples, Most: most})
	out, err := audio.ReadAll(audio.Resample(src, to))
	if err != nil {
		t.Fatalf("%d -> %d Hz: %v", from, to, err)
	}
	return out
}

var rates = []struct{ from, to int }{
	{8000, 16000}, {11025, 16000}, {12000, 16000}, {22050, 16000}, {24000, 16000}, {32000, 16000},
	{44100, 16000}, {47999, 16000}, {48000, 16000}, {88200, 16000}, {96000, 16000}, {192000, 16000},
	{16000, 44100}, {16000, 48000}, {22050, 48000},
}

// A sine in the passband comes out as the same sine, to 60 dB: same level, same
// phase, no delay.
func TestResamplePassband(t *testing.T) {
	for _, r := range rates {
		nyquist := float64(min(r.from, r.to)) / 2
		for _, hz := range []float64{100, 1000, 0.5 * nyquist, 0.85 * nyquist} {
			out := resample(t, audiotest.ToneAt(r.from, time.Second, hz, 0.5), r.from, r.to, 0)
			want := audiotest.ToneAt(r.to, time.Second, hz, 0.5)
			var signal, noise float64
			for i := r.to / 10; i < r.to*9/10; i++ { // the ends are transients
				d := float64(out[i] - want[i])
				signal += float64(want[i]) * float64(want[i])
				noise += d * d
			}
			if snr := 10 * math.Log10(signal/noise); snr < 60 {
				t.Errorf("%d -> %d Hz, sine of %.0f Hz: got %.1f dB above the error, want 60", r.from, r.to, hz, snr)
			}
		}
	}
}

// A sine above the new Nyquist frequency is gone, not folded back.
func TestResampleAliases(t *testing.T) {
	for _, r := range rates {
		if r.from <= r.to {
			continue
		}
		for _, share := range []float64{1.01, 1.2, 1.45, 1.9} {
			hz := share * float64(r.to) / 2
			if hz >= float64(r.from)/2 {
				continue
			}
			out := resample(t, audiotest.ToneAt(r.from, time.Second, hz, 0.5), r.from, r.to, 0)
			level := 20 * math.Log10(audiotest.RMS(out[r.to/10:r.to*9/10])/(0.5/math.Sqrt2))
			if level > -60 {
				t.Errorf("%d -> %d Hz, sine of %.0f Hz: got %.1f dB left, want -60 at most", r.from, r.to, hz, level)
			}
		}
	}
}

// An image of the input above its Nyquist frequency isn't made up.
func TestResampleImages(t *testing.T) {
	out := resample(t, audiotest.ToneAt(8000, time.Second, 3000, 0.5), 8000, 16000, 0)
	if got := 10 * math.Log10(audiotest.Power(out[1600:14400], 16000, 5000)/0.125); got > -60 {
		t.Errorf("8000 -> 16000 Hz, sine of 3000 Hz: got %.1f dB at 5000 Hz, want -60 at most", got)
	}
}

func TestResampleLength(t *testing.T) {
	for _, r := range rates {
		for _, n := range []int{0, 1, 2, 100, 9999, 100003} {
			want := (int64(n)*int64(r.to) + int64(r.from) - 1) / int64(r.from)
			if got := len(resample(t, make([]float32, n), r.from, r.to, 0)); int64(got) != want {
				t.Errorf("%d -> %d Hz, %d samples: got %d, want %d", r.from, r.to, n, got, want)
			}
		}
	}
}

func TestResampleChunks(t *testing.T) {
	in := audiotest.Noise(300*time.Millisecond, 0.2, 7)
	for _, r := range rates {
		want := resample(t, in, r.from, r.to, 0)
		for _, most := range []int{1, 13, 1000} {
			if got := resample(t, in, r.from, r.to, most); !slices.Equal(got, want) {
				t.Errorf("%d -> %d Hz, %d at a time: the result differs", r.from, r.to, most)
			}
		}
	}
}

func TestResampleRates(t *testing.T) {
	src := audio.Slice(make([]float32, 10), audio.Rate)
	if audio.Resample(src, audio.Rate) != src {
		t.Error("same rate: got a new source, want the old one")
	}
	for _, from := range []int{0, -1, 3, 1 << 30} {
		if _, err := audio.ReadAll(audio.Resample(audio.Slice(nil, from), audio.Rate)); err == nil {
			t.Errorf("from %d Hz: got no error, want one", from)
		}
	}
}

func BenchmarkResample(b *testing.B) {
	for _, from := range []int{44100, 48000} {
		b.Run(fmt.Sprint(from), func(b *testing.B) {
			in := make([]float32, from)
			for b.Loop() {
				audio.ReadAll(audio.Resample(audio.Slice(in, from), audio.Rate))
			}
		})
	}
}
