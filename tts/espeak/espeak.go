// Package espeak speaks through espeak-ng, a small program that knows many
// languages, Korean among them. It knows the program's options and the WAV that
// it writes. It must not know where the sound goes or what the text is about.
//
// espeak-ng is GPL: it stays a process of its own, one for each sentence (it
// starts in a few milliseconds), and is given the text on its standard input, so
// that no text can be taken for an option.
package espeak

import (
	"context"
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"deputy/audio"
	"deputy/internal/proc"
)

// Options make an Espeak; the zero value will do.
type Options struct {
	// Path is the program; "" looks for espeak-ng in PATH.
	Path string
	// Speed is in words a minute, 80 to 450; 0 means 165.
	Speed int
	// Voices gives the voice for each language; nil means en-us for "en" and ko
	// for "ko".
	Voices map[string]string
}

// Espeak is a tts.Synthesizer. Any goroutine may use it.
type Espeak struct {
	path   string
	speed  int
	voices map[string]string
	pace   atomic.Uint64 // float64 bits
}

// New finds the program and starts nothing.
func New(o Options) (*Espeak, error) {
	if o.Path == "" {
		o.Path = "espeak-ng"
	}
	path, err := exec.LookPath(o.Path)
	if err != nil {
		return nil, fmt.Errorf("espeak-ng is not installed (apt-get install espeak-ng, or brew install espeak-ng): %w", err)
	}
	if o.Speed == 0 {
		o.Speed = 165
	}
	if o.Speed < 80 || o.Speed > 450 {
		return nil, fmt.Errorf("espeak-ng speed is %d words a minute, want 80 to 450", o.Speed)
	}
	if o.Voices == nil {
		o.Voices = map[string]string{"en": "en-us", "ko": "ko"}
	}
	e := &Espeak{path: path, speed: o.Speed, voices: o.Voices}
	e.SetPace(1)
	return e, nil
}

// SetPace changes the speed; see tts.Pacer.
func (e *Espeak) SetPace(factor float64) {
	e.pace.Store(math.Float64bits(min(max(factor, 0.5), 2)))
}

// Synthesize starts the program for one text. The Source is 22050 Hz, as
// espeak-ng's own voices are, and streams clause by clause.
func (e *Espeak) Synthesize(ctx context.Context, text, language string) (audio.Source, error) {
	voice, ok := e.voices[language]
	if !ok {
		return nil, fmt.Errorf("espeak-ng has no voice set for the language %q", language)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	speed := min(max(int(float64(e.speed)*math.Float64frombits(e.pace.Load())), 80), 450)
	cmd := proc.Command(ctx, proc.Grant{Inherit: []string{"ESPEAK_DATA_PATH"}}, e.path, "--stdin", "--stdout", "-b", "1", "-v", voice, "-s", strconv.Itoa(speed))
	cmd.Stdin = strings.NewReader(harmless(text))
	cmd.WaitDelay = time.Second
	s := &source{ctx: ctx.Err, cmd: cmd}
	cmd.Stderr = &s.complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start espeak-ng: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start espeak-ng: %w", err)
	}
	if err := s.open(out); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// harmless takes out what espeak-ng would take for more than text: NUL ends
// its input, and [[ begins phonemes.
func harmless(text string) string {
	text = strings.ToValidUTF8(text, " ")
	text = strings.ReplaceAll(text, "\x00", " ")
	for strings.Contains(text, "[[") {
		text = strings.ReplaceAll(text, "[[", "[ [")
	}
	return text + "\n"
}

// Languages are those for which there is a voice, sorted.
func (e *Espeak) Languages() []string {
	var out []string
	for l := range e.voices {
		out = append(out, l)
	}
	slices.Sort(out)
	return out
}
