//go:build portaudio && whisper

package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"deputy/cmd/internal/cmdtest"
)

// TestTrialSpeed: Deputy's own row of the comparison, on two recordings, and the
// error rate of what it wrote.
func TestTrialSpeed(t *testing.T) {
	t.Parallel()
	cmdtest.Recordings(t, "single_words") // skips where there are no recordings
	speed := func(args ...string) string {
		c := exec.CommandContext(t.Context(), "deputy-lab", append([]string{"speed", "--set", "none", "--clips", "2", "--rounds", "1", "--longest", "4s", "--lab", "deputy-lab"}, args...)...)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("speed %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if out := speed(); !strings.Contains(out, "| Deputy | 2 ") {
		t.Errorf("want a row of two clips in\n%s", out)
	}
	clips := strings.Fields(speed("--list"))
	wer := exec.CommandContext(t.Context(), "deputy-lab", "wer")
	deputy := filepath.Join(t.TempDir(), "deputy")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "portaudio whisper", "-o", deputy, "deputy/cmd/deputy").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said, err := exec.CommandContext(t.Context(), deputy, append([]string{"transcribe", "--tsv"}, clips...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	wer.Stdin = bytes.NewReader(said)
	out, err := wer.CombinedOutput()
	if err != nil || len(clips) != 2 || strings.Count(string(out), "\n") < 4 {
		t.Errorf("%v: got of %v\n%s\nwant a row for the folders of two clips and one for all", err, clips, out)
	}
}

// TestMain lets the test binary be the program as well.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"deputy-lab": main})
}
