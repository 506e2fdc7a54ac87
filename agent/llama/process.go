package llama

import (
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// A process is one run of llama-server.
type process struct {
	cmd   *exec.Cmd
	began time.Time
	done  chan struct{} // closed when it is over and reaped
	err   error         // how it ended; read it after done
	guard io.Closer     // ends it with us where the kernel doesn't
}

// spawn starts a program that dies with this process, whatever kills that.
func spawn(program string, args []string, key string, out io.Writer) (*process, error) {
	p := &process{cmd: exec.Command(program, args...), done: make(chan struct{})}
	p.cmd.Env = append(childEnv(os.Environ()), "LLAMA_API_KEY="+key)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.WaitDelay = 2 * time.Second
	// A group of its own: Ctrl-C on the terminal is Deputy's to handle, in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(p.cmd.SysProcAttr)
	started := make(chan error)
	go func() {
		// The kernel's death signal is tied to the thread that started the
		// child, so that thread is kept for as long as the child lives.
		runtime.LockOSThread()
		err := p.cmd.Start()
		p.began = time.Now()
		started <- err
		if err != nil {
			return
		}
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	if !kernelEndsChildren {
		guard, err := startGuard(p.cmd.Process.Pid)
		if err != nil {
			p.end(0)
			return nil, err
		}
		p.guard = guard
	}
	return p, nil
}

// childEnv leaves out settings of llama-server's own, which would mix with ours,
// and secrets, which it has no need of. And it makes OpenMP's threads sleep while
// they wait for each other, unless env says how they shall: by default they spin,
// and with other work on the cores a two-threaded server on two cores made 0.5
// tokens a second instead of 12 (load average 12).
func childEnv(env []string) []string {
	out := []string{"OMP_WAIT_POLICY=PASSIVE"} // of two the later counts
	for _, e := range env {
		name, _, _ := strings.Cut(strings.ToUpper(e), "=")
		secret := false
		for _, word := range []string{"KEY", "TOKEN", "SECRET", "PASSWORD"} {
			secret = secret || strings.Contains(name, word)
		}
		if !secret && !strings.HasPrefix(name, "LLAMA_") {
			out = append(out, e)
		}
	}
	return out
}

// over reports whether the process has ended.
func (p *process) over() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// signal does nothing to a process that is over.
func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// end asks the process to end, kills it after patience, and returns when it is
// reaped.
func (p *process) end(patience time.Duration) {
	p.signal(syscall.SIGTERM)
	p.signal(syscall.SIGCONT) // a held one would never see the first
	select {
	case <-p.done:
	case <-time.After(patience):
		p.signal(syscall.SIGKILL)
		<-p.done
	}
	if p.guard != nil {
		p.guard.Close()
	}
}
