//go:build !portaudio

package portaudio

import (
	"strings"
	"testing"
)

// A build without sound says how to get one with it.
func TestMissing(t *testing.T) {
	_, mic := OpenMic(nil)
	_, speaker := OpenSpeaker(nil)
	_, devices := Devices()
	for what, err := range map[string]error{"OpenMic": mic, "OpenSpeaker": speaker, "Devices": devices} {
		if err == nil || !strings.Contains(err.Error(), "make build") {
			t.Errorf("%s: got %v, want an error that names make build", what, err)
		}
	}
}
