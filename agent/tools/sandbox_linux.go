package tools

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// start runs command in the sandbox and waits for its end. What it started ends
// with it, also if Deputy is killed.
func (b *sandbox) start(ctx context.Context, command string, readOnly bool) (*output, error) {
	// The sandbox dies with the thread that started it, so this thread stays.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	timed, cancel := context.WithTimeoutCause(ctx, b.o.Timeout, fmt.Errorf("it took longer than %s", b.o.Timeout))
	defer cancel()
	limited, end := context.WithCancelCause(timed)
	defer end(nil)

	// Options go through a pipe: a command line can be read by the sandbox.
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	defer read.Close()
	out := &limitedOutput{end: end}
	cmd := b.command(limited, command, read, out)
	if err := cmd.Start(); err != nil {
		write.Close()
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { // a pipe holds 64 kB; should the options be more, this waits for the reader
		defer write.Close()
		_, _ = write.WriteString(strings.Join(b.options(readOnly), "\x00") + "\x00")
	})
	wg.Go(func() { b.watch(limited, cmd.Process.Pid, end) })
	err = cmd.Wait()
	cause := context.Cause(limited)
	end(nil)
	read.Close()
	wg.Wait()

	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	o := &out.output
	var exit *exec.ExitError
	switch {
	case cause != nil:
		o.ended = cause.Error()
	case errors.As(err, &exit):
		o.status = exit.ExitCode()
	case err != nil:
		return nil, fmt.Errorf("run in the sandbox: %w", err)
	}
	return o, nil
}

// command is bubblewrap with its options in the pipe, in a process group of its own.
func (b *sandbox) command(ctx context.Context, command string, options *os.File, out *limitedOutput) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.bwrap, append([]string{"--args", "3"}, b.shell(command)...)...)
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{options}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	cmd.Stdout, cmd.Stderr = out, out
	return cmd
}

// A limitedOutput collects what is written, and ends the command that writes
// too much. One goroutine of os/exec writes to it.
type limitedOutput struct {
	output
	end context.CancelCauseFunc
}

func (o *limitedOutput) Write(p []byte) (int, error) {
	o.add(p)
	if o.total > maxOutput {
		o.end(fmt.Errorf("it wrote more than %s", size(maxOutput)))
	}
	return len(p), nil
}
