package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"deputy/agent/sandbox/egress"
	"deputy/internal/dirs"
	"deputy/internal/textnorm"
)

// ways are those that this machine may offer, the best first, and why one is not among them.
func (b *Box) ways() (all []backend, whys []string) {
	program, err := b.o.Bwrap, error(nil)
	if program == "" {
		program, err = exec.LookPath("bwrap")
	}
	if err != nil {
		whys = append(whys, Bubblewrap+": not installed")
	} else {
		for _, spaces := range namespaces() {
			all = append(all, backend{kind: Bubblewrap, program: program, spaces: spaces})
		}
	}
	if err := landlockOffered(); err != nil {
		return all, append(whys, Landlock+": "+err.Error())
	}
	if os.Geteuid() == 0 {
		return append(all, backend{kind: Landlock, clone: syscall.CLONE_NEWPID}), whys
	}
	return append(all, backend{kind: Landlock, clone: syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID}, backend{kind: Landlock}), whys
}

// start runs a command in the sandbox and waits for its end. What it started
// ends with it, also if Deputy is killed.
func (b *Box) start(ctx context.Context, w backend, j Job) (_ *Output, err error) {
	// The sandbox dies with the thread that started it, so this thread stays.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	timed, cancel := context.WithTimeoutCause(ctx, j.limit, fmt.Errorf("it took longer than %s", j.limit))
	defer cancel()
	limited, end := context.WithCancelCause(timed)
	defer end(nil)

	r, err := b.prepare(w, j, end)
	if err != nil {
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	out := &limitedOutput{end: end}
	cmd, err := b.command(limited, w, j, r, out)
	if err != nil {
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	var wg sync.WaitGroup
	wg.Go(r.speak)
	wg.Go(func() { b.watch(limited, cmd.Process.Pid, r.tmp, end) })
	err = cmd.Wait()
	cause := context.Cause(limited)
	end(nil)
	r.hush()
	wg.Wait()
	if err := r.empty(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	o := &out.Output
	if r.gate != nil {
		o.network = r.gate.Report()
	}
	var exit *exec.ExitError
	switch {
	case r.failed.Len() > 0:
		return nil, fmt.Errorf("start the sandbox: %s", r.failed.String())
	case cause != nil:
		o.Ended = cause.Error()
	case errors.As(err, &exit):
		o.Status = exit.ExitCode()
	case err != nil:
		return nil, fmt.Errorf("run in the sandbox: %w", err)
	}
	return o, nil
}

// A run is what one run of a command has of its own on this machine.
type run struct {
	dir, tmp string
	gate     *egress.Proxy // nil without network
	// files are given to the first process from descriptor 3 on, and closed here
	// once it has them.
	files   []*os.File
	options []byte          // written to write
	write   *os.File        // to bubblewrap
	info    *os.File        // from bubblewrap: the first process of the namespace
	first   int             // a pidfd of it; 0 is none
	read    *os.File        // from Landlock's keeper: why it could not begin
	failed  strings.Builder // what was read from it
}

func (b *Box) prepare(w backend, j Job, end context.CancelCauseFunc) (_ *run, err error) {
	r := &run{}
	if r.dir, err = os.MkdirTemp(b.scratch, "command-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
		}
	}()
	r.tmp = filepath.Join(r.dir, "tmp")
	if err := os.Mkdir(r.tmp, 0o700); err != nil {
		return nil, err
	}
	if len(j.Hosts) > 0 {
		if w.kind != Bubblewrap {
			return nil, ErrNoHosts
		}
		if r.gate, err = egress.Open(r.dir, j.Hosts, egress.GateOptions{Resolve: b.o.Resolve, Dial: b.o.Dial, Traffic: b.o.Traffic, Logger: b.o.Logger}, end); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// speak gives bubblewrap its options, or listens for why the keeper could not
// begin; hush ends it.
func (r *run) speak() {
	for _, f := range r.files {
		f.Close()
	}
	if r.write != nil { // a pipe holds 64 kB; should the options be more, this waits for the reader
		_, _ = r.write.Write(r.options)
		r.write.Close()
	}
	if r.info != nil {
		r.meet()
	}
	if r.read != nil {
		_, _ = io.Copy(&r.failed, io.LimitReader(r.read, 4096))
	}
}

// meet takes hold of the first process of bubblewrap's namespace: with it the
// kernel ends all others, a moment after bubblewrap itself is gone.
func (r *run) meet() {
	var told struct {
		Pid int `json:"child-pid"`
	}
	if json.NewDecoder(io.LimitReader(r.info, 4096)).Decode(&told) != nil || told.Pid <= 0 {
		return // it never began
	}
	if fd, err := unix.PidfdOpen(told.Pid, 0); err == nil { // else it is gone already
		r.first = fd
	}
}

// empty waits until nothing of the command lives any more.
func (r *run) empty() error {
	if r.first == 0 {
		return nil
	}
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(r.first), Events: unix.POLLIN}}, 1000)
		if n > 0 {
			return nil
		}
		if err != nil && err != unix.EINTR {
			return fmt.Errorf("wait for the end of the command: %w", err)
		}
	}
	return errors.New("the command was ended, but something of it lives on")
}

// hush is called when the first process has ended: nobody reads or writes the
// other end any more.
func (r *run) hush() {
	if r.write != nil {
		r.write.Close()
	}
}

func (r *run) Close() error {
	if r.first != 0 {
		_ = unix.Close(r.first)
	}
	for _, f := range append(r.files, r.write, r.info, r.read) {
		if f != nil {
			f.Close()
		}
	}
	if r.gate != nil {
		r.gate.Close()
	}
	return dirs.ClearAway(r.dir)
}

// command is the first process of the sandbox.
func (b *Box) command(ctx context.Context, w backend, j Job, r *run, out *limitedOutput) (*exec.Cmd, error) {
	var cmd *exec.Cmd
	var err error
	if w.kind == Bubblewrap {
		cmd, err = b.bubblewrap(ctx, w, j, r)
	} else {
		cmd, err = b.landlock(ctx, w, j, r)
	}
	if err != nil {
		return nil, err
	}
	cmd.Dir = "/"
	cmd.ExtraFiles = r.files
	if w.kind == Bubblewrap || w.clone != 0 {
		cmd.WaitDelay = 2 * time.Second // the kernel ends all of a namespace at once; a keeper without one takes its time
	}
	cmd.Stdout, cmd.Stderr = out, out
	if j.Layer != nil {
		err = j.Layer.Wrap(cmd)
	}
	return cmd, err
}

// A limitedOutput collects what is written, and ends the command that writes
// too much. One goroutine of os/exec writes to it.
type limitedOutput struct {
	Output
	end context.CancelCauseFunc
}

func (o *limitedOutput) Write(p []byte) (int, error) {
	o.add(p)
	if o.total > maxOutput {
		o.end(fmt.Errorf("it wrote more than %s", textnorm.Size(maxOutput)))
	}
	return len(p), nil
}

// killGroup ends a process and all of its group.
func killGroup(cmd *exec.Cmd) func() error {
	return func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
