package audio_test

import (
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
)

// share is the share of windows of s that a detector calls speech.
func share(d audio.Detector, s []float32) float64 {
	n, speech := 0, 0
	for ; len(s) >= audio.ScoreSize; s = s[audio.ScoreSize:] {
		n++
		if d.Score(s[:audio.ScoreSize]) >= 0.5 {
			speech++
		}
	}
	return float64(speech) / float64(n)
}

func TestEnergy(t *testing.T) {
	tests := []struct {
		name           string
		before, during []float32
		lo, hi         float64
	}{
		{"silence", audiotest.Silence(sec), audiotest.Silence(5 * sec), 0, 0},
		{"steady noise", audiotest.Noise(10*sec, 0.02, 1), audiotest.Noise(10*sec, 0.02, 2), 0, 0.02},
		{"a voice in silence", audiotest.Silence(sec), audiotest.Noise(2*sec, 0.05, 3), 0.95, 1},
		{"a voice from the first sample on", nil, audiotest.Noise(2*sec, 0.05, 3), 0.95, 1},
		{"a voice in noise", audiotest.Noise(10*sec, 0.005, 4), audiotest.Noise(2*sec, 0.1, 5), 0.95, 1},
		{"hum", audiotest.Silence(sec), audiotest.Tone(2*sec, 50, 0.02), 0, 0.02},
	}
	for _, tt := range tests {
		d := new(audio.Energy)
		for s := tt.before; len(s) >= audio.ScoreSize; s = s[audio.ScoreSize:] {
			d.Score(s[:audio.ScoreSize])
		}
		if got := share(d, tt.during); got < tt.lo || got > tt.hi {
			t.Errorf("%s: got %.2f called speech, want %.2f to %.2f", tt.name, got, tt.lo, tt.hi)
		}
	}
	for range 3 {
		if p := new(audio.Energy).Score(nil); p != 0 {
			t.Errorf("no samples: got %v, want 0", p)
		}
	}
}

// With Energy as the detector a word in a quiet room is an utterance.
func TestListenEnergy(t *testing.T) {
	heard := audiotest.Join(audiotest.Noise(2*sec, 0.001, 1), audiotest.Noise(700*time.Millisecond, 0.05, 2), audiotest.Noise(2*sec, 0.001, 3))
	n := 0
	for e, err := range audio.Listen(audio.Slice(heard, audio.Rate), new(audio.Energy), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := e.(audio.Utterance); ok {
			n++
		}
	}
	if n != 1 {
		t.Errorf("got %d utterances, want 1", n)
	}
}
