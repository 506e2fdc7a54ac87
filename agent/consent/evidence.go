package consent

import "math"

// A form is what an approval consists of, beside words that change nothing.
type form uint8

const (
	shortYes form = iota // a short yes alone: "okay", 네
	inWords              // an approval in so many words: "go ahead", 진행해, "send it"
	twiceYes             // a short yes to each of two posings of one ask
	coded                // the code word of this ask, with an approval or alone
)

// A demand is what an approval is, at which level, with the key held or not.
type demand struct {
	level int
	form  form
	key   bool
}

// An evidence is what must at least be known of the sound of an approval before
// it counts. Zero asks nothing of a probability; noFloor asks no level above the noise.
type evidence struct {
	confidence float32 // mean token probability, at least
	lowest     float32 // least token probability, at least
	noSpeech   float32 // probability that it is no speech, at most
	voiced     float32 // share of speech in the audio, at least
	snr        float32 // dB above the noise floor, at least
}

var noFloor = float32(math.Inf(-1))

// suffices is the table of evidence. What it does not hold never suffices: a
// short yes at level 3, any voice at level 4 without the key, the code word
// alone at level 4.
//
//	level      approval        key   confidence  lowest  no-speech  voiced  SNR
//	2 reach    short yes       no    0.85        0.50    0.20       0.30    10 dB
//	2 reach    two of them     no    0.50        0.30    0.30       0.50    10 dB
//	2 reach    short yes       held  0.35        -       0.60       -       -
//	2 reach    in so many words no   0.50        0.05    0.60       0.25    3 dB
//	2 reach    in so many words held 0.35        -       0.60       -       -
//	3 commit   code word       no    0.40        0.02    0.60       0.25    3 dB
//	3 commit   code word       held  0.35        -       0.60       -       -
//	4 seal     in so many words held 0.50        0.05    0.60       -       -
//
// Where a code word is demanded at another level, its row is that of level 3,
// but level 4 keeps its own. A typed answer has no sound and needs none.
//
// The figures come from Whisper base. Clean speech: "go ahead" 0.87 to 0.89,
// "approved falcon" 0.69, a lone "okay" 0.61, a lone "yes" 0.53; what it makes up
// for noise lies mostly below 0.5. But a laugh was written down as 네, and the
// word "cat" as "Okay.", now and then with confidence: a short yes is weak by
// nature. Two of them, each right after the same question, are not: of real people's
// "yes" whisper writes all, at 0.5 to 0.9. Noise does not happen to say the code word of this ask, so that it
// needs less. The key says that someone meant to speak; the detector and the
// noise floor have nothing to add to that. Zero evidence is no evidence.
var suffices = map[demand]evidence{
	{2, shortYes, false}: {0.85, 0.50, 0.20, 0.30, 10},
	{2, twiceYes, false}: {0.50, 0.30, 0.30, 0.50, 10},
	{2, shortYes, true}:  {0.35, 0, 0.60, 0, noFloor},
	{2, inWords, false}:  {0.50, 0.05, 0.60, 0.25, 3},
	{2, inWords, true}:   {0.35, 0, 0.60, 0, noFloor},
	{3, coded, false}:    {0.40, 0.02, 0.60, 0.25, 3},
	{3, coded, true}:     {0.35, 0, 0.60, 0, noFloor},
	{4, inWords, true}:   {0.50, 0.05, 0.60, 0, noFloor},
}

// heard says whether a was heard well enough for d. The comparisons are such
// that a NaN fails.
func (a Answer) heard(d demand) bool {
	if a.Typed {
		return true
	}
	e, ok := suffices[d]
	return ok && a.Confidence >= e.confidence && a.Lowest >= e.lowest && a.NoSpeech <= e.noSpeech &&
		a.Voiced >= e.voiced && a.SNR >= e.snr
}
