package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"deputy/cmd/deputy-lab/internal/demo"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/listen"
	"deputy/cmd/internal/terminal"
)

// measureIdle runs a Deputy of its own, as in daily use, in a room with a virtual
// microphone: it counts how soon it hears, the processor time of it and of its
// children while nobody speaks, and its memory after an order.
func (b *bencher) measureIdle(ctx context.Context, dir string, out io.Writer) error {
	for _, mode := range []string{"hands-free", "push-to-talk"} {
		d := &demo.Demo{
			Screen: terminal.NewScreen(io.Discard, app.Words(), "en", false), Dir: filepath.Join(dir, mode),
			Tasks: map[string]bool{}, Program: b.program, Mode: mode, More: "log: {level: info}",
		}
		if err := errors.Join(b.measureMode(ctx, d, out), d.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (b *bencher) measureMode(ctx context.Context, d *demo.Demo, out io.Writer) error {
	if err := d.Open(ctx); err != nil {
		return err
	}
	if d.Mode == "hands-free" {
		if err := measureStart(ctx, d, out); err != nil {
			return err
		}
	}
	pid := d.Deputy.Cmd.Process.Pid
	// What is read and warmed at the start is no idling, nor is the time until Deputy counts as idle.
	if err := sleep(ctx, 20*time.Second); err != nil {
		return err
	}
	before, began := cpuOf(pid), time.Now()
	if err := sleep(ctx, b.idle); err != nil {
		return err
	}
	share := float64(cpuOf(pid)-before) / float64(time.Since(began)) * 100
	fmt.Fprintf(out, "idle, %s, with the model's server and the voice\t%.2f %% of one core over %v\n", d.Mode, share, b.idle)
	if !b.withModel || d.Mode != "hands-free" {
		return nil
	}
	if err := d.Order(ctx, demo.DemoFileOrder); err != nil {
		return err
	}
	fmt.Fprintf(out, "resident memory after an order, without the model's server\t%d MB\n", residentOf(pid)>>20)
	return nil
}

// measureStart starts the Deputy again, its files still in memory, and tells how
// long after that the microphone heard the first sound, and the listener had it.
func measureStart(ctx context.Context, d *demo.Demo, out io.Writer) error {
	var hears, has []time.Duration
	for range 3 {
		if err := d.Deputy.Stop(); err != nil {
			return err
		}
		began := time.Now()
		if err := d.Start(ctx); err != nil {
			return err
		}
		at, ago, err := firstHeard(ctx, d.Log.Name(), began)
		if err != nil {
			return err
		}
		has, hears = append(has, at.Sub(began)), append(hears, at.Add(-ago).Sub(began))
	}
	for what, took := range map[string][]time.Duration{"the microphone hears": hears, "the listener has the first sound": has} {
		slices.Sort(took)
		fmt.Fprintf(out, "start → %s\t%v (the longest of three %v)\n", what, took[1].Round(time.Millisecond), took[2].Round(time.Millisecond))
	}
	return nil
}

// firstHeard finds in a Deputy's log when it had the first sound since began, and
// how long before that it was in the room. It waits for that.
func firstHeard(ctx context.Context, log string, began time.Time) (at time.Time, ago time.Duration, err error) {
	for range 200 {
		data, err := os.ReadFile(log)
		if err != nil {
			return at, 0, err
		}
		for line := range strings.Lines(string(data)) {
			f := map[string]string{}
			for _, word := range strings.Fields(line) {
				name, value, _ := strings.Cut(word, "=")
				f[name] = value
			}
			at, _ = time.Parse(time.RFC3339Nano, f["time"])
			if f["msg"] == listen.FirstSound && at.After(began) {
				ago, err = time.ParseDuration(f["ago"])
				return at, ago, err
			}
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return at, 0, err
		}
	}
	return at, 0, fmt.Errorf("Deputy has heard nothing; its log: %s", log)
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

// cpuOf is the processor time so far of a process and of the children that it has
// now; 0 where it can't be read.
func cpuOf(pid int) (sum time.Duration) {
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
	sum = time.Duration(user+system) * (time.Second / 100) // in ticks, 100 a second on Linux
	children, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, c := range children {
		data, _ := os.ReadFile(c) // a thread that has ended has no children
		for _, child := range strings.Fields(string(data)) {
			if n, err := strconv.Atoi(child); err == nil {
				sum += cpuOf(n)
			}
		}
	}
	return sum
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
