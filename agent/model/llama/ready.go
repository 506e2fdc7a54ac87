package llama

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"deputy/internal/proc"
)

// ready waits until the server says that it can serve. It gives up when the
// process ends, or when nothing moved for Options.Stall: no line of log, no
// memory taken. While the server is held, no time passes.
func (s *Server) ready(ctx context.Context, p *process) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	last, moved := s.progress(p), time.Now()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.done:
			return fmt.Errorf("it ended at once (%v); see whether the model file is whole (deputy models verify) and memory suffices", p.err)
		case <-tick.C:
		}
		if s.Paused() {
			moved = time.Now()
			continue
		}
		if s.healthy(ctx) && !p.over() {
			return nil
		}
		if now := s.progress(p); now != last {
			last, moved = now, time.Now()
			continue
		}
		if time.Since(moved) >= s.o.Stall {
			return fmt.Errorf("it made no progress for %v", s.o.Stall)
		}
	}
}

// progress changes as long as a start gets on.
func (s *Server) progress(p *process) string {
	// Resident memory grows while a model is mapped in; only Linux tells.
	mem, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	return fmt.Sprint(s.log.written()) + " " + string(mem)
}

// healthy asks the server, with our key, whether the model is loaded. Asking for
// something that needs the key proves that it is our server.
func (s *Server) healthy(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	err := s.call(ctx, http.MethodGet, "/health", nil, nil)
	return err == nil && s.call(ctx, http.MethodGet, "/v1/models", nil, nil) == nil
}

// optionalFlags gives the flags that only some versions know and this one does.
func optionalFlags(ctx context.Context, program string) []string {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := proc.Command(ctx, grant(""), program, "--help")
	cmd.WaitDelay = time.Second
	help, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil // then it does without
	}
	var out []string
	for _, f := range [][]string{{"--jinja"}, {"--offline"}, {"--no-webui"}, {"--cache-ram", "512"}} {
		if strings.Contains(string(help), f[0]) {
			out = append(out, f...)
		}
	}
	return out
}
