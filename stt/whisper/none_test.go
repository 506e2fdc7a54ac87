//go:build !whisper

package whisper

import (
	"errors"
	"testing"
)

func TestBareBuildSaysWhatIsMissing(t *testing.T) {
	if _, err := New(Options{}); !errors.Is(err, ErrNotBuilt) {
		t.Errorf("New: got %v, want ErrNotBuilt", err)
	}
	if _, err := NewDetector("x"); !errors.Is(err, ErrNotBuilt) {
		t.Errorf("NewDetector: got %v, want ErrNotBuilt", err)
	}
}
