//go:build !whisper

package whisper

import "errors"

// errBuilt says what is missing and how to get it.
var errBuilt = errors.New("this build of deputy has no whisper.cpp: build it with `make build`, or set stt.engine to remote")

// New says that this build has no engine.
func New(Options) (*Transcriber, error) { return nil, errBuilt }
