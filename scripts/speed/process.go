package main

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
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
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

// usage is the processor time so far and the resident memory, in bytes, of all processes of the group. Pages that several
// of them share are counted in each.
func (g *group) usage() (cpu time.Duration, resident int64) {
	pgid := strconv.Itoa(g.cmd.Process.Pid)
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	for _, name := range stats {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // it has just ended
		}
		f := statFields(string(data))
		if len(f) < 22 || f[2] != pgid {
			continue
		}
		cpu += ticks(f[11]) + ticks(f[12])
		pages, _ := strconv.ParseInt(f[21], 10, 64)
		resident += pages * int64(os.Getpagesize())
	}
	return cpu, resident
}

// statFields are the fields of /proc/PID/stat after the name, which stands in parentheses and may hold spaces: [0] is the
// state, [2] the group, [11] and [12] the time as user and in the system, [21] the resident pages.
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
