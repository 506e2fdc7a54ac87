// Package audio turns a stream of microphone samples into utterances: it knows
// about frames, sample counts, speech probability and silence. It must not know
// what is done with an utterance, which detector scores the frames, or which
// device the samples come from; devices, files and hotkeys live in leaves.
//
// Everything is 16 kHz mono float32 in [-1, 1] by the time Listen sees it.
// Time is counted in samples since the source was opened and is turned into
// wall-clock time only by whoever needs it.
package audio

import (
	"errors"
	"time"
)

const (
	// Rate is the sample rate, in hertz, of everything downstream of a Source.
	Rate = 16000
	// FrameSize is the number of samples in one 20 ms frame.
	FrameSize = 320
	// ScoreSize is the number of samples a Detector scores at a time: 32 ms,
	// the window that Silero was trained on.
	ScoreSize = 512
)

// Sentinels on which callers branch.
var (
	// ErrClosed is returned by Read after Close.
	ErrClosed = errors.New("audio source is closed")
	// ErrNoDevice says that there is no such microphone or speaker.
	ErrNoDevice = errors.New("no such audio device")
)

// A Source delivers mono samples in [-1, 1]. Read is called by one goroutine;
// Close may be called by any, more than once, and unblocks a Read under way.
//
// The returns of Read that are valid:
//  1. n > 0, nil: buf[:n] holds n samples that the caller owns;
//  2. 0, io.EOF: the source is at its end (a file, a finished line of speech);
//  3. 0, ErrClosed: Close was called;
//  4. 0, err: the device is gone and could not be recovered; the source is dead.
//
// Overruns are counted by the source and logged, never returned.
type Source interface {
	// Rate is the sample rate in hertz. It doesn't change.
	Rate() int
	Read(buf []float32) (n int, err error)
	Close() error
}

// A Detector gives the probability, in [0, 1], that a frame of ScoreSize
// samples at Rate is speech. It carries state from frame to frame and is used
// by one goroutine.
type Detector interface {
	Score(frame []float32) float32
}

// An Utterance is one stretch of speech with a little quiet around it. It is an
// owned value: nobody else holds Samples.
type Utterance struct {
	// ID numbers the utterances of a source upwards from 1. The Onset, the Pauses
	// and the Utterance that belong together carry the same ID.
	ID int64
	// Start is the position of Samples[0], in samples since the source opened.
	Start int64
	// SpeechStart and SpeechEnd bound the speech inside, in samples since the
	// source opened. A Pause whose SpeechEnd equals the Utterance's was right:
	// nothing was said after it.
	SpeechStart, SpeechEnd int64
	// Samples is 16 kHz mono in [-1, 1].
	Samples []float32
	// Voiced is the share, in [0, 1], of scored windows between SpeechStart and
	// SpeechEnd that the detector called speech.
	Voiced float32
	// SNR is the level of the speech above the noise floor before it, in decibels.
	SNR float32
	// Key says that the push-to-talk key was held for the whole of it.
	Key bool
	// Cut says that the speech was not over: it goes on as the next one, whose ID
	// is one more.
	Cut bool
}

// End is the position just after the last sample.
func (u Utterance) End() int64 { return u.Start + int64(len(u.Samples)) }

// Duration is the length of Samples in time.
func (u Utterance) Duration() time.Duration { return Samples(int64(len(u.Samples))).Duration() }

// Samples is a count of samples at Rate.
type Samples int64

// Duration is the time that many samples last.
func (s Samples) Duration() time.Duration { return time.Duration(s) * time.Second / Rate }

// Count is the number of samples at Rate in d.
func Count(d time.Duration) int64 { return int64(d * Rate / time.Second) }

// An Event is what Listen yields: an Onset, a Pause, an Utterance, or a Nothing.
type Event interface{ event() }

// Onset says that about 60 ms of speech were heard: the moment to stop talking.
type Onset struct {
	// ID is that of the Utterance that may come of it.
	ID int64
	// At is where the speech began, in samples since the source opened.
	At int64
}

// Pause says that the speech has stopped for a short while (about 0.2 s) and
// may be over: transcription can start on what is there. It is followed either
// by the Utterance with the same ID and SpeechEnd (the Pause was right) or by
// speech that makes it worthless.
type Pause struct{ Utterance }

// Nothing says that nothing came of the Onset with the same ID: it was a click, a
// cough, or a key that was held in silence.
type Nothing struct{ ID int64 }

func (Onset) event()     {}
func (Nothing) event()   {}
func (Pause) event()     {}
func (Utterance) event() {}
