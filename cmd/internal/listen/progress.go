package listen

import (
	"time"

	"deputy/agent/event"
	"deputy/audio"
)

// A listeningDetector passes scores on. It tells of every window that may be
// speech, and how far the sound was listened to: at the beginning, and in short
// while somebody waits to know.
type listeningDetector struct {
	audio.Detector
	listener *Listener
	told     time.Time
}

// Score is called for each window in turn, after what the ones before it led to
// was told.
func (d *listeningDetector) Score(frame []float32) float32 {
	p, e := d.Detector.Score(frame), d.listener
	if p >= 0.2 && e.Touch != nil {
		e.Touch()
	}
	if to := e.clock.at.Add(-unscored); e.always() && (!e.listens || e.Holding != nil && e.Holding() && to.Sub(d.told) >= unscored) {
		e.listens, d.told = true, to
		e.Tell(event.Listened{To: to})
	}
	return p
}

// unscored is more than what was read and not yet scored.
const unscored = 100 * time.Millisecond

// always says whether the ear listens all the time, and not only while a key is held.
func (e *Listener) always() bool { return e.Options.HandsFree == nil || e.Options.HandsFree() }
