// Package whisper transcribes with whisper.cpp in this process and finds speech
// with the Silero detector. It knows the model's tokens, its window and its
// habits; it must not know what the text is for, nor where models come from.
//
// The binding loads the model and runs its encoder and decoder; the loop that
// chooses tokens is written here, in plain Go. That is what makes one encoder
// pass serve both the language and the text (whisper_full encodes once for
// each), gives every token's probability and the no-speech probability where
// the model was trained to give it, and can stop between any two tokens.
//
// The engine is behind the build tag whisper. Without it New and NewDetector
// return an error that says so; everything that needs no C is built and tested
// regardless.
package whisper

import (
	"errors"
	"log/slog"
	"runtime"
)

// ErrNotBuilt is what New and NewDetector return in a build without the tag.
var ErrNotBuilt = errors.New("this build of deputy has no whisper.cpp: build it with `make build`, or set stt.engine to remote")

const (
	// fullWindow is the encoder window whisper was trained with: 30 s.
	fullWindow = 1500
	// DefaultFloor is the least window, in units of 20 ms. Below it whole sentences
	// come out twice.
	DefaultFloor = 768
)

// Options say how to transcribe. Model is required.
type Options struct {
	// Model is the path of a whisper.cpp model file (ggml).
	Model string
	// SHA256, in hexadecimal, is what the file must hash to; "" trusts the
	// file's structure, which is always checked.
	SHA256 string
	// Languages are ISO 639-1 codes: none lets the model choose among all it
	// knows, one fixes the language, several restrict it. Speech that is plainly
	// in none of several is written down in one of them all the same, and marked.
	Languages []string
	// Names are words that a text may well begin with, as somebody calls; see call.
	Names []string
	// Threads is how many cores the engine uses; all, and at most 4, if zero.
	Threads int
	// Floor is the least encoder window in units of 20 ms, at most 1500;
	// DefaultFloor if zero.
	Floor int
	// Logger hears what whisper.cpp prints, at debug level.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Threads <= 0 {
		o.Threads = min(runtime.NumCPU(), 4)
	}
	if o.Floor <= 0 {
		o.Floor = DefaultFloor
	}
	o.Floor = min(o.Floor, fullWindow)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}
