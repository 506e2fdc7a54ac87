package wav

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
)

func TestWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rec.wav")
	w, err := Create(path, audio.Rate)
	if err != nil {
		t.Fatal(err)
	}
	want := audiotest.Noise(3500*time.Millisecond, 0.2, 1)
	want[10], want[20] = float32(math.NaN()), 5
	check := func(when string, least, most int) {
		t.Helper()
		src, err := Open(path)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		defer src.Close()
		got, err := audio.ReadAll(src)
		if err != nil || len(got) < least || len(got) > most {
			t.Fatalf("%s: got %d samples, %v, want %d to %d", when, len(got), err, least, most)
		}
		want[10], want[20] = 0, 1
		for i := range got {
			if math.Abs(float64(got[i]-want[i])) > 1.0/16384 {
				t.Fatalf("%s: sample %d: got %v, want %v", when, i, got[i], want[i])
			}
		}
	}
	check("before the first sample", 0, 0)
	n := 0
	for n < 3*audio.Rate {
		if err := w.Write(want[n : n+audio.FrameSize]); err != nil {
			t.Fatal(err)
		}
		n += audio.FrameSize
		if n == audio.Rate/2 {
			check("after half a second, unclosed", 0, n)
		}
	}
	// As a killed process leaves it: the header covers all but the last second.
	check("after three seconds, unclosed", 2*audio.Rate, n)
	if err := w.Write(want[n:]); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	check("closed", len(want), len(want))
	file, _ := os.ReadFile(path)
	if h := file[4:8]; int(h[0])|int(h[1])<<8|int(h[2])<<16 != len(file)-8 {
		t.Errorf("got RIFF size %x in a file of %d bytes", h, len(file))
	}
	if err := w.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if err := w.Write(want[:1]); err == nil {
		t.Error("Write after Close: got no error, want one")
	}
	if fi, _ := os.Stat(path); fi.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, want 0600", fi.Mode().Perm())
	}
}

func TestCreateFails(t *testing.T) {
	if _, err := Create(filepath.Join(t.TempDir(), "no", "such", "folder.wav"), audio.Rate); err == nil {
		t.Error("no such folder: got no error, want one")
	}
	if _, err := Create(filepath.Join(t.TempDir(), "x.wav"), 0); err == nil {
		t.Error("rate 0: got no error, want one")
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	if w, err := Create("/dev/full", audio.Rate); err == nil {
		if err := w.Write(make([]float32, 1<<20)); err == nil {
			t.Error("disk full: got no error, want one")
		}
	}
}
