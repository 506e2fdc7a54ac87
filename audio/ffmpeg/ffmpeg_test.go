package ffmpeg

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
)

// need skips a test where ffmpeg is missing, unless everything must be tested.
func need(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		if os.Getenv("DEPUTY_TEST_ALL") == "1" {
			t.Fatal("ffmpeg is missing: apt-get install ffmpeg")
		}
		t.Skip("ffmpeg is missing: apt-get install ffmpeg")
	}
}

// tone has ffmpeg write a sine of 440 Hz to a file whose name gives the format.
func tone(t *testing.T, name string, seconds string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi",
		"-i", "sine=frequency=440:sample_rate=44100:duration="+seconds, "-ac", "2", path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("this ffmpeg can't write %s: %v: %s", name, err, out)
	}
	return path
}

func TestOpen(t *testing.T) {
	need(t)
	for _, name := range []string{"x.mp3", "x.ogg", "x.m4a", "x.flac", "x.wav", "-dash: and space.wav"} {
		t.Run(name, func(t *testing.T) {
			src, err := Open(t.Context(), tone(t, name, "2"))
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			got, err := audio.ReadAll(src)
			if err != nil || math.Abs(float64(len(got)-2*audio.Rate)) > 0.1*audio.Rate {
				t.Fatalf("got %d samples, %v, want about %d", len(got), err, 2*audio.Rate)
			}
			all, at := audiotest.RMS(got), math.Sqrt(audiotest.Power(got, audio.Rate, 440))
			if at < 0.05 || math.Abs(at/all-1) > 0.05 {
				t.Errorf("got level %.3f, at 440 Hz %.3f, want only the tone", all, at)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	need(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "x.mp3")
	if err := os.WriteFile(text, []byte("this is not sound"), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := Open(t.Context(), text)
	if err == nil {
		_, err = audio.ReadAll(src)
		src.Close()
	}
	if err == nil || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "\n") {
		t.Errorf("text: got %v, want one line with the path", err)
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "none.mp3")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: got %v, want ErrNotExist", err)
	}
}

func TestMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.mp3")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrMissing) {
		t.Errorf("got %v, want ErrMissing", err)
	}
}

func TestSource(t *testing.T) {
	need(t)
	path := tone(t, "x.ogg", "3")
	audiotest.TestSource(t, func() audio.Source {
		src, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		return src
	})
}

// Ending the context ends the child and the reading.
func TestContext(t *testing.T) {
	need(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	src, err := Open(ctx, tone(t, "x.wav", "600"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	buf := make([]float32, audio.FrameSize)
	if _, err := src.Read(buf); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := audio.ReadAll(src); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
