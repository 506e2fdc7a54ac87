package audio

import "time"

// A pacer learns how long this speaker pauses without being done: a moving
// average of the pauses that were followed by more speech, and of how much they
// vary. Utterances without any such pause lead a long one back to where it began:
// the speaker may be another by now. All lengths are in samples.
type pacer struct {
	mean, dev float64
	end       int64 // where the speech of the last utterance ended, -1 for none
	paused    bool  // a pause was learnt since then
}

var (
	shortestPause = Count(100 * time.Millisecond)  // below it is articulation
	longestPause  = Count(1500 * time.Millisecond) // above it is a new thought

	// The pacer starts at 0.6 s: 0.3 s and twice 0.15 s.
	usualPause  = float64(Count(300 * time.Millisecond))
	usualSpread = float64(Count(150 * time.Millisecond))
)

func newPacer() pacer { return pacer{mean: usualPause, dev: usualSpread, end: -1} }

// limit is the quiet after which this speaker is probably done.
func (p *pacer) limit(lo, hi int64) int64 {
	return min(max(int64(p.mean+2*p.dev), lo), hi)
}

// observe takes a quiet that was followed by more of the same utterance.
func (p *pacer) observe(quiet int64) { p.learn(quiet, 0.1) }

// ended and resumed tell of an utterance's end and of the next one's beginning.
// Resuming at once means that the speaker was cut off; such pauses are seen only
// here, being longer than the limit, so they count more.
func (p *pacer) ended(at int64) {
	if !p.paused {
		p.mean -= 0.15 * max(0, p.mean-usualPause)
		p.dev -= 0.15 * max(0, p.dev-usualSpread)
	}
	p.end, p.paused = at, false
}

func (p *pacer) resumed(at int64) {
	if p.end >= 0 && at > p.end {
		p.learn(at-p.end, 0.3)
	}
	p.end = -1
}

func (p *pacer) learn(quiet int64, weight float64) {
	if quiet < shortestPause || quiet > longestPause {
		return
	}
	off := float64(quiet) - p.mean
	p.mean += weight * off
	p.dev += weight * (max(off, -off) - p.dev)
	p.paused = true
}
