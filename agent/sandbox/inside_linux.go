package sandbox

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"deputy/agent/sandbox/egress"
)

// failure is the pipe on which keep and seal say why they could not begin; it
// closes when the command has begun.
const failure = 3

// enter does what p says and gives the exit status.
func (p part) enter() int {
	var status int
	var err error
	told := os.Stderr
	switch p.Do {
	case doKeep:
		status, err = p.keep()
		told = os.NewFile(failure, "failure")
	case doSeal:
		unix.CloseOnExec(failure)
		err = p.seal()
		told = os.NewFile(failure, "failure")
	case doForward:
		status, err = p.forward()
	default:
		status = 2
	}
	if err != nil {
		fmt.Fprintf(told, "%v", err)
		return 125
	}
	return status
}

// keep runs the command shut in below this process, which is not: what the
// command leaves behind becomes a child of this process, and ends with it. The
// kernel tells it when Deputy is gone.
func (p part) keep() (int, error) {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return 0, fmt.Errorf("take in what is left behind: %w", err)
	}
	p.Do = doSeal
	pid, err := syscall.ForkExec(selfProgram, p.args(selfProgram), &syscall.ProcAttr{Files: []uintptr{0, 1, 2, failure}, Env: []string{}})
	if err != nil {
		return 0, fmt.Errorf("begin the command: %w", err)
	}
	_ = unix.Close(failure) // the other end waits for the command alone
	go func() {
		for <-ended; ; time.Sleep(time.Millisecond) { // also what is only just being begun
			killBelow()
		}
	}()
	status := await(pid)
	if os.Getpid() == 1 {
		return status, nil // the others end with this process
	}
	for {
		killBelow()
		if _, err := syscall.Wait4(-1, nil, 0, nil); err == syscall.ECHILD {
			return status, nil
		}
	}
}

// killBelow ends every process below this one, until there is none that lives.
func killBelow() {
	for {
		below, _ := family(os.Getpid())
		if len(below) == 0 {
			return
		}
		alive := false
		for _, p := range below {
			alive = syscall.Kill(p.pid, syscall.SIGKILL) == nil && p.state != 'Z' || alive
		}
		if !alive {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// await waits for process pid, and for any other child meanwhile, and gives the
// status as a shell does.
func await(pid int) int {
	for {
		var s syscall.WaitStatus
		got, err := syscall.Wait4(-1, &s, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 125
		case got != pid:
		case s.Signaled():
			return 128 + int(s.Signal())
		default:
			return s.ExitStatus()
		}
	}
}

// forward listens where nobody but the command can reach it, and runs it.
func (p part) forward() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("offer the network: %w", err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.pass(c)
		}
	}()
	proxy := "http://127.0.0.1:" + strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	env := os.Environ()
	for _, name := range []string{"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		env = append(env, name+"="+proxy)
	}
	pid, err := syscall.ForkExec(p.Command[0], p.Command, &syscall.ProcAttr{Files: []uintptr{0, 1, 2}, Env: env})
	if err != nil {
		return 0, fmt.Errorf("begin the command: %w", err)
	}
	return await(pid), nil
}

// pass joins a connection of the command with the gate.
func (p part) pass(c net.Conn) {
	defer c.Close()
	gate, err := net.Dial("unix", p.Gate)
	if err != nil {
		return // the command sees its connection end
	}
	defer gate.Close()
	egress.Join(c, gate)
}
