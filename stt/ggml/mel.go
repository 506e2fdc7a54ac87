package ggml

import "math"

// Whisper's front end: 16 kHz, windows of 400 samples.
const (
	melRate   = 16000
	melWindow = 400
	melBins   = melWindow/2 + 1
)

// melFilters gives the Slaney mel filters Whisper was trained with, row-major
// [mels][201], area-normalised. Every triangle is computed in float64, rounded, scaled
// by its float64 norm and rounded again: the same bytes as the table in the canonical
// files, for 80 and for 128 mels.
func melFilters(mels int) []float32 {
	edges := make([]float64, mels+2)
	top := hzToMel(melRate / 2)
	step := top / float64(mels+1)
	for i := range edges {
		edges[i] = melToHz(float64(i) * step)
	}
	edges[mels+1] = melToHz(top)
	filters := make([]float32, 0, mels*melBins)
	for i := range mels {
		norm := 2 / (edges[i+2] - edges[i])
		for bin := range melBins {
			f := float64(bin) * melRate / melWindow
			rise := (f - edges[i]) / (edges[i+1] - edges[i])
			fall := (edges[i+2] - f) / (edges[i+2] - edges[i+1])
			triangle := float32(math.Max(0, math.Min(rise, fall)))
			filters = append(filters, float32(float64(triangle)*norm))
		}
	}
	return filters
}

// Slaney's scale: linear below 1 kHz (200/3 Hz a mel), logarithmic above.
var melLogStep = math.Log(6.4) / 27

const (
	melLinear  = 200.0 / 3
	melBreakHz = 1000.0
	melBreak   = melBreakHz / melLinear
)

func hzToMel(hz float64) float64 {
	if hz < melBreakHz {
		return hz / melLinear
	}
	return melBreak + math.Log(hz/melBreakHz)/melLogStep
}

func melToHz(mel float64) float64 {
	if mel < melBreak {
		return mel * melLinear
	}
	return melBreakHz * math.Exp(melLogStep*(mel-melBreak))
}
