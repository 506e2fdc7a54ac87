package crash

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the desk that dies as well.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"crashdesk": func() { os.Exit(crashChild()) }})
}
