package piper

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/audio"
	"deputy/tts"
	"deputy/tts/ttstest"
)

func newPiper(t testing.TB) *Piper {
	t.Helper()
	p, err := New(Options{})
	if err != nil {
		if os.Getenv("DEPUTY_TEST_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestSuite(t *testing.T) {
	p := newPiper(t)
	ttstest.Suite{
		New:       func(t *testing.T) tts.Synthesizer { return p },
		Languages: []string{"en"},
	}.Run(t)
}

func drain(t testing.TB, p *Piper, text string) (n int, err error) {
	t.Helper()
	src, err := p.Synthesize(t.Context(), text, "en")
	if err != nil {
		return 0, err
	}
	defer src.Close()
	buf := make([]float32, 4096)
	for {
		k, err := src.Read(buf)
		n += k
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

func TestDiedProcessIsReplaced(t *testing.T) {
	p := newPiper(t)
	src, err := p.Synthesize(t.Context(), strings.Repeat("this is said again and again. ", 100), "en")
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	buf := make([]float32, 100)
	if _, err := src.Read(buf); err != nil {
		t.Fatal(err)
	}
	p.proc.cmd.Process.Kill()
	for err = nil; err == nil; {
		_, err = src.Read(buf)
	}
	if errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "piper has ended") {
		t.Errorf("got %v from a process that was killed, want an error that says so", err)
	}
	if n, err := drain(t, p, "Here I am again."); n < 10000 || err != nil {
		t.Errorf("got %d samples, %v after it was killed; want speech", n, err)
	}
}

func TestPace(t *testing.T) {
	p := newPiper(t)
	usual, err := drain(t, p, "This is said at one speed or another.")
	p.SetPace(0.6)
	slow, err2 := drain(t, p, "This is said at one speed or another.")
	if err != nil || err2 != nil || slow < usual*5/4 {
		t.Errorf("got %d samples at a pace of 0.6 and %d at 1, %v, %v; want clearly more", slow, usual, err, err2)
	}
}

func TestClosed(t *testing.T) {
	p := newPiper(t)
	src, err := p.Synthesize(t.Context(), strings.Repeat("this is said again and again. ", 100), "en")
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	buf := make([]float32, 1<<20)
	for err = nil; err == nil; {
		_, err = src.Read(buf)
	}
	if !errors.Is(err, ErrClosed) {
		t.Errorf("Read: got %v, want %v", err, ErrClosed)
	}
	if err := p.Warm(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Warm: got %v, want %v", err, ErrClosed)
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if _, err := New(Options{}); err == nil || !strings.Contains(err.Error(), "scripts/setup piper") {
		t.Errorf("got %v, want an error that says how to get it", err)
	}
}

// standIn is a Piper whose interpreter is a shell script.
func standIn(t *testing.T, body string) *Piper {
	t.Helper()
	dir := t.TempDir()
	voice := filepath.Join(dir, "voice.onnx")
	python := filepath.Join(dir, "python")
	for path, text := range map[string]string{python: "#!/bin/sh\n" + body, voice: "", voice + ".json": "{}"} {
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p, err := New(Options{Python: python, Voice: voice})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// hold is a frame as a printf of the shell.
func hold(kind byte, id uint32, body string) string {
	b := binary.LittleEndian.AppendUint32([]byte{kind}, id)
	b = append(binary.LittleEndian.AppendUint32(b, uint32(len(body))), body...)
	var s strings.Builder
	s.WriteString("printf '")
	for _, c := range b {
		s.WriteString(`\` + string('0'+c>>6) + string('0'+c>>3&7) + string('0'+c&7))
	}
	return s.String() + "'\n"
}

func TestBrokenProcess(t *testing.T) {
	ready := hold('R', 0, "22050")
	tests := []struct{ name, body, want string }{
		{"doesn't start", "echo 'No module named piper' >&2; exit 1", "No module named piper"},
		{"bad rate", hold('R', 0, "22"), "sample rate"},
		{"ends", ready + "read line; exit 0", "piper has ended"},
		{"odd frame", ready + "read line\n" + hold('Q', 1, ""), "kind 'Q'"},
		{"endless frame", ready + "read line; printf 'A\\1\\0\\0\\0\\377\\377\\377\\377'; read line", "bytes"},
		{"answer to nobody", ready + "read line\n" + hold('E', 9, "") + "read line", "wasn't made"},
		{"refuses", ready + "read line\n" + hold('X', 1, "no such phoneme") + "read line", "no such phoneme"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := standIn(t, test.body)
			_, err := drain(t, p, "hello")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestBrokenStartIsNotTriedForEverySentence(t *testing.T) {
	count := filepath.Join(t.TempDir(), "count")
	p := standIn(t, "echo x >>"+count+"; exit 1")
	for range 3 {
		if _, err := drain(t, p, "hello"); err == nil {
			t.Error("got no error from a program that fails")
		}
	}
	if b, _ := os.ReadFile(count); len(b) != 2 {
		t.Errorf("started %d times, want once", len(b)/2)
	}
}

func TestHangingStartEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	p := standIn(t, "exec sleep 600")
	if _, err := p.Synthesize(ctx, "hello", "en"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
	began := time.Now()
	p.Close()
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("Close took %v", took)
	}
}

// A sentence that is given up is broken off, which must not harm the next one.
func TestGivenUpSentences(t *testing.T) {
	p := newPiper(t)
	lasts := func() time.Duration {
		src, err := p.Synthesize(t.Context(), "I saved the file.", "en")
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		samples, err := audio.ReadAll(src)
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(len(samples)) * time.Second / time.Duration(src.Rate())
	}
	want := lasts()
	for range 5 {
		long, err := p.Synthesize(t.Context(), strings.Repeat("and this goes on and on ", 9)+".", "en")
		if err != nil {
			t.Fatal(err)
		}
		long.Close()
		if got := lasts(); got < want*2/3 || got > want*3/2 {
			t.Errorf("got %v of sound after one that was given up, want about %v", got, want)
		}
	}
}

// The pieces in which a sentence comes make the same sound as the whole.
func TestPiecesFit(t *testing.T) {
	p := newPiper(t)
	program, ok := strings.CutSuffix(serve, "\nmain()\n")
	if !ok {
		t.Fatal("the program doesn't end by calling main")
	}
	program += `
voice = Voice(sys.argv[1], 1)
worst, pieces = 0, 0
for text in "Yes.", "I saved the file.", "and this goes on " * 12:
    for phonemes in voice.text.phonemize(text):
        steps = voice.steps(voice.text.phonemes_to_ids(phonemes), 1.0)
        whole = numpy.clip(voice.gain * voice.run(voice.second, {voice.joint: steps}).reshape(-1), -1, 1)
        parts = list(voice.sound(steps))
        pieces = max(pieces, len(parts))
        worst = max(worst, float(numpy.abs(numpy.concatenate(parts) - whole).max()))
print(pieces, "pieces", "fit" if worst < 1e-4 else worst, file=sys.stderr)
`
	cmd := exec.CommandContext(t.Context(), p.o.Python, "-I", "-c", program, p.o.Voice)
	said, err := cmd.CombinedOutput()
	if got := strings.TrimSpace(string(said)); err != nil || !strings.HasSuffix(got, "pieces fit") || strings.HasPrefix(got, "1 ") {
		t.Errorf("got %q, %v, want several pieces that fit", got, err)
	}
}

// BenchmarkFirstSound is the time from a text to its first sample, nothing else
// being said, and right after a sentence that was given up.
func BenchmarkFirstSound(b *testing.B) {
	p := newPiper(b)
	if err := p.Warm(b.Context()); err != nil {
		b.Fatal(err)
	}
	begin := func(b *testing.B, text string) audio.Source {
		src, err := p.Synthesize(b.Context(), text, "en")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := src.Read(make([]float32, 320)); err != nil {
			b.Fatal(err)
		}
		return src
	}
	for _, tt := range []struct{ lasts, text string }{
		{"1s", "I saved the file."},
		{"4s", "I wrote the shopping list with milk, eggs and bread to a new file."},
		{"7s", "The report says that revenue rose eleven percent mostly from the new office in Busan and that costs were flat and two people will be hired."},
	} {
		b.Run(tt.lasts, func(b *testing.B) {
			for b.Loop() {
				src := begin(b, tt.text)
				b.StopTimer()
				if _, err := audio.ReadAll(src); err != nil {
					b.Fatal(err)
				}
				src.Close()
				b.StartTimer()
			}
		})
	}
	b.Run("after one given up", func(b *testing.B) {
		for b.Loop() {
			begin(b, "I saved the file. You can look now.").Close()
		}
	})
}
