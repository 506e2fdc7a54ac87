package audio

import (
	"errors"
	"fmt"
	"io"
	"math"
	"sync/atomic"
)

// Resample gives src at another rate, in hertz; src itself if it has that rate
// already. It streams, 2.5 ms behind the lower of the two rates, and yields
// ceil(n*rate/src.Rate()) samples for n whatever the sizes they are read in.
//
// The filter is a Kaiser-windowed sinc (J. O. Smith, "Digital Audio Resampling
// Home Page"): flat to 7/8 of the lower Nyquist frequency, 80 dB down from that
// frequency on, so 48 kHz becomes 16 kHz with nothing folded back.
func Resample(src Source, rate int) Source {
	if src.Rate() == rate {
		return src
	}
	r := &resampler{src: src, rate: rate}
	from := src.Rate()
	if from < 1000 || from > 768000 || rate < 1000 || rate > 768000 {
		r.err = fmt.Errorf("can't resample %d Hz to %d Hz", from, rate)
		return r
	}
	d := gcd(from, rate)
	r.up, r.down = int64(rate/d), int64(from/d)
	r.plan(min(1, float64(rate)/float64(from)))
	return r
}

const (
	halfWidth  = 40   // of the filter, in samples at the lower rate
	kaiserBeta = 7.86 // 80 dB
	cutoff     = 0.9375
	maxPhases  = 4096 // for odd ratios: the nearest of these, an error below -75 dB
)

type resampler struct {
	src      Source
	rate     int
	up, down int64 // rate : src.Rate(), in lowest terms
	half     int   // input samples on either side of an output sample
	phases   int
	taps     [][]float32 // by phase, 2*half each, made when first needed
	scale    float64     // lower rate : src.Rate()

	in    []float32 // input from position base on
	base  int64
	total int64 // input samples seen, without the padding at the end
	out   int64 // output samples given
	err   error // of src, kept until what came before it is given
	chunk []float32

	closed atomic.Bool
}

func (r *resampler) plan(scale float64) {
	r.scale = scale
	r.half = int(math.Ceil(halfWidth / scale))
	r.phases = int(min(r.up, maxPhases))
	r.taps = make([][]float32, r.phases)
	r.in = make([]float32, r.half) // silence before the beginning
	r.base = -int64(r.half)
	r.chunk = make([]float32, max(64, r.src.Rate()/50))
}

func (r *resampler) Rate() int { return r.rate }

func (r *resampler) Close() error {
	r.closed.Store(true)
	return r.src.Close()
}

func (r *resampler) Read(buf []float32) (int, error) {
	for {
		if r.closed.Load() {
			return 0, ErrClosed
		}
		if n := r.give(buf); n > 0 || len(buf) == 0 {
			return n, nil
		}
		if r.err != nil {
			return 0, r.err
		}
		n, err := r.src.Read(r.chunk)
		r.in = append(r.in, r.chunk[:n]...)
		r.total += int64(n)
		if r.err = err; errors.Is(err, io.EOF) {
			r.in = append(r.in, make([]float32, r.half+1)...)
		} else if err != nil {
			r.in = r.in[:0] // closed or dead: what is in the filter goes with it
			r.total = 0
		}
	}
}

// give computes output samples until buf is full or input is missing.
func (r *resampler) give(buf []float32) int {
	n := 0
	for n < len(buf) && r.taps != nil {
		at := r.out * r.down
		pos, frac := at/r.up, at%r.up
		first := pos - int64(r.half) + 1 - r.base
		if pos >= r.total || first+int64(2*r.half) > int64(len(r.in)) {
			break
		}
		phase := frac
		if int64(r.phases) != r.up {
			phase = (frac*int64(r.phases) + r.up/2) / r.up
			if phase == int64(r.phases) { // nearer to the next input sample
				phase, first = 0, first+1
				if first+int64(2*r.half) > int64(len(r.in)) {
					break
				}
			}
		}
		buf[n] = dot(r.filter(int(phase)), r.in[first:])
		n++
		r.out++
	}
	if n == 0 {
		return 0
	}
	// Input before the next output sample's filter isn't needed again.
	drop := r.out*r.down/r.up - int64(r.half) + 1 - r.base
	if drop = min(drop, int64(len(r.in))); drop > int64(len(r.chunk)) {
		r.in = r.in[:copy(r.in, r.in[drop:])]
		r.base += drop
	}
	return n
}

// filter gives the taps for an output sample that lies phase/phases of an input
// sample after input sample half-1.
func (r *resampler) filter(phase int) []float32 {
	if t := r.taps[phase]; t != nil {
		return t
	}
	t := make([]float64, 2*r.half)
	sum := 0.0
	for i := range t {
		x := (float64(i-r.half+1) - float64(phase)/float64(r.phases)) * r.scale
		t[i] = sinc(cutoff*x) * kaiser(x/halfWidth)
		sum += t[i]
	}
	taps := make([]float32, len(t))
	for i := range t {
		taps[i] = float32(t[i] / sum) // no phase louder than another
	}
	r.taps[phase] = taps
	return taps
}

func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the window at x in [-1, 1].
func kaiser(x float64) float64 {
	if x < -1 || x > 1 {
		return 0
	}
	return bessel(kaiserBeta*math.Sqrt(1-x*x)) / bessel(kaiserBeta)
}

// bessel is the modified Bessel function of the first kind, order 0.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= (x / 2 / k) * (x / 2 / k)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
