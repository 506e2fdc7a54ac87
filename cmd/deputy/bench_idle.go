package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"deputy/configs/phrases"
)

// measureIdle runs a Deputy of its own, as in daily use, hands-free in a room
// with a virtual microphone, and counts its processor time while nobody speaks
// and its memory after an order. The model's server is another process and is
// not counted.
func (b *bencher) measureIdle(ctx context.Context, dir string, out io.Writer) (err error) {
	d := &demo{
		screen: newScreen(io.Discard, phrases.Embedded(), "en", false), dir: filepath.Join(dir, "idle"),
		tasks: map[string]bool{}, program: b.program,
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.open(ctx); err != nil {
		return err
	}
	pid := d.deputy.cmd.Process.Pid
	// What is read and warmed at the start is no idling.
	if err := sleep(ctx, 10*time.Second); err != nil {
		return err
	}
	before, began := cpuOf(pid), time.Now()
	if err := sleep(ctx, b.idle); err != nil {
		return err
	}
	share := float64(cpuOf(pid)-before) / float64(time.Since(began)) * 100
	fmt.Fprintf(out, "idle, microphone open\t%.2f %% of one core over %v\n", share, b.idle)
	if !b.withModel {
		return nil
	}
	if err := d.order(ctx, demoFileOrder); err != nil {
		return err
	}
	fmt.Fprintf(out, "resident memory after an order, without the model's server\t%d MB\n", residentOf(pid)>>20)
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cpuOf is the processor time of a process so far; 0 where it can't be read.
func cpuOf(pid int) time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name in parentheses may hold spaces; the numbers come after it.
	f := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * (time.Second / 100) // in ticks, 100 a second on Linux
}

// residentOf is a process's memory in bytes; 0 where it can't be read.
func residentOf(pid int) int64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}
