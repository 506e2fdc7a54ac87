package tools_test

import (
	"os"
	"testing"

	"deputy/agent/sandbox"
)

// TestMain lets the test binary be a part of the sandbox as well, as Deputy's
// own program is.
func TestMain(m *testing.M) {
	sandbox.Enter()
	os.Exit(m.Run())
}
