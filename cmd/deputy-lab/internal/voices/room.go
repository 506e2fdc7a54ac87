package voices

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"deputy/audio"
)

// A Condition is where something is said. The zero value is a quiet room.
type Condition struct {
	// SNR is the level of the speech above the noise, in dB; 0 is without noise.
	SNR float64
	// Noise and Room choose among the recordings, modulo their number; Room 0 is
	// no room at all, the microphone is at the mouth.
	Noise, Room int
}

func (c Condition) String() string {
	s := "clean"
	if c.SNR != 0 {
		s = fmt.Sprintf("%g dB", c.SNR)
	}
	if c.Room != 0 {
		s += ", room"
	}
	return s
}

// Rooms holds recordings of noise and the responses of rooms.
type Rooms struct{ noises, responses [][]float32 }

// OpenRooms reads what the manifests under speech call noise and RIRs.
func OpenRooms(speech string) (*Rooms, error) {
	r := &Rooms{}
	manifests, err := filepath.Glob(filepath.Join(speech, "*", "manifest.tsv"))
	if err != nil {
		return nil, err
	}
	for _, m := range manifests {
		data, err := os.ReadFile(m)
		if err != nil {
			return nil, err
		}
		for line := range strings.SplitSeq(string(data), "\n") {
			cells := strings.Split(line, "\t")
			if len(cells) < 2 || cells[1] != "noise" && cells[1] != "RIRs" {
				continue
			}
			samples, err := ReadFile(filepath.Join(filepath.Dir(m), cells[0]))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", cells[0], err)
			}
			if cells[1] == "noise" {
				r.noises = append(r.noises, samples)
			} else {
				r.responses = append(r.responses, samples)
			}
		}
	}
	if len(r.noises) == 0 || len(r.responses) == 0 {
		return nil, fmt.Errorf("there is no noise, or no room response, in the folders of %s: name the recordings with -speech or DEPUTY_SPEECH", speech)
	}
	return r, nil
}

// The quiet before and behind what is said, in which the room's noise goes on:
// the detector gets used to it, and the endpoint fires.
const (
	before = audio.Rate * 7 / 10
	behind = audio.Rate * 13 / 10
)

// Put is what the microphone hears of samples in a condition. seed decides where
// in the noise it is said. Speech comes at about -20 dB, over a floor of -75 dB.
func (r *Rooms) Put(samples []float32, c Condition, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 2))
	if c.Room > 0 {
		samples = convolve(samples, r.responses[(c.Room-1)%len(r.responses)])
	}
	out := make([]float32, before+len(samples)+behind)
	level := speechLevel(samples)
	for i, s := range samples {
		out[before+i] = s * float32(0.1/max(level, 1e-6))
	}
	for i := range out {
		out[i] += float32(rng.NormFloat64() * 0.00018)
	}
	if c.SNR != 0 {
		noise := r.noises[c.Noise%len(r.noises)]
		gain := float32(0.1 / math.Pow(10, c.SNR/20) / max(rms(noise), 1e-6))
		from := rng.IntN(len(noise))
		for i := range out {
			out[i] += gain * noise[(from+i)%len(noise)]
		}
	}
	for i, s := range out {
		out[i] = max(-1, min(1, s))
	}
	return out
}

// speechLevel is the RMS of the parts in which something is said: windows of
// 20 ms within 25 dB of the loudest.
func speechLevel(x []float32) float64 {
	var powers []float64
	loudest := 0.0
	for ; len(x) >= audio.FrameSize; x = x[audio.FrameSize:] {
		p := math.Pow(rms(x[:audio.FrameSize]), 2)
		powers = append(powers, p)
		loudest = max(loudest, p)
	}
	sum, n := 0.0, 0
	for _, p := range powers {
		if p > loudest/316 {
			sum, n = sum+p, n+1
		}
	}
	return math.Sqrt(sum / max(1, float64(n)))
}

func rms(x []float32) float64 {
	sum := 0.0
	for _, s := range x {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / max(1, float64(len(x))))
}

// convolve is samples as they sound in a room. The response is cut where it has
// faded by 50 dB, or at half a second.
func convolve(samples, response []float32) []float32 {
	peak, end := float32(0), 0
	for _, s := range response {
		peak = max(peak, float32(math.Abs(float64(s))))
	}
	begin := -1
	for i, s := range response {
		if a := float32(math.Abs(float64(s))); a > peak/316 {
			end = i + 1
			if begin < 0 && a > peak/10 {
				begin = i
			}
		}
	}
	begin = max(begin, 0)
	response = response[begin:min(end, begin+audio.Rate/2)]
	out := make([]float32, len(samples)+len(response))
	for j, h := range response {
		if h == 0 {
			continue
		}
		for i, s := range samples {
			out[i+j] += h * s
		}
	}
	return out
}
