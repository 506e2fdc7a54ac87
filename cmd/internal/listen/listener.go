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
func (l *Listener) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { l.Source.Close() })
	defer stop()
	l.Options.Finished = l.hint
	l.clock.Source, l.clock.log = l.Source, l.Log
	l.Detector = &listeningDetector{Detector: l.Detector, listener: l}
	finals := make(chan final, 64)
	var writer sync.WaitGroup
	writer.Go(func() { l.deliver(ctx, finals) })
	err := l.listen(ctx, finals)
	close(finals)
	writer.Wait()
	if l.listens {
		l.Tell(event.Listened{})
	}
	if ctx.Err() != nil {
		err = nil
	}
	cancel()
	l.drafts.Wait()
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

func (l *Listener) listen(ctx context.Context, finals chan<- final) error {
	for ev, err := range audio.Listen(&l.clock, l.Detector, &l.Options) {
		if err != nil {
			return err
		}
		switch ev := ev.(type) {
		case audio.Onset:
			l.redraft(nil)
			l.since = l.clock.When(ev.At)
			l.Tell(event.Speech{ID: ev.ID, At: l.since, Key: l.Options.Held != nil && l.Options.Held()})
			if l.Onset != nil {
				l.Onset()
			}
		case audio.Nothing:
			l.redraft(nil)
			l.Tell(event.Silence{ID: ev.ID})
		case audio.Pause:
			l.redraft(l.transcribe(ctx, ev.Utterance))
		case audio.Utterance:
			if l.draft == nil || l.draft.end != ev.SpeechEnd {
				l.redraft(l.transcribe(ctx, ev))
			}
			f := final{
				u: ev, d: l.draft, began: l.clock.When(ev.SpeechStart), ended: l.clock.When(ev.SpeechEnd), endpoint: time.Now(),
			}
			l.draft = nil
			if ev.Cut { // told before anything can be made of what was said so far
				l.Tell(event.Speech{ID: ev.ID + 1, At: l.since})
			}
			l.pending.Add(1)
			select {
			case finals <- f:
			case <-ctx.Done():
			}
		}
	}
	l.redraft(nil)
	return nil
}

// redraft puts a draft in the place of the one under way, which is dropped.
func (l *Listener) redraft(d *draft) {
	if l.draft != nil {
		l.draft.cancel()
	}
	l.draft = d
}

// transcribe starts writing down an utterance, or what may be one.
func (l *Listener) transcribe(ctx context.Context, u audio.Utterance) *draft {
	ctx, cancel := context.WithCancel(ctx)
	d := &draft{id: u.ID, end: u.SpeechEnd, began: time.Now(), cancel: cancel, done: make(chan struct{})}
	l.drafts.Go(func() {
		defer close(d.done)
		if d.text, d.err = l.Transcriber.Transcribe(ctx, u); d.err == nil {
			d.hint = l.finished(u, d.text)
			if l.Named != nil && l.Named(d.text.Text) {
				l.Tell(event.Called{})
			}
		}
	})
	return d
}

// hint tells the endpoint whether the draft of a pause sounds finished.
func (l *Listener) hint(id int64) audio.Hint {
	if l.draft == nil || l.draft.id != id {
		return audio.HintNone
	}
	select {
	case <-l.draft.done:
		return l.draft.hint
	default:
	}
	return audio.HintNone
}

// deliver tells the utterances in the order in which they were spoken.
func (l *Listener) deliver(ctx context.Context, finals <-chan final) {
	for f := range finals {
		l.deliverOne(ctx, f)
		l.pending.Add(-1)
	}
}

// Busy says whether something was said that the desk doesn't know yet.
func (l *Listener) Busy() bool { return l.pending.Load() > 0 }

func (l *Listener) deliverOne(ctx context.Context, f final) {
	<-f.d.done
	f.d.cancel()
	if errors.Is(f.d.err, context.Canceled) || ctx.Err() != nil {
		return
	}
	if f.d.err != nil {
		l.Log.Debug("what was said could not be written down", "utterance", f.u.ID, "err", f.d.err)
		l.Tell(event.Heard{Utterance: f.u.ID, Err: f.d.err.Error(), Began: f.began, Ended: f.ended, Audio: digest(f.u.Samples)})
	} else {
		l.say(f, time.Now())
	}
	l.Tell(event.Silence{ID: f.u.ID})
}

func (l *Listener) say(f final, ready time.Time) {
	t, u := f.d.text, f.u
	why, noise := stt.Noise(t)
	if l.Heard != nil {
		l.Heard(Recognition{Utterance: u, Transcript: t, Noise: why, SpeechEnd: f.ended, Draft: f.d.began, Endpoint: f.endpoint, Ready: ready})
	}
	if noise {
		l.Log.Debug("what was heard is taken for noise", "utterance", u.ID, "why", why, "text", t.Text, "language", t.Language,
			"confidence", t.Confidence, "no_speech", t.NoSpeech, "voiced", u.Voiced, "snr", u.SNR)
	} else if l.Keep != nil {
		l.Keep(u)
	}
	h := heardOf(u, t)
	h.Noise, h.Tokens, h.Began, h.Ended, h.Audio = why, evidence(t.Tokens), f.began, f.ended, digest(u.Samples)
	h.Device = l.Device
	h.Commanded = u.Key && l.Commanded != nil && l.Commanded()
	l.Tell(h)
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
func (l *Listener) finished(u audio.Utterance, t stt.Transcript) audio.Hint {
	switch {
	case t.Text == "":
		return audio.HintNone
	case l.Settled != nil && l.Settled(heardOf(u, t)):
		return audio.HintAnswered
	case soundsFinished(t.Text, t.Language):
		return audio.HintFinished
	case soundsUnfinished(t.Text, t.Language):
		return audio.HintUnfinished
	}
	return audio.HintNone
}
