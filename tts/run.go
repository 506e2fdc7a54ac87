package tts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// grace is how long a Player may take to return after its ctx has ended before
// the Voice goes on without it.
const grace = 2 * time.Second

var (
	errNothing = errors.New("there is nothing in the line that can be spoken")
	errWedged  = errors.New("the speaker does not answer; look at the sound settings, or choose another speaker")
)

// Run says what is queued until ctx ends; then the line being said stops and it
// returns nil, with every line told. It calls told on its own goroutine, once
// for each line, in the order in which they ended; told may call Say and Hush.
// It is called once.
func (v *Voice) Run(ctx context.Context, told func(Spoken)) error {
	for {
		t := v.next(ctx, told)
		if t == nil {
			break
		}
		s := v.say(ctx, t)
		v.speaking.Store(false)
		t.drop()
		v.mu.Lock()
		v.now = nil
		close(t.quiet)
		v.mu.Unlock()
		v.report(t, s, told)
	}
	v.mu.Lock()
	v.stopped = true
	v.dropped = append(v.dropped, v.queue...)
	v.queue = nil
	v.mu.Unlock()
	v.tellDropped(told)
	gone := make(chan struct{})
	go func() { v.work.Wait(); close(gone) }()
	select {
	case <-gone:
		return nil
	case <-time.After(grace):
		return errors.New("end the voice: a speaker or a synthesizer doesn't stop")
	}
}

// next waits for a task and makes it the one being said; nil when ctx ends.
func (v *Voice) next(ctx context.Context, told func(Spoken)) *task {
	for {
		v.tellDropped(told)
		if ctx.Err() != nil {
			return nil
		}
		v.mu.Lock()
		var t *task
		switch {
		case len(v.queue) > 0:
			t = v.queue[0]
			v.queue = slices.Delete(v.queue, 0, 1)
		case v.chime:
			t = newChime()
		}
		v.now, v.chime = t, false
		v.mu.Unlock()
		if t != nil {
			return t
		}
		select {
		case <-v.wake:
		case <-ctx.Done():
		}
	}
}

func (v *Voice) tellDropped(told func(Spoken)) {
	v.mu.Lock()
	dropped := v.dropped
	v.dropped = nil
	v.mu.Unlock()
	for _, t := range dropped {
		t.drop()
		v.tell(Spoken{Line: t.line.ID, Ended: time.Now()}, told)
	}
}

func (v *Voice) tell(s Spoken, told func(Spoken)) {
	if s.Err != nil {
		v.o.Logger.Warn("line not spoken", "line", s.Line, "err", s.Err)
	}
	if told != nil {
		told(s)
	}
}

// say speaks a task to its end, or until it is hushed, ctx ends, or it fails.
func (v *Voice) say(ctx context.Context, t *task) Spoken {
	t.prepare()
	err := errNothing
	if len(t.parts) > 0 {
		err = nil
	}
	for i := 0; i < len(t.parts) && err == nil; i++ {
		err = v.sayPart(ctx, t, i)
	}
	s := Spoken{Line: t.line.ID, Began: t.began, Ended: time.Now()}
	switch {
	case errors.Is(err, errHushed):
	case err != nil:
		s.Err = fmt.Errorf("say line %s: %w", t.line.ID, err)
	default:
		s.Whole = !t.cut
	}
	return s
}

// errHushed ends a task without an error of its own.
var errHushed = errors.New("hushed")

// sayPart plays one sentence, by the next engine again if one fails in the middle.
func (v *Voice) sayPart(ctx context.Context, t *task, i int) error {
	p := t.parts[i]
	var broke error
	for {
		v.compute(p, p.sound.nextEngine())
		if err := v.await(ctx, t, p.sound); err != nil {
			return err
		}
		if err := p.sound.failed(); err != nil && p.sound.length() == 0 {
			return errors.Join(broke, err) // every engine was tried
		}
		err := v.play(ctx, t, i)
		if err == nil || errors.Is(err, errHushed) || p.sound.failed() == nil {
			return err
		}
		broke = err
		v.o.Logger.Warn("the voice broke off; another says the sentence again", "line", t.line.ID)
	}
}

