// Package listen goes from a microphone to what was said: utterances, their text, when each word was in the room, and
// the key that may be held meanwhile. It tells the desk and knows nothing of what the desk makes of it, nor of settings.
package listen

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"deputy/agent/event"
	"deputy/audio"
	"deputy/stt"
)

// A Listener listens to one source and tells the desk what was said. The loop that
// reads frames never waits for the transcriber.
type Listener struct {
	Source      audio.Source
	Detector    audio.Detector
	Transcriber stt.Transcriber
	Options     audio.Options
	Device      string // the microphone's name, for the journal
	Tell        func(event.Body)
	// Onset is called when speech begins, for whoever must be silent then. May be
	// nil.
	Onset func()
	// Touch is called with every window that may be speech. May be nil.
	Touch func()
	// Holding says whether somebody waits to know how far the sound was listened to.
	// May be nil.
	Holding func() bool
	// Settled says whether what was heard so far is a whole answer to what is being
	// asked. Any goroutine calls it. May be nil.
	Settled func(event.Heard) bool
	// Named says whether a text begins with Deputy's name; the desk is told so while
	// the rest is being spoken. Any goroutine calls it. May be nil.
	Named func(string) bool
	// Commanded says whether the key may have been held by a command and not by a
	// hand. May be nil.
	Commanded func() bool
	// Heard is called with every final transcript and its timing. May be nil.
	Heard func(Recognition)
	// Keep is given every utterance that held speech. May be nil.
	Keep func(audio.Utterance)
	Log  *slog.Logger

	clock SampleClock
	// draft belongs to the goroutine that listens, which also asks for hints.
	draft   *draft
	since   time.Time // when the speech that is being heard began; as draft
	listens bool      // it was told that the sound is listened to; as draft
	drafts  sync.WaitGroup
	pending atomic.Int32 // utterances that have ended and aren't told yet
}

// A Recognition is how one utterance came to its transcript, for the screen and the
// measurements.
type Recognition struct {
	Utterance  audio.Utterance
	Transcript stt.Transcript
	Noise      string
	SpeechEnd  time.Time // when the last speech was in the room
	Draft      time.Time // when the transcription began of which the text came
	Endpoint   time.Time // when the endpoint fired
	Ready      time.Time // when the transcript was there
}

// A draft is a transcription under way for one stretch of speech.
type draft struct {
	id     int64 // the Utterance's
	end    int64 // Utterance.SpeechEnd it was made from
	began  time.Time
	cancel context.CancelFunc
	done   chan struct{} // closed when what follows is set
	text   stt.Transcript
	err    error
	hint   audio.Hint // what text says about whether more is coming
}

// Run listens until the source or ctx ends. It returns when every utterance that
// was heard has been told.
func (e *Listener) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { e.Source.Close() })
	defer stop()
	e.Options.Finished = e.hint
	e.clock.Source, e.clock.log = e.Source, e.Log
	e.Detector = &listeningDetector{Detector: e.Detector, listener: e}
	finals := make(chan final, 64)
	var writer sync.WaitGroup
	writer.Go(func() { e.deliver(ctx, finals) })
	err := e.listen(ctx, finals)
	close(finals)
	writer.Wait()
	if e.listens {
		e.Tell(event.Listened{})
	}
	if ctx.Err() != nil {
		err = nil
	}
	cancel()
	e.drafts.Wait()
	return err
}

// A final is an utterance whose text is on its way.
type final struct {
	u        audio.Utterance
	d        *draft
	began    time.Time
	ended    time.Time
	endpoint time.Time
}

func (e *Listener) listen(ctx context.Context, finals chan<- final) error {
	for ev, err := range audio.Listen(&e.clock, e.Detector, &e.Options) {
		if err != nil {
			return err
		}
		switch ev := ev.(type) {
		case audio.Onset:
			e.redraft(nil)
			e.since = e.clock.When(ev.At)
			e.Tell(event.Speech{ID: ev.ID, At: e.since, Key: e.Options.Held != nil && e.Options.Held()})
			if e.Onset != nil {
				e.Onset()
			}
		case audio.Nothing:
			e.redraft(nil)
			e.Tell(event.Silence{ID: ev.ID})
		case audio.Pause:
			e.redraft(e.transcribe(ctx, ev.Utterance))
		case audio.Utterance:
			if e.draft == nil || e.draft.end != ev.SpeechEnd {
				e.redraft(e.transcribe(ctx, ev))
			}
			f := final{
				u: ev, d: e.draft, began: e.clock.When(ev.SpeechStart), ended: e.clock.When(ev.SpeechEnd), endpoint: time.Now(),
			}
			e.draft = nil
			if ev.Cut { // told before anything can be made of what was said so far
				e.Tell(event.Speech{ID: ev.ID + 1, At: e.since})
			}
			e.pending.Add(1)
			select {
			case finals <- f:
			case <-ctx.Done():
			}
		}
	}
	e.redraft(nil)
	return nil
}

