package llama

import (
	"context"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"deputy/internal/proc"
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
	p := &process{cmd: proc.Command(context.Background(), grant(key), program, args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.WaitDelay = 2 * time.Second
	// A group of its own: Ctrl-C on the terminal is Deputy's to handle, in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	proc.DieWithParent(p.cmd, syscall.SIGKILL)
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
	if runtime.GOOS != "linux" { // whose kernel ends children
		guard, err := startGuard(p.cmd.Process.Pid)
		if err != nil {
			p.end(0)
			return nil, err
		}
		p.guard = guard
	}
	return p, nil
}

// inherit are the variables by which the machine's processors are used.
var inherit = strings.Fields("OMP_* GOMP_* GGML_* CUDA_* NVIDIA_* HIP_* ROCR_* HSA_* VK_* MESA_* XDG_DATA_DIRS")

// grant is what llama-server is told: how to use the machine, none of its own
// settings, which would mix with ours. And it makes OpenMP's threads sleep while
// they wait for each other, unless the environment says how they shall: by default
// they spin, and with other work on the cores a two-threaded server on two cores
// made 0.5 tokens a second instead of 12 (load average 12).
func grant(key string) proc.Grant {
	g := proc.Grant{Inherit: inherit}
	if os.Getenv("OMP_WAIT_POLICY") == "" {
		g.Set = append(g.Set, "OMP_WAIT_POLICY=PASSIVE")
	}
	if key != "" {
		g.Set = append(g.Set, "LLAMA_API_KEY="+key)
	}
	return g
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
