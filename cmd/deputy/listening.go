package main

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
	listener *ear
	told     time.Time
}

// Score is called for each window in turn, after what the ones before it led to
// was told.
func (d *listeningDetector) Score(frame []float32) float32 {
	p, e := d.Detector.Score(frame), d.listener
	if p >= 0.2 && e.touch != nil {
		e.touch()
	}
	if to := e.clock.at.Add(-unscored); e.always() && (!e.listens || e.holding != nil && e.holding() && to.Sub(d.told) >= unscored) {
		e.listens, d.told = true, to
		e.tell(event.Listened{To: to})
	}
	return p
}

// unscored is more than what was read and not yet scored.
const unscored = 100 * time.Millisecond

// always says whether the ear listens all the time, and not only while a key is held.
func (e *ear) always() bool { return e.options.HandsFree == nil || e.options.HandsFree() }
