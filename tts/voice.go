package tts

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// ErrStopped is returned by Say when Run has ended.
var ErrStopped = errors.New("the voice has stopped")

// An Engine is a Synthesizer and what it is good for.
type Engine struct {
	// Name appears in errors and logs.
	Name string
	// Languages are those that it speaks ("en", "ko"); none means any.
	Languages []string
	Synthesizer
}

// A Pacer is a Synthesizer whose speed can be changed while it runs. SetPace
// may be called from any goroutine and holds from the next sentence on.
type Pacer interface {
	// SetPace takes the speed as a factor: 1 is usual, 0.8 slower. Factors
	// outside [0.5, 2] are brought to the nearer end.
	SetPace(factor float64)
}

// Options make a Voice. Only Player is needed.
type Options struct {
	// Engines are tried in order, for each sentence: one that fails before its
	// first sample, or in the middle, gives way to the next one that speaks the
	// language, which then says the whole sentence.
	Engines []Engine
	Player  Player
	// Patience is how long an engine may take to its first sample or between
	// two, and a speaker beyond the length of a sentence, before it counts as
	// failed; 0 means 8 s.
	Patience time.Duration
	// Began is called when the first sample of each sentence leaves for the
	// speaker, on the player's goroutine. It must not block or call Hush.
	Began func(line, text string, at time.Time)
	// Chimed is called when a chime has ended, on Run's goroutine: from when to
	// when it could be heard.
	Chimed func(began, ended time.Time)
	// Logger is silent when nil. Text is logged at Debug only.
	Logger *slog.Logger
}

// A Voice is the queue of lines to be said. Say, Chime, Hush, Speaking and
// SetPace may be called from any goroutine, Say, Chime and Hush also from
// told; Run owns everything else.
type Voice struct {
	o    Options
	wake chan struct{} // holds one: the queue has changed

	// The queue is shared and not sent to Run, since told runs on Run's
	// goroutine and may call Say, which then can't wait for Run.
	mu      sync.Mutex
	queue   []*task // not begun; urgent ones first
	dropped []*task // hushed before they began, to be told
	now     *task   // the one being said
	chime   bool    // a chime is to sound, if the queue is still empty
	stopped bool

	speaking atomic.Bool
	work     sync.WaitGroup // synthesis and playing under way
	wedged   chan struct{}  // Run's: closed when a Play that didn't return at last does
}

// A task is a Line on its way. The channels are closed under Voice.mu, the rest
// belongs to Run.
type task struct {
	line   Line
	chime  bool          // it is no line
	hushed chan struct{} // closed by Hush
	quiet  chan struct{} // closed when no more of it will be heard

	parts []*part
	ready bool // parts are made
	cut   bool // it was too long and parts don't hold all of it
	began time.Time
}

// A part is one sentence of a task.
type part struct {
	text, language string
	sound          *synthesis // nil until somebody prepares it
}

// NewVoice returns a Voice that says nothing until Run.
func NewVoice(o Options) *Voice {
	if o.Patience <= 0 {
		o.Patience = 8 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Voice{o: o, wake: make(chan struct{}, 1)}
}

// Say queues a line behind those before it, or, if it is urgent, behind the
// other urgent ones. It never waits for the speaker. What became of the line is
// told by Run. The error is ctx's or ErrStopped.
func (v *Voice) Say(ctx context.Context, l Line) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stopped {
		return ErrStopped
	}
	at := len(v.queue)
	if l.Urgent {
		for at > 0 && !v.queue[at-1].line.Urgent {
			at--
		}
	}
	t := &task{line: l, hushed: make(chan struct{}), quiet: make(chan struct{})}
	v.queue = slices.Insert(v.queue, at, t)
	v.nudge()
	return nil
}

// Hush stops the line being said within one 20 ms frame and drops those that
// wait, urgent ones too; Run tells what became of each, none of them Whole.
// It returns when it is quiet, or with ctx's error. Lines said after Hush was
// called are not touched.
func (v *Voice) Hush(ctx context.Context) error {
	v.mu.Lock()
	now := v.now
	if now != nil {
		now.hush()
	}
	for _, t := range v.queue {
		t.hush()
	}
	v.dropped = append(v.dropped, v.queue...)
	v.queue, v.chime = nil, false
	v.nudge()
	v.mu.Unlock()
	if now == nil {
		return nil
	}
	select {
	case <-now.quiet:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Speaking says whether a line has begun to sound and hasn't ended.
func (v *Voice) Speaking() bool { return v.speaking.Load() }

// SetPace changes the speed of every engine that can, from the next sentence
// that isn't prepared yet; see Pacer.
func (v *Voice) SetPace(factor float64) {
	for _, e := range v.o.Engines {
		if p, ok := e.Synthesizer.(Pacer); ok {
			p.SetPace(factor)
		}
	}
}

func (v *Voice) nudge() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// hush is called with Voice.mu held.
func (t *task) hush() {
	select {
	case <-t.hushed:
	default:
		close(t.hushed)
	}
}

// drop gives up the work that was done ahead for a task.
func (t *task) drop() {
	for _, p := range t.parts {
		if p.sound != nil {
			p.sound.Close()
		}
	}
}

// prepare cuts the line into sentences that can be spoken.
func (t *task) prepare() {
	if t.ready {
		return
	}
	t.ready = true
	length, language := 0, ""
	for _, piece := range Sentences(t.line.Text) {
		if length > spokenLimit {
			t.cut = true
			break
		}
		language = languageOf(piece, t.line.Language, language)
		text, cut := speakable(piece, language)
		t.cut = t.cut || cut
		if text == "" {
			continue
		}
		t.parts = append(t.parts, &part{text: text, language: language})
		length += len([]rune(text))
	}
}

// languageOf is the language of a piece of a line: the line's own, else by
// script, else, where there is nothing to go by, that of the piece before.
func languageOf(piece, line, before string) string {
	switch {
	case line != "":
		return line
	case before != "" && (fenced([]rune(piece)) || !hasLetter(piece)):
		return before
	}
	return Language(piece)
}
