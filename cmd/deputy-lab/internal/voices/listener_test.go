//go:build whisper

package voices

import (
	"os"
	"strings"
	"testing"
)

// TestHear: what a voice at hand says, in a room with noise, is heard.
func TestHear(t *testing.T) {
	speech := os.Getenv("DEPUTY_SPEECH")
	if speech == "" {
		t.Skip("set DEPUTY_SPEECH to the folder of recordings to run this")
	}
	rooms, err := OpenRooms(speech)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := OpenListener()
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	studio := Open()
	defer studio.Close()
	samples, err := studio.Say(t.Context(), Piper[0], "Write a letter to the office.")
	if err != nil {
		t.Fatal(err)
	}
	heard, err := listener.Hear(t.Context(), rooms.Put(samples, Condition{SNR: 20}, 1))
	if err != nil {
		t.Fatal(err)
	}
	if len(heard) != 1 || heard[0].Filtered != "" || !strings.Contains(strings.ToLower(heard[0].Text), "letter") {
		t.Errorf("got %+v, want the sentence", heard)
	}
}