// compute starts the synthesis of a sentence unless it is under way; engine is
// where to begin in the list, -1 to leave the one that there is.
func (v *Voice) compute(p *part, engine int) {
	if p.sound == nil || engine >= 0 {
		// Not a child of Run's ctx: whoever drops the task closes the synthesis.
		ctx, cancel := context.WithCancel(context.Background())
		p.sound = newSynthesis(max(engine, 0), cancel)
		v.work.Go(func() { p.sound.perform(ctx, v.o, p.text, p.language) })
	}
}

// await blocks until the synthesis has its first samples or has failed.
func (v *Voice) await(ctx context.Context, t *task, k *synthesis) error {
	select {
	case <-k.ready:
		return nil
	case <-t.hushed:
	case <-ctx.Done():
	}
	return errHushed
}

// play gives one prepared sentence to the player, and while it sounds prepares
// the one after it.
func (v *Voice) play(ctx context.Context, t *task, i int) error {
	if v.wedged != nil {
		select {
		case <-v.wedged:
			v.wedged = nil
		default:
			return errWedged
		}
	}
	select {
	case <-t.hushed: // may have come together with the first samples
		return errHushed
	default:
	}
	p := t.parts[i]
	pctx, stop := context.WithCancel(ctx)
	defer stop()
	src := &playbackReader{synthesis: p.sound, voice: v, task: t, part: p}
	var heard time.Duration
	var err error
	done := make(chan struct{})
	v.work.Go(func() {
		defer close(done)
		heard, err = v.o.Player.Play(pctx, src)
	})
	ended := v.attend(pctx, t, i, done)
	stop()
	if !v.finish(p.sound, done, ended) {
		return errWedged
	}
	if !src.began.IsZero() && t.began.IsZero() {
		t.began = src.began
	}
	return v.outcome(t, p, ended, heard, err)
}

// Ways in which attend ends.
type ending int

const (
	returned ending = iota // Play came back by itself
	silenced               // hushed, overtaken, or ctx ended
	overdue                // Play takes longer than there is sound
)

// attend waits for a Play and keeps the work ahead of it going.
func (v *Voice) attend(ctx context.Context, t *task, i int, done <-chan struct{}) ending {
	began := time.Now()
	late := time.NewTimer(v.o.Patience)
	defer late.Stop()
	for {
		next := v.lookAhead(t, i+1)
		select {
		case <-done:
			return returned
		case <-t.hushed:
			return silenced
		case <-t.overtaken(next):
			return silenced
		case <-ctx.Done():
			return silenced
		case <-v.wake:
		case <-late.C:
			left := t.parts[i].sound.duration() + v.o.Patience - time.Since(began)
			if left <= 0 {
				return overdue
			}
			late.Reset(left)
		}
	}
}

// finish waits for a Play that was told to stop; false if it doesn't.
func (v *Voice) finish(k *synthesis, done chan struct{}, how ending) bool {
	if how == returned {
		return true
	}
	k.Close()
	select {
	case <-done:
		return true
	case <-time.After(grace):
		v.wedged = done
		return false
	}
}

// outcome turns what Play said into the end of a sentence.
func (v *Voice) outcome(t *task, p *part, how ending, heard time.Duration, err error) error {
	v.o.Logger.Debug("played", slog.String("line", t.line.ID), slog.Duration("heard", heard))
	switch {
	case how == overdue:
		return errWedged
	case how == silenced:
		return errHushed
	case p.sound.failed() != nil:
		return p.sound.failed()
	case err != nil:
		return fmt.Errorf("play: %w", err)
	case !p.sound.drained():
		return errors.New("play: the speaker stopped early")
	}
	return nil
}

// lookAhead prepares the sentence that will be said next: the task's own, or
// the first of the task at the head of the queue. It returns nil if there is none.
func (v *Voice) lookAhead(t *task, i int) *synthesis {
	if i >= len(t.parts) {
		v.mu.Lock()
		if len(v.queue) == 0 {
			v.mu.Unlock()
			return nil
		}
		t, i = v.queue[0], 0
		v.mu.Unlock()
		t.prepare()
		if len(t.parts) == 0 {
			return nil
		}
	}
	v.compute(t.parts[i], -1)
	return t.parts[i].sound
}
