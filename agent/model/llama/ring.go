package llama

import (
	"bytes"
	"strings"
	"sync"
)

// A ring keeps the newest lines of a program's output. It is written by the
// copying goroutines of os/exec and read by whoever wants the tail, so a mutex
// guards it.
type ring struct {
	mu    sync.Mutex
	lines []string
	part  []byte // the line that isn't ended yet
	total int64
}

const (
	ringLines = 200
	lineBytes = 500
)

func (r *ring) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total += int64(len(p))
	rest := p
	for {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		if room := lineBytes - len(r.part); room > 0 {
			r.part = append(r.part, line[:min(room, len(line))]...)
		}
		if !ended {
			return len(p), nil
		}
		r.lines = append(r.lines, strings.ToValidUTF8(string(bytes.TrimRight(r.part, "\r")), "?"))
		if len(r.lines) > ringLines {
			r.lines = append(r.lines[:0], r.lines[len(r.lines)-ringLines:]...)
		}
		r.part, rest = r.part[:0], after
	}
}

// tail gives the last n lines, the unended one among them.
func (r *ring) tail(n int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	if len(r.part) > 0 {
		lines = append(lines[:len(lines):len(lines)], strings.ToValidUTF8(string(r.part), "?"))
	}
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// written is how many bytes ever came, a sign of life.
func (r *ring) written() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total
}
