package models

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// meter shows how far a file has come: a bar that is redrawn on a terminal, a line
// every few seconds elsewhere, nothing without a writer. One goroutine uses it.
type meter struct {
	out      io.Writer
	terminal bool
	label    string
	total    int64
	done     int64
	began    time.Time
	first    int64 // done at the beginning, for the rate
	shown    time.Time
	drawn    bool
}

// meter starts at done of total bytes.
func (p *Puller) meter(label string, total, done int64) *meter {
	now := time.Now()
	return &meter{out: p.Out, terminal: p.Terminal, label: label, total: total, done: done, first: done, began: now, shown: now}
}

// Write counts; it lets a meter stand in an io.MultiWriter.
func (m *meter) Write(b []byte) (int, error) {
	m.at(m.done + int64(len(b)))
	return len(b), nil
}

// at says that done bytes are there now.
func (m *meter) at(done int64) {
	m.done = min(done, m.total)
	every := 4 * time.Second
	if m.terminal {
		every = 200 * time.Millisecond
	}
	now := time.Now()
	if m.out == nil || now.Sub(m.shown) < every {
		return
	}
	m.shown = now
	rate := float64(m.done-m.first) / now.Sub(m.began).Seconds()
	state := fmt.Sprintf("%3.0f %%  %s of %s, %s/s", 100*float64(m.done)/float64(m.total), size(m.done), size(m.total), size(int64(rate)))
	if !m.terminal {
		fmt.Fprintf(m.out, "%s: %s\n", m.label, state)
		return
	}
	const width = 24
	full := int(width * m.done / m.total)
	fmt.Fprintf(m.out, "\r\x1b[K%s %s%s %s", m.label, strings.Repeat("█", full), strings.Repeat("░", width-full), state)
	m.drawn = true
}

// end clears the bar.
func (m *meter) end() {
	if m.drawn {
		fmt.Fprint(m.out, "\r\x1b[K")
	}
}
