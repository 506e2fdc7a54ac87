//go:build !whisper

package whisper

import "errors"

// errBuilt says what is missing and how to get it.
var errBuilt = errors.New("this build of deputy has no whisper.cpp: build it with `make build`, or set stt.engine to remote")

// New says that this build has no engine.
func New(Options) (*Transcriber, error) { return nil, errBuilt }

// A Detector can't be made in this build.
type Detector struct{}

// NewDetector says that this build has no detector.
func NewDetector(string) (*Detector, error) { return nil, errBuilt }

// Score implements audio.Detector.
func (*Detector) Score([]float32) float32 { return 0 }

// Reset does nothing.
func (*Detector) Reset() {}

// Close does nothing.
func (*Detector) Close() error { return nil }
