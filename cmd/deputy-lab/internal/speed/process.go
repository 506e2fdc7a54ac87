package speed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A group is a program with all its children, which share a process group. While it isn't asked it is stopped, so that
// nobody's idling disturbs another's turn.
type group struct {
	cmd *exec.Cmd
}

// start runs the program; it is killed when ctx ends.
func start(ctx context.Context, cmd *exec.Cmd) (*group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w; the peers are made by scripts/speed/peers", err)
	}
	g := &group{cmd: cmd}
	context.AfterFunc(ctx, g.kill)
	return g, nil
}

func (g *group) kill()   { _ = syscall.Kill(-g.cmd.Process.Pid, syscall.SIGKILL) }
func (g *group) pause()  { _ = syscall.Kill(-g.cmd.Process.Pid, syscall.SIGSTOP) }
func (g *group) resume() { _ = syscall.Kill(-g.cmd.Process.Pid, syscall.SIGCONT) }

// close ends the program and waits for it.
func (g *group) close() {
	g.kill()
	_ = g.cmd.Wait() // it was killed
}

// usage is the processor time so far and the resident memory, in bytes, of all processes of the group. Of the pages of
// files, which they share, the greatest share of one process is counted.
func (g *group) usage() (cpu time.Duration, resident int64) {
	pgid := strconv.Itoa(g.cmd.Process.Pid)
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	var files int64
	for _, name := range stats {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // it has just ended
		}
		f := statFields(string(data))
		if len(f) < 13 || f[2] != pgid {
			continue
		}
		cpu += ticks(f[11]) + ticks(f[12])
		status, err := os.ReadFile(filepath.Join(filepath.Dir(name), "status"))
		if err != nil {
			continue
		}
		resident += statusBytes(string(status), "RssAnon") + statusBytes(string(status), "RssShmem")
		files = max(files, statusBytes(string(status), "RssFile"))
	}
	return cpu, resident + files
}

// statusBytes is a size in /proc/PID/status; 0 if it isn't there.
func statusBytes(status, name string) int64 {
	_, rest, ok := strings.Cut(status, "\n"+name+":")
	if !ok {
		return 0
	}
	rest, _, _ = strings.Cut(rest, "kB")
	kb, _ := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
	return kb << 10
}

// statFields are the fields of /proc/PID/stat after the name, which stands in parentheses and may hold spaces: [0] is the
// state, [2] the group, [11] and [12] the time as user and in the system.
func statFields(stat string) []string {
	return strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
}

// ticks are hundredths of a second, on Linux.
func ticks(s string) time.Duration {
	n, _ := strconv.ParseInt(s, 10, 64)
	return time.Duration(n) * (time.Second / 100)
}

// machineBusy is how long all processors together have worked since the machine started.
func machineBusy() time.Duration {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(data), "\n")
	var busy time.Duration
	for i, f := range strings.Fields(line) {
		if i > 0 && i != 4 && i != 5 && i <= 8 { // not idle, not waiting for a disk, not a guest's share again
			busy += ticks(f)
		}
	}
	return busy
}

// ownTime is this program's own processor time.
func ownTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
