package whisper

import (
	"cmp"
	"math"
	"slices"
)

// A tongue is a language that a window may be read in.
type tongue struct {
	id int
	p  float32
}

const (
	// foreign is how probable a language outside the set must be, and beyond
	// six times the set's best, to be taken at its word: short English and Korean
	// words are often given to Japanese, Welsh or Norwegian by a narrow margin.
	foreign      = 0.5
	foreignTimes = 6
	// doubt is how many times likelier than the second the first language must be
	// to be believed without reading the second too.
	doubt = 4
)

// tongues chooses the languages to read in, likeliest first: one when the matter
// is clear, two when only the text can tell. set holds language ids; empty means
// all. It is a function of its arguments.
func tongues(probs []float32, set []int) []tongue {
	all := make([]tongue, len(probs))
	for i, p := range probs {
		all[i] = tongue{i, p}
	}
	byProb := func(a, b tongue) int { return cmp.Compare(b.p, a.p) }
	slices.SortStableFunc(all, byProb)
	if len(set) == 0 || len(all) == 0 {
		return all[:min(1, len(all))]
	}
	var ours []tongue
	for _, t := range all {
		if slices.Contains(set, t.id) {
			ours = append(ours, t)
		}
	}
	switch top := all[0]; {
	case len(ours) == 0:
		return all[:1]
	case !slices.Contains(set, top.id) && top.p >= foreign && top.p >= foreignTimes*ours[0].p:
		return all[:1]
	case len(ours) > 1 && ours[0].p < doubt*ours[1].p:
		return ours[:2]
	}
	return ours[:1]
}

func logOf(p float32) float64 { return math.Log(max(float64(p), 1e-9)) }
