// Package portaudio is the microphone and the speaker. It knows PortAudio's
// devices, streams and troubles; it must not know what is heard or said.
//
// PortAudio is one per process: initialising and terminating it concerns every
// stream, and finding a device that was plugged in takes both. So all calls go
// through one library value, one at a time and none of them long: streams are
// polled, never waited for inside a call. (A blocking read can stay stuck when
// the sound server suspends a source, and callbacks go silent, without an error,
// when it dies.)
//
// It needs the build tag portaudio; without it everything returns an error that
// says so.
package portaudio

import (
	"log/slog"
	"time"
)

// MicOptions says which microphone, and what to do when it goes. The zero value
// is the system's default device.
type MicOptions struct {
	// Device is part of the device's name, whatever the case; "" is the default.
	Device string
	// Patience is how long a lost device is looked for: 1 min if 0.
	Patience time.Duration
	// Changed, when set, is called by the reading goroutine when the device is lost,
	// with the reason, and with nil when it is back. It must not block.
	Changed func(lost error)
	// Idle, when set, is asked by the reading goroutine before each wait. While it
	// says yes the device is asked for sound five times less often, so that Read
	// gives what was heard up to 100 ms later, and nothing is lost. It must not block.
	Idle func() bool
	// Logger gets overruns, losses and recoveries. nil is silent.
	Logger *slog.Logger
}

// SpeakerOptions says which speaker. The zero value is the default device.
type SpeakerOptions struct {
	// Device is part of the device's name, whatever the case; "" is the default.
	Device string
	// LeadIn is silence played before each sound: some devices, Bluetooth above
	// all, swallow the first moments after a pause. 0 is none.
	LeadIn time.Duration
	// Logger gets underruns, losses and recoveries. nil is silent.
	Logger *slog.Logger
}

// A Device is an input, an output, or both.
type Device struct {
	Name    string `json:"name"`
	System  string `json:"system"`  // ALSA, Core Audio, ...
	Inputs  int    `json:"inputs"`  // channels; 0: it can't record
	Outputs int    `json:"outputs"` // channels; 0: it can't play
	Rate    int    `json:"rate"`    // its own, in hertz
	// DefaultInput and DefaultOutput mark what is used when no name is given.
	DefaultInput  bool `json:"default_input"`
	DefaultOutput bool `json:"default_output"`
}
