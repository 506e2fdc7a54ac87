package audio

import "math"

// Energy is a Detector that goes by loudness alone: whatever stands 9 dB out of
// the steady noise counts. It can't tell a voice from a door, so it is only for
// where Silero is missing. The zero value is ready.
type Energy struct {
	floor   float64 // level of the noise, in decibels
	started bool
	last    float64 // last sample, for the high-pass filter
}

// Score has the contract of Detector.
func (e *Energy) Score(frame []float32) float32 {
	if len(frame) == 0 {
		return 0
	}
	// The difference of neighbours takes away offset and hum, which a voice
	// doesn't need, and keeps 1 kHz at about -8 dB.
	var sum float64
	for _, s := range frame {
		d := float64(s) - e.last
		e.last = float64(s)
		sum += d * d
	}
	level := decibels(sum / float64(len(frame)))
	const (
		quiet   = -72.0                  // nothing below it is a voice
		rise    = 4.0 * ScoreSize / Rate // the floor's way up, 4 dB a second
		fall    = 0.5                    // its way down, half of the way a frame
		assumed = -60.0                  // before anything was heard
	)
	if !e.started {
		e.started, e.floor = true, assumed
	}
	over := level - max(e.floor, quiet)
	if level < e.floor {
		e.floor += fall * (level - e.floor)
	} else {
		e.floor = min(level, e.floor+rise)
	}
	return float32(1 / (1 + math.Exp(-(over-9)/1.5)))
}
