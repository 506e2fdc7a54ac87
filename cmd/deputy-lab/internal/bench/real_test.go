//go:build portaudio && whisper

package bench

import (
	"strings"
	"testing"

	"deputy/cmd/internal/cmdtest"
)

// TestTrialBench measures one recording with the model that answers at once.
func TestTrialBench(t *testing.T) {
	t.Parallel() // it mostly plays
	clip := cmdtest.Recordings(t, "pocketsphinx")[0]["path"]
	var printed strings.Builder
	c := Command()
	c.SetOut(&printed)
	c.SetArgs([]string{"--stand-in", "--idle", "0", "--orders", "1", clip})
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	out := printed.String()
	for _, want := range []string{"utterances\t1, 1 with text", "what\tn\tp50\tp95\tmax"} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
}
