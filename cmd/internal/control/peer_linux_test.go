package control

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMarkStays: whoever is not root can't take the mark off again, nor what it
// starts.
func TestMarkStays(t *testing.T) {
	const lift = "ulimit -Hx unlimited && echo lifted"
	if out, err := exec.Command("bash", "-c", lift).CombinedOutput(); err != nil || os.Geteuid() == 0 && !strings.Contains(string(out), "lifted") {
		t.Skipf("limits can't be tried here: %v, %s", err, out)
	}
	as := ""
	if os.Geteuid() == 0 {
		as = "setpriv --reuid=65534 --regid=65534 --clear-groups "
	}
	for _, command := range []string{"bash -c '" + lift + "'", `setsid -w bash -c "bash -c '` + lift + `'"`} {
		out, _ := exec.Command("bash", "-c", "ulimit -x 1000 && "+as+command+"; true").CombinedOutput()
		if strings.Contains(string(out), "lifted") || !strings.Contains(string(out), "cannot modify limit") {
			t.Errorf("%s: got %q, want it refused", command, out)
		}
	}
}

// TestTerminalPath: device numbers as the kernel tells them.
func TestTerminalPath(t *testing.T) {
	for device, want := range map[uint64]string{
		136<<8 | 7: "/dev/pts/7", 136<<8 | 1<<20 | 3: "/dev/pts/259", 4<<8 | 2: "/dev/tty2", 4<<8 | 65: "/dev/ttyS1", 0: "/dev/null", 1<<8 | 3: "/dev/null",
	} {
		if got := terminalPath(device); got != want {
			t.Errorf("%#x: got %s, want %s", device, got, want)
		}
	}
}
