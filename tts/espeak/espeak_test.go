package espeak_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/tts"
	"deputy/tts/espeak"
	"deputy/tts/ttstest"
)

func newEspeak(t *testing.T) *espeak.Espeak {
	t.Helper()
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		if os.Getenv("DEPUTY_TEST_ALL") == "1" {
			t.Fatal("espeak-ng is not installed: scripts/setup packages")
		}
		t.Skip("espeak-ng is not installed: scripts/setup packages")
	}
	e, err := espeak.New(espeak.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestSuite(t *testing.T) {
	newEspeak(t)
	ttstest.Suite{
		New:       func(t *testing.T) tts.Synthesizer { return newEspeak(t) },
		Languages: []string{"en", "ko"},
	}.Run(t)
}

func TestMissing(t *testing.T) {
	_, err := espeak.New(espeak.Options{Path: filepath.Join(t.TempDir(), "espeak-ng")})
	if err == nil || !strings.Contains(err.Error(), "apt-get install espeak-ng") {
		t.Errorf("got %v, want an error that says how to get it", err)
	}
}

func TestPace(t *testing.T) {
	e := newEspeak(t)
	usual := length(t, e)
	e.SetPace(0.6)
	if slow := length(t, e); slow < usual*5/4 {
		t.Errorf("got %v at a pace of 0.6 and %v at 1, want clearly longer", slow, usual)
	}
}

func length(t *testing.T, e *espeak.Espeak) time.Duration {
	t.Helper()
	src, err := e.Synthesize(t.Context(), "This is said at one speed or another.", "en")
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	buf, n := make([]float32, 4096), 0
	for {
		k, err := src.Read(buf)
		n += k
		if err == io.EOF {
			return time.Duration(n) * time.Second / time.Duration(src.Rate())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// script is a program that stands for an espeak-ng that goes wrong.
func script(t *testing.T, body string) *espeak.Espeak {
	t.Helper()
	path := filepath.Join(t.TempDir(), "espeak-ng")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o755); err != nil {
		t.Fatal(err)
	}
	e, err := espeak.New(espeak.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestBrokenProgram(t *testing.T) {
	for name, test := range map[string]struct{ body, want string }{
		"fails":      {"echo 'no such voice' >&2; exit 3", "no such voice"},
		"no WAV":     {"cat >/dev/null; echo 'hello, this is not a WAV at all'", "no WAV"},
		"half a WAV": {"cat >/dev/null; printf 'RIFF\\0\\0\\0\\0WAVEfmt '", "WAV"},
	} {
		t.Run(name, func(t *testing.T) {
			src, err := script(t, test.body).Synthesize(t.Context(), "hello", "en")
			if err == nil {
				src.Close()
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestHangingProgramEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if src, err := script(t, "exec sleep 600").Synthesize(ctx, "hello", "en"); err == nil {
		src.Close()
		t.Error("got no error from a program that hangs")
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("took %v, want it to end with its context", took)
	}
}

func BenchmarkFirstSound(b *testing.B) {
	e, err := espeak.New(espeak.Options{})
	if err != nil {
		b.Skip(err)
	}
	buf := make([]float32, 320)
	for b.Loop() {
		src, err := e.Synthesize(b.Context(), "I saved the file. You can look now.", "en")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := src.Read(buf); err != nil {
			b.Fatal(err)
		}
		src.Close()
	}
}
