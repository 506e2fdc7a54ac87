// Package audiotest makes sound for tests: samples from nowhere, sources that
// follow a script, a detector that follows another, and TestSource, the suite
// that every audio.Source passes. It must not know any device or file format.
package audiotest

import (
	"math"
	"math/rand/v2"
	"time"

	"deputy/audio"
)

// Silence is d of zeros at audio.Rate.
func Silence(d time.Duration) []float32 { return make([]float32, audio.Count(d)) }

// Tone is d of a sine of hz hertz and the given amplitude at audio.Rate.
func Tone(d time.Duration, hz, amplitude float64) []float32 {
	return ToneAt(audio.Rate, d, hz, amplitude)
}

// ToneAt is Tone at any rate.
func ToneAt(rate int, d time.Duration, hz, amplitude float64) []float32 {
	s := make([]float32, int64(d)*int64(rate)/int64(time.Second))
	for i := range s {
		s[i] = float32(amplitude * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
	}
	return s
}

// Noise is d of white noise with the given root mean square at audio.Rate. The
// same seed gives the same noise.
func Noise(d time.Duration, rms float64, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	s := make([]float32, audio.Count(d))
	for i := range s {
		s[i] = float32(max(-1, min(1, rms*rng.NormFloat64())))
	}
	return s
}

// Join puts sounds one after another.
func Join(parts ...[]float32) []float32 {
	var all []float32
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// RMS is the root mean square of s.
func RMS(s []float32) float64 {
	if len(s) == 0 {
		return 0
	}
	sum := 0.0
	for _, x := range s {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum / float64(len(s)))
}

// Power is the mean square that s has at hz, by Goertzel's method with a Hann
// window: a sine of amplitude a at hz gives about a*a/2.
func Power(s []float32, rate int, hz float64) float64 {
	n := float64(len(s))
	if n < 2 {
		return 0
	}
	var re, im, weight float64
	for i, x := range s {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/(n-1))
		phase := 2 * math.Pi * hz * float64(i) / float64(rate)
		re += w * float64(x) * math.Cos(phase)
		im += w * float64(x) * math.Sin(phase)
		weight += w
	}
	amplitude := 2 * math.Hypot(re, im) / weight
	return amplitude * amplitude / 2
}
