//go:build !whisper

package whisper

// New says that this build has no engine.
func New(Options) (*Transcriber, error) { return nil, ErrNotBuilt }

// A Detector can't be made in this build.
type Detector struct{}

// NewDetector says that this build has no detector.
func NewDetector(string) (*Detector, error) { return nil, ErrNotBuilt }

// Score implements audio.Detector.
func (*Detector) Score([]float32) float32 { return 0 }

// Reset does nothing.
func (*Detector) Reset() {}

// Close does nothing.
func (*Detector) Close() error { return nil }
