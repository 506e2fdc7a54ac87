// Package ttstest is the suite that every tts.Synthesizer passes: it knows what
// the interface promises and nothing of any engine. It must not be imported
// outside tests.
package ttstest

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"deputy/audio"
	"deputy/tts"
)

// Suite says what to expect of an engine.
type Suite struct {
	// New returns a fresh Synthesizer; what it needs closed it closes itself by
	// t.Cleanup.
	New func(t *testing.T) tts.Synthesizer
	// Languages are those that it speaks; any other must be an error.
	Languages []string
	// Patience bounds each wait; 0 means 30 s.
	Patience time.Duration
}

var greeting = map[string]string{
	"en": "Hello there, how are you today?",
	"ko": "안녕하세요, 오늘은 어떠세요?",
}

// Run runs the suite.
func (s Suite) Run(t *testing.T) {
	if s.Patience == 0 {
		s.Patience = 30 * time.Second
	}
	for _, language := range s.Languages {
		t.Run("speaks "+language, func(t *testing.T) { s.speaks(t, language) })
	}
	t.Run("other language", s.otherLanguage)
	t.Run("nothing to say", s.nothing)
	t.Run("text is only text", s.inert)
	t.Run("lines", s.lines)
	t.Run("long", s.long)
	t.Run("ctx ends it", s.canceled)
	t.Run("ended before", s.endedBefore)
	t.Run("close ends it", s.closed)
	t.Run("at once", s.concurrent)
}

// speak says a text whole; it fails the test on an error.
func (s Suite) speak(t *testing.T, y tts.Synthesizer, text, language string) sound {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), s.Patience)
	defer cancel()
	src, err := y.Synthesize(ctx, text, language)
	if err != nil {
		t.Errorf("Synthesize(%.40q): got %v, want nil", text, err)
		return sound{}
	}
	defer src.Close()
	got, err := drain(src)
	if err != nil {
		t.Errorf("Read of %.40q: got %v, want io.EOF", text, err)
	}
	return got
}

// sound is what came out of a Source.
type sound struct {
	length time.Duration
	rms    float64
	bad    int // samples that are no number or outside [-1, 1]
	rate   int
}

func drain(src audio.Source) (s sound, err error) {
	s.rate = src.Rate()
	buf := make([]float32, 1000)
	n, sum := 0, 0.0
	for err == nil {
		var k int
		k, err = src.Read(buf)
		for _, v := range buf[:k] {
			if !(v >= -1 && v <= 1) {
				s.bad++
			}
			sum += float64(v) * float64(v)
		}
		n += k
	}
	if errors.Is(err, io.EOF) {
		if k, again := src.Read(buf); k != 0 || !errors.Is(again, io.EOF) {
			return s, errors.New("Read after io.EOF gave something else")
		}
		err = nil
	}
	if n > 0 {
		s.rms = math.Sqrt(sum / float64(n))
		s.length = time.Duration(n) * time.Second / time.Duration(s.rate)
	}
	return s, err
}

// audible checks that there is speech of a sensible length.
func (s sound) audible(t *testing.T, what string, least, most time.Duration) {
	t.Helper()
	if s.rate < 8000 || s.rate > 48000 {
		t.Errorf("%.40q: got a rate of %d, want 8000 to 48000", what, s.rate)
	}
	if s.length < least || s.length > most {
		t.Errorf("%.40q: got %v of sound, want %v to %v", what, s.length, least, most)
	}
	if s.rms < 0.005 || s.bad > 0 {
		t.Errorf("%.40q: got level %.4f and %d bad samples, want speech", what, s.rms, s.bad)
	}
}

func (s Suite) speaks(t *testing.T, language string) {
	text := greeting[language]
	s.speak(t, s.New(t), text, language).audible(t, text, time.Second, 8*time.Second)
}

func (s Suite) otherLanguage(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), s.Patience)
	defer cancel()
	src, err := s.New(t).Synthesize(ctx, "hello", "xx")
	if err == nil {
		_, err = drain(src)
		src.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "xx") {
		t.Errorf("got %v, want an error that names the language", err)
	}
}

func (s Suite) nothing(t *testing.T) {
	y := s.New(t)
	for _, text := range []string{"", " ", "\n", "\x00"} {
		ctx, cancel := context.WithTimeout(t.Context(), s.Patience)
		src, err := y.Synthesize(ctx, text, s.Languages[0])
		if err == nil {
			var got sound
			if got, err = drain(src); got.length > 2*time.Second || err != nil {
				t.Errorf("%q: got %v of sound, %v; want next to nothing, or an error at once", text, got.length, err)
			}
			src.Close()
		}
		if ctx.Err() != nil {
			t.Errorf("%q: took more than %v", text, s.Patience)
		}
		cancel()
	}
}