// redraft puts a draft in the place of the one under way, which is dropped.
func (e *Listener) redraft(d *draft) {
	if e.draft != nil {
		e.draft.cancel()
	}
	e.draft = d
}

// transcribe starts writing down an utterance, or what may be one.
func (e *Listener) transcribe(ctx context.Context, u audio.Utterance) *draft {
	ctx, cancel := context.WithCancel(ctx)
	d := &draft{id: u.ID, end: u.SpeechEnd, began: time.Now(), cancel: cancel, done: make(chan struct{})}
	e.drafts.Go(func() {
		defer close(d.done)
		if d.text, d.err = e.Transcriber.Transcribe(ctx, u); d.err == nil {
			d.hint = e.finished(u, d.text)
			if e.Named != nil && e.Named(d.text.Text) {
				e.Tell(event.Called{})
			}
		}
	})
	return d
}

// hint tells the endpoint whether the draft of a pause sounds finished.
func (e *Listener) hint(id int64) audio.Hint {
	if e.draft == nil || e.draft.id != id {
		return audio.HintNone
	}
	select {
	case <-e.draft.done:
		return e.draft.hint
	default:
	}
	return audio.HintNone
}

// deliver tells the utterances in the order in which they were spoken.
func (e *Listener) deliver(ctx context.Context, finals <-chan final) {
	for f := range finals {
		e.deliverOne(ctx, f)
		e.pending.Add(-1)
	}
}

// Busy says whether something was said that the desk doesn't know yet.
func (e *Listener) Busy() bool { return e.pending.Load() > 0 }

func (e *Listener) deliverOne(ctx context.Context, f final) {
	<-f.d.done
	f.d.cancel()
	if errors.Is(f.d.err, context.Canceled) || ctx.Err() != nil {
		return
	}
	if f.d.err != nil {
		e.Log.Debug("what was said could not be written down", "utterance", f.u.ID, "err", f.d.err)
		e.Tell(event.Heard{Utterance: f.u.ID, Err: f.d.err.Error(), Began: f.began, Ended: f.ended, Audio: digest(f.u.Samples)})
	} else {
		e.Say(f, time.Now())
	}
	e.Tell(event.Silence{ID: f.u.ID})
}

func (e *Listener) Say(f final, ready time.Time) {
	t, u := f.d.text, f.u
	why, noise := stt.Noise(t)
	if e.Heard != nil {
		e.Heard(Recognition{Utterance: u, Transcript: t, Noise: why, SpeechEnd: f.ended, Draft: f.d.began, Endpoint: f.endpoint, Ready: ready})
	}
	if noise {
		e.Log.Debug("what was heard is taken for noise", "utterance", u.ID, "why", why, "text", t.Text, "language", t.Language,
			"confidence", t.Confidence, "no_speech", t.NoSpeech, "voiced", u.Voiced, "snr", u.SNR)
	} else if e.Keep != nil {
		e.Keep(u)
	}
	h := heardOf(u, t)
	h.Noise, h.Tokens, h.Began, h.Ended, h.Audio = why, evidence(t.Tokens), f.began, f.ended, digest(u.Samples)
	h.Device = e.Device
	h.Commanded = u.Key && e.Commanded != nil && e.Commanded()
	e.Tell(h)
}

// evidence are the token probabilities of an utterance that may be an answer:
// long ones aren't, and would only fill the journal.
func evidence(tokens []float32) []float32 {
	if len(tokens) > 32 {
		return nil
	}
	return tokens
}

// digest is the SHA-256 of samples as little-endian float32, in hex.
func digest(samples []float32) string {
	h := sha256.New()
	b := make([]byte, 0, 4096)
	for len(samples) > 0 {
		n := min(len(samples), 1024)
		b = b[:0]
		for _, s := range samples[:n] {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(s))
		}
		h.Write(b)
		samples = samples[n:]
	}
	return hex.EncodeToString(h.Sum(nil))
}

// heardOf is a transcript as the desk takes it, but for when it was said.
func heardOf(u audio.Utterance, t stt.Transcript) event.Heard {
	return event.Heard{
		Utterance: u.ID, Text: t.Text, Language: t.Language, Foreign: t.Foreign, Key: u.Key,
		Confidence: t.Confidence, Lowest: t.Lowest, NoSpeech: t.NoSpeech, Voiced: u.Voiced, SNR: u.SNR,
	}
}

// finished guesses from its text whether an utterance is over.
func (e *Listener) finished(u audio.Utterance, t stt.Transcript) audio.Hint {
	switch {
	case t.Text == "":
		return audio.HintNone
	case e.Settled != nil && e.Settled(heardOf(u, t)):
		return audio.HintAnswered
	case soundsFinished(t.Text, t.Language):
		return audio.HintFinished
	case soundsUnfinished(t.Text, t.Language):
		return audio.HintUnfinished
	}
	return audio.HintNone
}
