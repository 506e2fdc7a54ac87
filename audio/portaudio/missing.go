//go:build !portaudio

package portaudio

import (
	"context"
	"errors"
	"time"

	"deputy/audio"
)

var errMissing = errors.New("this build has no microphone and no speaker; build one that has with: make build")

// A Mic is an audio.Source in builds with the tag portaudio.
type Mic struct{}

// OpenMic fails: see the tag portaudio.
func OpenMic(*MicOptions) (*Mic, error) { return nil, errMissing }

// Rate is audio.Rate.
func (*Mic) Rate() int { return audio.Rate }

// Read fails.
func (*Mic) Read([]float32) (int, error) { return 0, errMissing }

// Overflows is 0.
func (*Mic) Overflows() int64 { return 0 }

// Close does nothing.
func (*Mic) Close() error { return nil }

// A Speaker makes sound in builds with the tag portaudio.
type Speaker struct{}

// OpenSpeaker fails: see the tag portaudio.
func OpenSpeaker(*SpeakerOptions) (*Speaker, error) { return nil, errMissing }

// Play fails.
func (*Speaker) Play(context.Context, audio.Source) (time.Duration, error) { return 0, errMissing }

// Close does nothing.
func (*Speaker) Close() error { return nil }

// Devices fails: see the tag portaudio.
func Devices() ([]Device, error) { return nil, errMissing }