func (s Suite) inert(t *testing.T) {
	y := s.New(t)
	for _, text := range []string{
		"--version", "-h hello", "--help me", "-f /etc/passwd", "-w out.wav hello",
		"<speak><break time='30s'/>hello</speak>", "<audio src='file:///etc/passwd'>hello</audio>", "[[h@l'oU]] hello",
		`"}` + "\n" + `{"text":"no"} hello`, "hello $(sleep 20) `sleep 20` %s%n \\n", "hello\x00there", "hello \xff there",
	} {
		s.speak(t, y, text, s.Languages[0]).audible(t, text, 300*time.Millisecond, 20*time.Second)
	}
	if _, err := os.Stat("out.wav"); err == nil {
		os.Remove("out.wav")
		t.Error("the text was taken for an option: it wrote out.wav")
	}
}

func (s Suite) lines(t *testing.T) {
	y := s.New(t)
	one := s.speak(t, y, "one thing is here.", "en")
	three := s.speak(t, y, "one thing is here.\ntwo things are there.\n\nthree things are gone.", "en")
	if three.length < 2*one.length {
		t.Errorf("got %v for three lines and %v for one, want all of them spoken", three.length, one.length)
	}
}

func (s Suite) long(t *testing.T) {
	text := strings.Repeat("this sentence is said again and again, ", 25)
	s.speak(t, s.New(t), text, s.Languages[0]).audible(t, text, 25*time.Second, 3*time.Minute)
}

func (s Suite) canceled(t *testing.T) {
	y := s.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	src := s.begin(t, ctx, y)
	cancel()
	s.mustEnd(t, src)
	s.speak(t, y, greeting["en"], "en").audible(t, "after it was canceled", time.Second, 8*time.Second)
}

func (s Suite) endedBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	src, err := s.New(t).Synthesize(ctx, "hello", "en")
	if err == nil {
		_, err = drain(src)
		src.Close()
	}
	if err == nil {
		t.Error("got sound from a ctx that had ended, want an error")
	}
}

func (s Suite) closed(t *testing.T) {
	y := s.New(t)
	src := s.begin(t, t.Context(), y)
	time.AfterFunc(10*time.Millisecond, func() { src.Close() })
	if err := s.mustEnd(t, src); !errors.Is(err, audio.ErrClosed) {
		t.Errorf("Read after Close: got %v, want %v", err, audio.ErrClosed)
	}
	if err := src.Close(); err != nil {
		t.Errorf("second Close: got %v, want nil", err)
	}
	s.speak(t, y, greeting["en"], "en").audible(t, "after one was closed", time.Second, 8*time.Second)
}

// begin starts a text that is too long to be at its end soon.
func (s Suite) begin(t *testing.T, ctx context.Context, y tts.Synthesizer) audio.Source {
	t.Helper()
	src, err := y.Synthesize(ctx, strings.Repeat("This sentence is said again and again. ", 200), "en")
	if err != nil {
		t.Fatalf("Synthesize: got %v, want nil", err)
	}
	t.Cleanup(func() { src.Close() })
	if n, err := src.Read(make([]float32, 100)); n == 0 {
		t.Fatalf("first Read: got %v, want samples", err)
	}
	return src
}

// mustEnd reads until there is an error, which must come soon and not be the end.
func (s Suite) mustEnd(t *testing.T, src audio.Source) error {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		buf := make([]float32, 100)
		for {
			if _, err := src.Read(buf); err != nil {
				ended <- err
				return
			}
		}
	}()
	select {
	case err := <-ended:
		if errors.Is(err, io.EOF) {
			t.Error("got io.EOF, want an error: it wasn't said to its end")
		}
		return err
	case <-time.After(5 * time.Second):
		t.Error("Read didn't end")
		return nil
	}
}

func (s Suite) concurrent(t *testing.T) {
	y := s.New(t)
	var wg sync.WaitGroup
	for _, text := range []string{"one thing is here.", "two things are there, not here.", "three things are gone.", "four."} {
		wg.Go(func() {
			s.speak(t, y, text, "en").audible(t, text, 300*time.Millisecond, 8*time.Second)
		})
	}
	wg.Wait()
}
