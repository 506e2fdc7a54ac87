package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"deputy/agent/event"
	"deputy/cmd/internal/control"
	"deputy/internal/proc"
)

// A child is a Deputy in a process of its own, as a user runs it, watched over
// its socket. The demonstration and the crash trials speak to one.
type child struct {
	Cmd    *exec.Cmd
	socket string
	events chan event.Event // closed when it has ended
	ended  chan error
}

// startChild runs a program, the deputy beside this one if it is "", with a
// configuration and waits until it can be reached.
func startChild(ctx context.Context, program, config string, env []string, runtimeDir string, log io.Writer) (*child, error) {
	if program == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
		program = filepath.Join(filepath.Dir(self), "deputy")
	}
	c := &child{
		Cmd:    proc.Command(context.Background(), proc.Grant{Nothing: true, Set: env}, program, "--config", config, "run"),
		socket: filepath.Join(runtimeDir, "deputy", "deputy.sock"),
		events: make(chan event.Event, 1024), ended: make(chan error, 1),
	}
	c.Cmd.Stdout, c.Cmd.Stderr = log, log
	proc.DieWithParent(c.Cmd, syscall.SIGTERM)
	started, exited := make(chan error, 1), make(chan struct{})
	go func() {
		// The kernel ends the child when the thread that started it is gone, not
		// the process: this one stays with it to the end.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.Cmd.Start()
		started <- err
		if err == nil {
			c.ended <- c.Cmd.Wait()
			close(exited)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start Deputy: %w", err)
	}
	watching := make(chan struct{})
	// Watching lasts as long as the child, not only as long as it was waited for.
	go c.watch(context.WithoutCancel(ctx), watching, exited)
	select {
	case <-watching:
		return c, nil
	case <-exited:
		return nil, errors.New("Deputy ended while it was starting; its log says why")
	case <-time.After(time.Minute):
		c.kill()
		return nil, errors.New("Deputy could not be reached within a minute; its log says why")
	case <-ctx.Done():
		c.kill()
		return nil, ctx.Err()
	}
}

// watch follows the child's events, trying until its socket is there.
func (c *child) watch(ctx context.Context, watching, exited chan struct{}) {
	defer close(c.events)
	for {
		_ = control.Call(ctx, c.socket, control.Request{Do: "watch"}, func(r control.Response) error {
			if r.Kind == "watching" {
				close(watching)
				return nil
			}
			e, err := r.Event()
			if err == nil {
				c.events <- e
			}
			return err
		})
		select {
		case <-watching:
			return
		case <-exited:
			return
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
			// Not there yet, or it was the one before that was just dying: again.
		}
	}
}

// kill ends the child at once, as a crash would.
func (c *child) kill() {
	c.Cmd.Process.Kill()
	c.ended <- <-c.ended // it stays there for stop
	c.drain()
}

// Stop asks the child to end and waits for it.
func (c *child) Stop() error {
	c.Cmd.Process.Signal(syscall.SIGTERM)
	c.drain()
	err := <-c.ended
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 130 {
		return nil // it was interrupted, as asked
	}
	return err
}

func (c *child) drain() {
	for range c.events {
	}
}
