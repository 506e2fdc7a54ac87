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
	p, l := d.Detector.Score(frame), d.listener
	if p >= 0.2 && l.Touch != nil {
		l.Touch()
	}
	if to := l.clock.at.Add(-unscored); l.always() && (!l.listens || l.Holding != nil && l.Holding() && to.Sub(d.told) >= unscored) {
		l.listens, d.told = true, to
		l.Tell(event.Listened{To: to})
	}
	return p
}

// unscored is more than what was read and not yet scored.
const unscored = 100 * time.Millisecond

// always says whether it listens all the time, and not only while a key is held.
func (l *Listener) always() bool { return l.Options.HandsFree == nil || l.Options.HandsFree() }
