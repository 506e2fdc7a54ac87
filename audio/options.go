package audio

import (
	"log/slog"
	"time"
)

// A Hint is what the text of a Pause says about whether more is coming.
type Hint uint8

const (
	// HintNone: nothing is known (yet); the speaker's own pauses decide.
	HintNone Hint = iota
	// HintFinished: the text is a whole order or answer; MinSilence is enough.
	HintFinished
	// HintUnfinished: the text breaks off ("send it to"); wait for MaxSilence.
	HintUnfinished
	// HintAnswered: the text is all that was waited for ("no" to a question);
	// AnswerSilence is enough.
	HintAnswered
)

// Options tunes Listen. The zero value listens hands-free with the defaults;
// any field that is zero has the value in its comment.
type Options struct {
	// MinSilence and MaxSilence bound the quiet that ends an utterance:
	// 0.4 s and 1.0 s. Between them the speaker's own pauses decide.
	MinSilence, MaxSilence time.Duration
	// AnswerSilence is the quiet that ends what HintAnswered is told of: 0.25 s,
	// at most MinSilence.
	AnswerSilence time.Duration
	// PauseAfter is the quiet after which a Pause is yielded: 0.2 s. It is also
	// how much quiet an utterance keeps at its end.
	PauseAfter time.Duration
	// PreRoll is the sound kept from before the speech: 0.3 s.
	PreRoll time.Duration
	// OnsetAfter is the unbroken speech that makes an Onset: 60 ms.
	OnsetAfter time.Duration
	// MinSpeech is the speech below which a sound is a click and no utterance:
	// 120 ms. Its Onset is then followed by a Nothing.
	MinSpeech time.Duration
	// MaxUtterance is the length at which an utterance is cut: 30 s. What
	// follows goes on as the next one, without an Onset and without a gap.
	MaxUtterance time.Duration
	// ReleaseTail is the sound kept from after the key was let go: 250 ms.
	ReleaseTail time.Duration
	// Threshold is the probability from which a window is speech: 0.5. Speech
	// goes on until it falls below 0.7 of it.
	Threshold float32

	// Held tells whether the push-to-talk key is down. While it is, silence ends
	// nothing and nothing from before the press is kept; letting go ends the
	// utterance. A hold in which no speech was heard yields no utterance. nil:
	// there is no key.
	Held func() bool
	// HandsFree tells whether speech counts without the key. While it says no
	// and the key is up, what is heard is thrown away unscored, speech under way
	// with it. nil: it always counts. It may change at any time.
	HandsFree func() bool
	// Finished tells what is known about the text of the Pause with this ID. It
	// is asked once a frame from the Pause on, until the Utterance. nil: nothing.
	Finished func(id int64) Hint

	// Logger gets levels, never words. nil is silent.
	Logger *slog.Logger
}

func (o *Options) withDefaults() Options {
	var v Options
	if o != nil {
		v = *o
	}
	def := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	def(&v.MinSilence, 400*time.Millisecond)
	def(&v.MaxSilence, time.Second)
	def(&v.AnswerSilence, 250*time.Millisecond)
	def(&v.PauseAfter, 200*time.Millisecond)
	def(&v.PreRoll, 300*time.Millisecond)
	def(&v.OnsetAfter, 60*time.Millisecond)
	def(&v.MinSpeech, 120*time.Millisecond)
	def(&v.MaxUtterance, 30*time.Second)
	def(&v.ReleaseTail, 250*time.Millisecond)
	v.MaxSilence = max(v.MaxSilence, v.MinSilence)
	v.PauseAfter = min(v.PauseAfter, v.MinSilence)
	v.AnswerSilence = min(v.AnswerSilence, v.MinSilence)
	if v.Threshold <= 0 {
		v.Threshold = 0.5
	}
	if v.Held == nil {
		v.Held = func() bool { return false }
	}
	if v.HandsFree == nil {
		v.HandsFree = func() bool { return true }
	}
	if v.Finished == nil {
		v.Finished = func(int64) Hint { return HintNone }
	}
	if v.Logger == nil {
		v.Logger = slog.New(slog.DiscardHandler)
	}
	return v
}
