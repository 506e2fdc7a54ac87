package noise

import (
	"context"
	"math"
	"math/rand/v2"

	"deputy/audio"
)

// madeClips are sounds that are made anew each time they are due.
func madeClips(rng *rand.Rand) map[string][]noiseClip {
	clip := func(name string, f func(*rand.Rand, []float32)) noiseClip {
		return noiseClip{name, func(context.Context) ([]float32, error) {
			out := make([]float32, 10*audio.Rate)
			f(rng, out)
			amplify(out, float32(math.Pow(10, -1.5*rng.Float64()))) // down to -30 dB
			return out, nil
		}}
	}
	return map[string][]noiseClip{
		"made sounds": {
			clip("silence", func(*rand.Rand, []float32) {}),
			clip("hum of 50 Hz", func(_ *rand.Rand, out []float32) { hum(out, 50) }),
			clip("hum of 60 Hz", func(_ *rand.Rand, out []float32) { hum(out, 60) }),
			clip("white noise", white), clip("pink noise", pink), clip("gusts", gusts),
			clip("clicks", clicks), clip("keyboard", keyboard), clip("knocks", knocks), clip("alarm", alarm),
		},
		"made music": {clip("chords", chords), clip("song without words", song), clip("drums", drums)},
	}
}

// hum is a mains hum with its harmonics.
func hum(out []float32, hertz float64) {
	for i := range out {
		t := 2 * math.Pi * hertz * float64(i) / audio.Rate
		out[i] = float32(0.5*math.Sin(t) + 0.25*math.Sin(2*t) + 0.15*math.Sin(3*t))
	}
}

func white(rng *rand.Rand, out []float32) {
	for i := range out {
		out[i] = 0.6 * (2*rng.Float32() - 1)
	}
}

// pink falls by 3 dB an octave: Paul Kellet's filter in its short form.
func pink(rng *rand.Rand, out []float32) {
	var a, b, c float64
	for i := range out {
		w := 2*rng.Float64() - 1
		a = 0.99765*a + 0.0990460*w
		b = 0.96300*b + 0.2965164*w
		c = 0.57000*c + 1.0526913*w
		out[i] = float32(0.15 * (a + b + c + 0.1848*w))
	}
}

// gusts is pink noise that swells in the rhythm of syllables.
func gusts(rng *rand.Rand, out []float32) {
	pink(rng, out)
	rate := 2 + 4*rng.Float64()
	for i := range out {
		out[i] *= float32(1.5 * math.Pow(math.Sin(math.Pi*rate*float64(i)/audio.Rate), 2))
	}
}

// burst adds a decaying sound at a position: noise and a tone.
func burst(rng *rand.Rand, out []float32, at int, seconds, hertz, noise, level float64) {
	for i := 0; i < int(5*seconds*audio.Rate) && at+i < len(out); i++ {
		t := float64(i) / audio.Rate
		x := noise*(2*rng.Float64()-1) + (1-noise)*math.Sin(2*math.Pi*hertz*t)
		out[at+i] += float32(level * x * math.Exp(-t/seconds))
	}
}

// every calls f at positions that lie about so many seconds apart.
func every(rng *rand.Rand, out []float32, seconds float64, f func(at int)) {
	for at := 0; at < len(out); at += int(audio.Rate * seconds * (0.4 + 1.2*rng.Float64())) {
		f(at)
	}
}

func clicks(rng *rand.Rand, out []float32) {
	every(rng, out, 0.4, func(at int) { burst(rng, out, at, 0.001, 3000, 0.9, 0.9) })
}

func keyboard(rng *rand.Rand, out []float32) {
	every(rng, out, 0.14, func(at int) {
		burst(rng, out, at, 0.004, 1800+1500*rng.Float64(), 0.8, 0.3+0.4*rng.Float64())
		burst(rng, out, at+audio.Rate/14, 0.003, 2500, 0.8, 0.2)
	})
}

func knocks(rng *rand.Rand, out []float32) {
	every(rng, out, 0.5, func(at int) { burst(rng, out, at, 0.03, 120+100*rng.Float64(), 0.2, 0.9) })
}

func alarm(rng *rand.Rand, out []float32) {
	hertz := 700 + 1500*rng.Float64()
	for at := 0; at < len(out); at += audio.Rate / 2 {
		for i := 0; i < audio.Rate/5 && at+i < len(out); i++ {
			out[at+i] = float32(0.6 * math.Sin(2*math.Pi*hertz*float64(i)/audio.Rate))
		}
	}
}

// note is a tone with harmonics, a soft beginning and vibrato.
func note(out []float32, at int, seconds, hertz, level, vibrato float64) {
	phase := 0.0
	for i := 0; i < int(seconds*audio.Rate) && at+i < len(out); i++ {
		t := float64(i) / audio.Rate
		phase += 2 * math.Pi * hertz * (1 + vibrato*math.Sin(2*math.Pi*5.5*t)) / audio.Rate
		x := 0.0
		for k := 1.0; k < 7; k++ {
			x += math.Sin(k*phase) / (k * k)
		}
		out[at+i] += float32(level * x * min(1, 20*t) * min(1, 10*(seconds-t)))
	}
}

// scale is a major scale's note number n above a.
func scale(n int) float64 {
	return 220 * math.Pow(2, float64([]int{0, 2, 4, 5, 7, 9, 11}[n%7]+12*(n/7))/12)
}

func chords(rng *rand.Rand, out []float32) {
	for at := 0; at < len(out); at += audio.Rate {
		root := rng.IntN(7)
		for _, third := range []int{0, 2, 4} {
			note(out, at, 1, scale(root+third), 0.2, 0)
		}
	}
}

// song is a melody with vibrato, in the range of a voice, over a bass.
func song(rng *rand.Rand, out []float32) {
	n := 4
	for at := 0; at < len(out); {
		length := []float64{0.25, 0.5, 0.5, 1}[rng.IntN(4)]
		n = max(0, min(10, n+rng.IntN(5)-2))
		note(out, at, length, scale(n), 0.4, 0.01)
		note(out, at, length, scale(n%7)/4, 0.2, 0)
		at += int(length * audio.Rate)
	}
}

func drums(rng *rand.Rand, out []float32) {
	for step, at := 0, 0; at < len(out); step, at = step+1, at+audio.Rate/8 {
		burst(rng, out, at, 0.01, 6000, 1, 0.15)
		switch step % 8 {
		case 0, 3:
			burst(rng, out, at, 0.08, 60, 0.05, 0.8)
		case 4:
			burst(rng, out, at, 0.05, 190, 0.7, 0.6)
		}
	}
}
