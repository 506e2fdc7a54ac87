//go:build portaudio

package portaudio

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"deputy/audio/audiotest/pulse"
)

// server is the sound server of all tests: PortAudio reads the environment once.
var (
	server *pulse.Server
	dir    string
)

func TestMain(m *testing.M) {
	var err error
	dir, err = os.MkdirTemp("", "deputy-sound-")
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	server, err = pulse.Start(ctx, dir)
	if err == nil {
		err = server.Use()
	}
	code := 0
	switch {
	case errors.Is(err, pulse.ErrMissing) && os.Getenv("DEPUTY_TEST_ALL") != "1":
		fmt.Println("skipped:", err)
	case err != nil:
		fmt.Println(err)
		code = 1
	default:
		code = m.Run()
		server.Stop()
	}
	cancel()
	os.RemoveAll(dir)
	os.Exit(code)
}

func TestDevices(t *testing.T) {
	list, err := Devices()
	if err != nil {
		t.Fatal(err)
	}
	in, out := 0, 0
	for _, d := range list {
		t.Logf("%+v", d)
		if d.Name == "" || d.System == "" || d.Rate <= 0 {
			t.Errorf("got %+v, want a name, a system and a rate", d)
		}
		if d.DefaultInput && d.Inputs > 0 {
			in++
		}
		if d.DefaultOutput && d.Outputs > 0 {
			out++
		}
	}
	if in != 1 || out != 1 {
		t.Errorf("got %d default inputs and %d default outputs, want one each", in, out)
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		device, asked string
		want          int
	}{
		{"USB Audio", "usb audio", 3}, {"USB Audio: hw:1,0", "usb", 2}, {"My USB Audio", "usb", 1}, {"HDMI", "usb", 0},
	} {
		if got := match(tt.device, tt.asked); got != tt.want {
			t.Errorf("match(%q, %q): got %d, want %d", tt.device, tt.asked, got, tt.want)
		}
	}
}
