package whisper

import (
	"cmp"
	"math"
	"slices"
)

// A candidate is a language that a window may be read in.
type candidate struct {
	id int
	p  float32
}

const (
	// foreign is how probable a language outside the set must be, and beyond
	// six times the set's best, for speech to be doubted that is written down in one of
	// the set: short English and Korean words are often given to Japanese, Welsh or
	// Norwegian by a narrow margin, and accents to the speaker's own language.
	foreign      = 0.5
	foreignTimes = 6
	// doubt is how many times likelier than the second the first language must be
	// to be believed without reading the second too.
	doubt = 4
)

// candidates chooses the languages to read in among set, likeliest first: one when the
// matter is clear, two when only the text can tell. set holds language ids; empty
// means all. It is a function of its arguments.
func candidates(probs []float32, set []int) []candidate {
	all := make([]candidate, len(probs))
	for i, p := range probs {
		all[i] = candidate{i, p}
	}
	byProb := func(a, b candidate) int { return cmp.Compare(b.p, a.p) }
	slices.SortStableFunc(all, byProb)
	if len(set) == 0 || len(all) == 0 {
		return all[:min(1, len(all))]
	}
	var ours []candidate
	for _, t := range all {
		if slices.Contains(set, t.id) {
			ours = append(ours, t)
		}
	}
	if len(ours) > 1 && ours[0].p < doubt*ours[1].p {
		return ours[:2]
	}
	return ours[:1]
}

// outside says whether the speech is plainly in none of set's languages.
func outside(probs []float32, set []int) bool {
	var top, ours float32
	for i, p := range probs {
		if slices.Contains(set, i) {
			ours = max(ours, p)
		} else {
			top = max(top, p)
		}
	}
	return len(set) > 0 && top >= foreign && top >= foreignTimes*ours
}

func logOf(p float32) float64 { return math.Log(max(float64(p), 1e-9)) }
