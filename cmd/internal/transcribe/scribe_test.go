package transcribe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deputy/audio"
	"deputy/audio/wav"
	"deputy/stt"
	"deputy/stt/stttest"
)

// recordWAV writes a recording: for each of seconds, a buzz of that length after
// two seconds of quiet.
func recordWAV(t *testing.T, name string, seconds ...float64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	w, err := wav.Create(path, audio.Rate)
	if err != nil {
		t.Fatal(err)
	}
	samples := make([]float32, 2*audio.Rate)
	for _, s := range seconds {
		for i := range int(s * audio.Rate) {
			samples = append(samples, float32(0.3*math.Sin(float64(i)*0.2)*math.Sin(float64(i)*0.013)))
		}
		samples = append(samples, make([]float32, 2*audio.Rate)...)
	}
	if err := errors.Join(w.Write(samples), w.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// scribes is a scribe that hears texts, and what it prints.
func scribes(f Form, several bool, hearer stt.Transcriber) (s *scribe, out, errs *bytes.Buffer) {
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	return &scribe{
		page: Page{Out: out, Form: f, Several: several}, errs: errs,
		hearer: hearer, detector: &loudness{}, log: slog.New(slog.DiscardHandler),
	}, out, errs
}

func TestTranscribePrintsText(t *testing.T) {
	a := recordWAV(t, "a.wav", 1, 1)
	s, out, _ := scribes(Text, false, stttest.Says("en", "turn it  on", "and off"))
	if err := s.all(t.Context(), []string{a}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "turn it on\nand off\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTranscribeNamesSeveralFiles(t *testing.T) {
	a, b := recordWAV(t, "a.wav", 1), recordWAV(t, "b.wav", 1)
	s, out, _ := scribes(Text, true, stttest.Says("ko", "하나", "둘"))
	if err := s.all(t.Context(), []string{a, b}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), a+": 하나\n"+b+": 둘\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTranscribeTSVHasALineForEachFile(t *testing.T) {
	files := []string{
		recordWAV(t, "said.wav", 1, 1), recordWAV(t, "silent.wav"), recordWAV(t, "noise.wav", 1),
		filepath.Join(t.TempDir(), "missing.wav"), recordWAV(t, "after.wav", 1),
	}
	hearer := stttest.Says("en", "first", "second", "[Music]", "last")
	s, out, errs := scribes(TSV, true, hearer)
	err := s.all(t.Context(), files)
	var failed filesFailed
	if !errors.As(err, &failed) || failed != (filesFailed{1, 5}) {
		t.Errorf("got %v, want 1 of 5 failed", err)
	}
	var want strings.Builder
	for i, text := range []string{"first second", "", "", "", "last"} {
		want.WriteString(files[i] + "\t" + text + "\n")
	}
	if out.String() != want.String() {
		t.Errorf("got\n%swant\n%s", out, want.String())
	}
	if n := strings.Count(errs.String(), "\n"); n != 1 || !strings.Contains(errs.String(), files[3]) {
		t.Errorf("got %q on standard error, want one line naming %s", errs, files[3])
	}
}

func TestTranscribeJSON(t *testing.T) {
	a := recordWAV(t, "a.wav", 1, 0.5)
	s, out, _ := scribes(JSON, false, stttest.Says("ko", "불 켜 줘 <지금>", "아니"))
	if err := s.all(t.Context(), []string{a}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("got %d lines, want 2:\n%s", len(lines), out)
	}
	var got transcribed
	if err := json.Unmarshal([]byte(lines[0]), &got); err != nil {
		t.Fatal(err)
	}
	if got.File != a || got.Text != "불 켜 줘 <지금>" || got.Language != "ko" || got.Confidence != 0.95 || got.Utterance != 1 {
		t.Errorf("got %+v", got)
	}
	if math.Abs(got.Start-2) > 0.2 || math.Abs(got.End-3) > 0.2 {
		t.Errorf("got %.2f to %.2f s, want about 2 to 3", got.Start, got.End)
	}
	if !strings.Contains(lines[0], "<지금>") {
		t.Errorf("got %s, want text as it is", lines[0])
	}
}

func TestTranscribeBrokenFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct{ name, path, want string }{
		{"missing", filepath.Join(dir, "none.wav"), "there is no such file"},
		{"folder", dir, "folder"},
		{"empty", write("empty.wav", ""), "empty"},
		{"text", write("text.wav", "this is no sound"), ""},
		{"RIFF of nothing", write("riff.wav", "RIFF\x04\x00\x00\x00WAVE"), ""},
		{"FLAC of nothing", write("x.flac", "fLaC"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("LC_ALL", "C")
			s, _, errs := scribes(Text, false, &stttest.Fake{})
			if err := s.all(t.Context(), []string{tt.path}); !errors.As(err, &filesFailed{}) {
				t.Errorf("got %v, want filesFailed", err)
			}
			line := strings.TrimSpace(errs.String())
			if !strings.Contains(line, tt.path) || !strings.Contains(line, tt.want) || strings.Contains(line, "\n") {
				t.Errorf("got %q, want one line naming the file and %q", line, tt.want)
			}
		})
	}
}

func TestTranscribeEndsWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	began := make(chan int64)
	hearer := stttest.Says("en", "never")
	hearer.Began, hearer.Hold = began, make(chan struct{})
	s, out, errs := scribes(Text, true, hearer)
	done := make(chan error, 1)
	a := recordWAV(t, "a.wav", 1)
	go func() { done <- s.all(ctx, []string{a, a}) }()
	<-began
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if out.Len() != 0 || errs.Len() != 0 {
		t.Errorf("got %q and %q, want nothing said", out, errs)
	}
}

func TestTranscribeSpeaksKorean(t *testing.T) {
	t.Setenv("LC_ALL", "ko_KR.UTF-8")
	if got := (filesFailed{2, 5}).Error(); !strings.Contains(got, "받아쓰지 못했습니다") {
		t.Errorf("got %q, want it in Korean", got)
	}
	t.Setenv("LC_ALL", "en_US.UTF-8")
	if got := (filesFailed{2, 5}).Error(); !strings.Contains(got, "2 of 5") {
		t.Errorf("got %q, want it in English", got)
	}
}
