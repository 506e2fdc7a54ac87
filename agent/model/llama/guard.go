package llama

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"syscall"

	"deputy/internal/proc"
)

// A guard is a small shell that waits for the end of its input, which comes when
// this process dies, and kills a process then.
type guard struct {
	in  io.Closer
	cmd *exec.Cmd
}

func startGuard(pid int) (*guard, error) {
	cmd := proc.Command(context.Background(), proc.Grant{}, "/bin/sh", "-c", `read -r _; kill -9 "$1"`, "guard", strconv.Itoa(pid))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("guard llama-server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("guard llama-server: %w", err)
	}
	return &guard{in, cmd}, nil
}

// Close ends the guard without letting it act: its process may be gone, and the
// number be another's.
func (g *guard) Close() error {
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait() // killed: that is its error
	return g.in.Close()
}
