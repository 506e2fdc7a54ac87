// Package stt says what a transcriber is, what a transcript holds, and which
// transcripts are not speech at all (see Noise). It must not know which engine
// wrote the text or what the text is for.
package stt

import (
	"context"
	"errors"
	"time"

	"deputy/audio"
)

// Sentinels on which callers branch.
var (
	// ErrNoModel says that the engine's model file is missing, cut or altered.
	// The error that wraps it names the file and the command that mends it.
	ErrNoModel = errors.New("speech model can't be used")
	// ErrClosed is returned by Transcribe after Close, and by a call that Close
	// cut short.
	ErrClosed = errors.New("transcriber is closed")
)

// Shortest is the length under which no utterance holds speech.
const Shortest = 100 * time.Millisecond

// A Transcriber writes down one utterance. Transcribe may be called from any
// goroutine, one call computes at a time, and returns promptly (within one
// encoder pass) when ctx ends, with ctx's error. It only reads the samples.
// Close waits for the call under way, frees the model, and may be called more
// than once.
//
// An utterance that is too short to hold speech (under Shortest), empty included,
// is no error: it gives a transcript without text.
type Transcriber interface {
	Transcribe(ctx context.Context, u audio.Utterance) (Transcript, error)
	Close() error
}

// A Transcript is what was said in one utterance, with the evidence for it.
type Transcript struct {
	// Utterance is the ID of the utterance.
	Utterance int64
	// Text is the whole text, trimmed; "" when nothing was said.
	Text string
	// Language is the ISO 639-1 code that the text is in: "en", "ko", ...
	Language string
	// LanguageProb is how sure the engine is of Language, in [0, 1]; 1 if it was fixed.
	LanguageProb float32
	// Foreign says that the engine is sure of another language than the ones it was
	// to choose from: what is written may be a translation, or invented.
	Foreign bool
	// Confidence is the mean probability of the text's tokens, in [0, 1]; 0 if unknown.
	Confidence float32
	// Lowest is the least probability among the text's tokens, in [0, 1]; 0 if unknown.
	Lowest float32
	// Tokens are the probabilities of the text's tokens, in order; nil if unknown.
	Tokens []float32
	// NoSpeech is the engine's probability that there is no speech, in [0, 1].
	NoSpeech float32
	Segments []Segment
	// Window is the encoder window that was used, in units of 20 ms; 0 if unknown.
	Window int
	// Took is the time the engine computed.
	Took time.Duration

	// Length, Voiced and SNR are the utterance's own: how long it is, the share
	// of its speech that the detector called speech, in [0, 1], and the level of
	// that speech above the noise, in decibels. 0 means unknown. See Of.
	Length time.Duration
	Voiced float32
	SNR    float32
}

// Of begins the transcript of u: its ID and what u itself says about how much
// speech it holds.
func Of(u audio.Utterance) Transcript {
	return Transcript{Utterance: u.ID, Length: u.Duration(), Voiced: u.Voiced, SNR: u.SNR}
}

// A Segment is a part of a transcript with its times from the utterance's start.
type Segment struct {
	Text       string
	Start, End time.Duration
	Confidence float32
}
