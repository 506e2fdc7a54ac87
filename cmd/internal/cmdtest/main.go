package cmdtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"deputy/agent/sandbox"
)

// Main is TestMain where a whole Deputy is built: what starts in its sandbox is this very program.
func Main(m *testing.M) {
	sandbox.Enter()
	code := m.Run()
	os.RemoveAll(programs)
	os.Exit(code)
}

// programs is where Deputy builds; "" before it does.
var programs string

var buildDeputy = sync.OnceValues(func() (string, error) {
	var err error
	if programs, err = os.MkdirTemp("", "deputy-test-"); err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-tags", "portaudio whisper", "-o", programs, "deputy/cmd/deputy").CombinedOutput()
	if err != nil {
		return string(out), err
	}
	return filepath.Join(programs, "deputy"), nil
})

// Deputy is the program, built with microphone and recogniser. Main removes it.
func Deputy(t testing.TB) string {
	t.Helper()
	program, err := buildDeputy()
	if err != nil {
		t.Fatalf("build deputy: %v\n%s", err, program)
	}
	return program
}
