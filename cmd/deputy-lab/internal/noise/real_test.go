//go:build portaudio && whisper

package noise

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"deputy/cmd/internal/cmdtest"
)

// TestTrialNoise is the noise trial on a few seconds: the asks stand, the sound
// comes through the microphone, and nothing is carried out.
func TestTrialNoise(t *testing.T) {
	cmdtest.Recordings(t, "single_words") // skips where there are none
	var out bytes.Buffer
	c := Command()
	c.SetOut(&out)
	c.SetArgs(strings.Fields("--json --time 10s --stretch 2s --seed 3"))
	var r noiseReport
	if err := errors.Join(c.ExecuteContext(t.Context()), json.Unmarshal(out.Bytes(), &r)); err != nil {
		t.Fatalf("%v\n%s", err, &out)
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
