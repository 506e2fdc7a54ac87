package audio

import "math"

// A window is what the detector and a level meter made of ScoreSize samples.
type window struct {
	end   int64   // position just after its last sample
	p     float32 // probability of speech
	power float64 // mean square
}

type markKind uint8

const (
	markOnset markKind = iota
	markPause
	markUtterance
	markNothing
)

// A mark is an Event without its samples: which stretch to cut out, and why.
type mark struct {
	kind                   markKind
	at                     int64 // markOnset: where the speech began
	id                     int64 // of the utterance, or of what may become one
	start, end             int64 // the stretch to cut
	speechStart, speechEnd int64
	voiced, snr            float32
	key                    bool
	cut                    bool // the speech goes on as the next utterance
}

// spoken is how much speech there has been, in samples.
func (e *endpointer) spoken() int64 {
	var n int64
	for _, w := range e.hist {
		if w.p >= e.off && w.end <= e.spEnd {
			n += ScoreSize
		}
	}
	return n
}

// stretch describes the utterance under way, up to end.
func (e *endpointer) stretch(kind markKind, end int64) mark {
	var all, voiced, power float64
	quietest := math.Inf(1)
	for _, w := range e.hist {
		quietest = min(quietest, w.power)
		if w.end-ScoreSize >= min(e.spEnd, end) {
			continue
		}
		all++
		if w.p >= e.on {
			voiced++
			power += w.power
		}
	}
	m := mark{
		kind: kind, id: e.id, start: e.start, end: end,
		speechStart: e.spStart, speechEnd: e.spEnd, key: e.keyed,
	}
	noise := e.noise
	if noise == 0 {
		noise = quietest // speech from the first sample on: the best there is
	}
	if voiced > 0 {
		m.voiced = float32(voiced / all)
		m.snr = float32(decibels(power/voiced) - decibels(noise))
	}
	return m
}

// meter follows the level of the quiet: down fast, up slowly, so that the
// beginning of a word that the detector was late for hardly counts.
func (e *endpointer) meter(power float64) {
	power = max(power, 1e-10)
	switch {
	case e.noise == 0:
		e.noise = power
	case power < e.noise:
		e.noise *= math.Pow(power/e.noise, 0.2)
	default:
		e.noise *= math.Pow(power/e.noise, 0.05)
	}
}

// decibels is the level of a mean square, relative to full scale, from -100 up.
func decibels(power float64) float64 { return 10 * math.Log10(max(power, 1e-10)) }
