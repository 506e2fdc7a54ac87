package main

import "deputy/audio"

// An onsetWatch notices that an onset led to nothing: a click or a cough is no
// utterance, and whoever fell silent for it must be told that it is over.
type onsetWatch struct {
	audio.Detector
	ear   *ear
	still int64 // samples since the last that sounded like speech
}

// Score passes the detector's own score on.
func (w *onsetWatch) Score(frame []float32) float32 {
	p := w.Detector.Score(frame)
	if p >= 0.2 && w.ear.stir != nil {
		w.ear.stir()
	}
	if p >= 0.5 {
		w.still = 0
		return p
	}
	w.still += int64(len(frame))
	if w.ear.open && w.still > w.ear.patience() {
		w.ear.open = false
		w.ear.silent()
	}
	return p
}
