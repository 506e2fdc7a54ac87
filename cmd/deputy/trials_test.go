//go:build portaudio && whisper

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// trial runs a trial of this build and gives what it prints.
func trial(t *testing.T, args ...string) []byte {
	t.Helper()
	manifest(t, "single_words")                              // skips where there are no recordings
	c := exec.CommandContext(t.Context(), "deputy", args...) // put there by TestMain
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("deputy %v: %v\n%s", args, err, out)
	}
	return out
}

// TestTrialNoise is the noise trial on a few seconds: the asks stand, the sound
// comes through the microphone, and nothing is carried out.
func TestTrialNoise(t *testing.T) {
	t.Parallel() // it mostly plays
	var r noiseReport
	if err := json.Unmarshal(trial(t, "--json", "trial", "noise", "--time", "10s", "--stretch", "2s", "--seed", "3"), &r); err != nil {
		t.Fatal(err)
	}
	sum := &noisePart{Readings: map[string]int{}}
	levels := map[string]bool{}
	for _, p := range r.Parts {
		sum.add(p)
		levels[p.Level] = true
	}
	if len(levels) < 2 || sum.Played < 6 {
		t.Errorf("got %.1f s played at levels %v, want some at two or more", sum.Played, levels)
	}
	if sum.Posed < 0.9*sum.Wall || sum.Heard < 0.8*sum.Wall {
		t.Errorf("of %.1f s an ask stood for %.1f and %.1f were heard, want nearly all", sum.Wall, sum.Posed, sum.Heard)
	}
	if sum.Effects != 0 {
		t.Errorf("got %d effects, want none", sum.Effects)
	}
}
