package sandbox

import (
	"os"
	"testing"
)

// TestMain lets the test binary be a part of the sandbox as well, as Deputy's
// own program is.
func TestMain(m *testing.M) {
	Enter()
	os.Exit(m.Run())
}
