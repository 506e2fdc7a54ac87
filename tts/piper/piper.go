// Package piper speaks English through Piper, a neural voice. It knows the
// small program beside it (serve.py), which holds the voice, and the frames
// that it writes. It must not know where the sound goes or what the text is
// about.
//
// Piper is GPL: it stays a process of its own, started at the first sentence
// and kept running, since loading the voice takes longer than speaking does.
package piper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"deputy/audio"
	"deputy/tts"
)

// ErrClosed is returned by Synthesize after Close.
var ErrClosed = errors.New("piper is closed")

// Options make a Piper; the zero value uses what set-up installs.
type Options struct {
	// Python is the interpreter that has the package piper-tts; "" is the one
	// of set-up: piper/venv/bin/python under Deputy's cache directory.
	Python string
	// Voice is the .onnx file, its .onnx.json beside it; "" is the one of set-up.
	Voice string
	// Language is what the voice speaks; "" means "en".
	Language string
	// Threads is how many cores it may use at a time; 0 means 1, which is some
	// twenty times faster than speech and leaves the rest to the recogniser.
	Threads int
	// Logger is silent when nil.
	Logger *slog.Logger
}

// Piper is a tts.Synthesizer. Any goroutine may use it. Sentences are spoken in
// the order in which they were asked for, one at a time.
type Piper struct {
	o    Options
	pace atomic.Uint64 // float64 bits

	// The process is replaced when it has died, by whichever Synthesize finds
	// it so.
	mu     sync.Mutex
	proc   *process
	failed error // why the last one didn't start
	after  time.Time
	closed bool
}

// again is how long a Piper that didn't start is left alone, so that not every
// sentence waits for it to fail before another voice says it.
const again = 30 * time.Second

const voiceFile = "en_US-joe-medium.onnx"

// New checks that everything is there and starts nothing.
func New(o Options) (*Piper, error) {
	dir, err := cache()
	if err != nil && (o.Python == "" || o.Voice == "") {
		return nil, fmt.Errorf("find piper: %w", err)
	}
	if o.Python == "" {
		o.Python = filepath.Join(dir, "venv", "bin", "python")
	}
	if o.Voice == "" {
		o.Voice = filepath.Join(dir, "voices", voiceFile)
	}
	for _, path := range []string{o.Python, o.Voice, o.Voice + ".json"} {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("piper is not installed (scripts/setup piper): %w", err)
		} else if err != nil {
			return nil, fmt.Errorf("find piper: %w", err)
		}
	}
	if o.Language == "" {
		o.Language = "en"
	}
	o.Threads = max(o.Threads, 1)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Piper{o: o}
	p.SetPace(1)
	return p, nil
}

// cache is where set-up puts Piper.
func cache() (string, error) {
	if dir := os.Getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "deputy", "piper"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".cache", "deputy", "piper"), nil
}

// SetPace changes the speed; see tts.Pacer.
func (p *Piper) SetPace(factor float64) {
	p.pace.Store(math.Float64bits(min(max(factor, 0.5), 2)))
}

// Warm starts the process and waits until the voice is loaded, so that the first
// sentence needn't.
func (p *Piper) Warm(ctx context.Context) error {
	_, err := p.running(ctx)
	return err
}

// Synthesize asks the process for one text, starting it first if need be. The
// Source streams in pieces of a sentence.
func (p *Piper) Synthesize(ctx context.Context, text, language string) (audio.Source, error) {
	if language != p.o.Language {
		return nil, fmt.Errorf("piper's voice speaks %q, not %q", p.o.Language, language)
	}
	proc, err := p.running(ctx)
	if err != nil {
		return nil, err
	}
	// Piper's own idea of a sentence has no limit, and a third of the work is done
	// for the whole of one first: ours bounds what a first sound, or a stop, has to wait for.
	return proc.ask(ctx, tts.Sentences(harmless(text)), math.Float64frombits(p.pace.Load()))
}

// running is the process, ready to be asked.
func (p *Piper) running(ctx context.Context) (*process, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	proc, err := p.current()
	if err != nil {
		return nil, err
	}
	select {
	case <-proc.ready:
		return proc, nil
	case <-proc.gone:
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.proc == proc && !p.closed {
			p.failed, p.after = proc.err, time.Now().Add(again)
		}
		return nil, proc.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// current is the process, started if there is none or it has died.
func (p *Piper) current() (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, ErrClosed
	case p.proc != nil && !p.proc.dead():
		return p.proc, nil
	case p.failed != nil && time.Now().Before(p.after):
		return nil, p.failed
	}
	if p.proc != nil {
		p.o.Logger.Warn("piper is started again", "err", p.proc.err)
	}
	proc, err := start(p.o)
	if err != nil {
		p.failed, p.after = err, time.Now().Add(again)
		return nil, err
	}
	p.proc, p.failed = proc, nil
	return proc, nil
}

// Close ends the process and everything that it still speaks.
func (p *Piper) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.proc != nil {
		p.proc.kill(ErrClosed)
		<-p.proc.gone
	}
	return nil
}

// harmless takes out [[, which begins phonemes, and what isn't text.
func harmless(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, " "), "\x00", " ")
	for strings.Contains(text, "[[") {
		text = strings.ReplaceAll(text, "[[", "[ [")
	}
	return text
}
