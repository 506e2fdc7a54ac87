package pulse

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
)

// start runs a server for the test or skips it, unless everything must be tested.
func start(t *testing.T) *Server {
	t.Helper()
	s, err := Start(t.Context(), t.TempDir())
	if errors.Is(err, ErrMissing) && os.Getenv("DEPUTY_TEST_ALL") != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// play sends a file to a device, as any program would.
func play(t *testing.T, s *Server, device string, path string) {
	t.Helper()
	cmd := s.program(t.Context(), []string{"--playback", "--file-format", "--device=" + device, path})
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("pacat: %v: %s", err, out)
	}
}

func tone(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tone.wav")
	le := func(v, n int) string {
		var b []byte
		for range n {
			b = append(b, byte(v))
			v >>= 8
		}
		return string(b)
	}
	data := ""
	for _, x := range audiotest.Tone(time.Second, 1000, 0.5) {
		data += le(int(x*32767), 2)
	}
	file := "RIFF" + le(36+len(data), 4) + "WAVEfmt " + le(16, 4) + le(1, 2) + le(1, 2) + le(16000, 4) +
		le(32000, 4) + le(2, 2) + le(16, 2) + "data" + le(len(data), 4) + data
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestHear(t *testing.T) {
	s := start(t)
	src, err := s.Hear(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	go func() {
		defer src.Close()
		play(t, s, speaker, tone(t))
	}()
	heard, err := audio.ReadAll(src)
	if !errors.Is(err, audio.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	energy := audiotest.RMS(heard) * audiotest.RMS(heard) * float64(len(heard)) / audio.Rate
	if energy < 0.08 || energy > 0.15 { // a second of a sine of 0.5 is 0.125
		t.Errorf("got energy %.3f, want that of the tone", energy)
	}
	if got, all := audiotest.Power(heard, audio.Rate, 1000), math.Pow(audiotest.RMS(heard), 2); all == 0 || got == 0 {
		t.Errorf("got power %.4f at 1 kHz of %.4f, want some", got, all)
	}
}

func TestConformance(t *testing.T) {
	s := start(t)
	audiotest.TestSource(t, func() audio.Source {
		src, err := s.Hear(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return src
	})
}

func TestSpeak(t *testing.T) {
	s := start(t)
	begin := time.Now()
	if err := s.Speak(t.Context(), audiotest.Tone(time.Second, 440, 0.3)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took < 900*time.Millisecond {
		t.Errorf("one second was spoken in %v, want a second", took)
	}
	if err := s.SpeakFile(t.Context(), tone(t)); err != nil {
		t.Error(err)
	}
	if err := s.SpeakFile(t.Context(), "/no/such/file.wav"); err == nil {
		t.Error("no such file: got no error, want one")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := s.Speak(ctx, audiotest.Silence(time.Minute)); err == nil {
		t.Error("ctx ended: got no error, want one")
	}
}

// A process that is killed leaves no server behind.
func TestNoOrphan(t *testing.T) {
	if dir := os.Getenv("PULSE_TEST_ORPHAN"); dir != "" { // the process to be killed
		s, err := Start(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("server", s.cmd.Process.Pid)
		select {}
	}
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can do this")
	}
	start(t).Stop() // skips where there is no PulseAudio
	cmd := exec.Command(os.Args[0], "-test.run=^TestNoOrphan$")
	cmd.Env = append(os.Environ(), "PULSE_TEST_ORPHAN="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	_, err = fmt.Fscanf(out, "server %d", &pid)
	cmd.Process.Kill()
	cmd.Wait()
	if err != nil {
		t.Fatalf("read the server's number: %v", err)
	}
	for range 500 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Errorf("the server still runs 5 s after its parent was killed")
}

func TestLife(t *testing.T) {
	s := start(t)
	if err := s.Unplug(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Plug(t.Context()); err != nil {
		t.Error(err)
	}
	src, err := s.Hear(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s.Stop()
	if _, err := audio.ReadAll(src); err == nil {
		t.Error("server gone: got no error, want one")
	}
	again, err := Start(t.Context(), s.dir)
	if err != nil {
		t.Fatalf("second start in the same directory: %v", err)
	}
	again.Stop()
	if _, err := Start(t.Context(), "/proc/none"); err == nil {
		t.Error("a directory that can't be made: got no error, want one")
	}
	if _, err := exec.LookPath("pulseaudio"); err != nil {
		t.Error(err)
	}
}
