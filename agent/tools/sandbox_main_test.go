package tools

import (
	"os"
	"testing"
)

// TestMain lets the test binary be a part of the sandbox as well, as Deputy's
// own program is.
func TestMain(m *testing.M) {
	EnterSandbox()
	os.Exit(m.Run())
}
