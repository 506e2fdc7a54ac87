package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"deputy/agent"
	"deputy/cmd/internal/control"
)

// A screen prints what happens at the desk, a line an event, with the time since
// it began. Its words are phrases, so that they exist in each language.
type screen struct {
	w        io.Writer
	phrases  agent.Phrases
	language string
	began    time.Time
	color    bool
	// mu guards w: stages are printed from several goroutines.
	mu sync.Mutex
}

func newScreen(w io.Writer, p agent.Phrases, language string, color bool) *screen {
	return &screen{w: w, phrases: p, language: language, began: time.Now(), color: color}
}

// follow prints events until the feed ends.
func (s *screen) follow(events <-chan agent.Event) {
	for e := range events {
		s.event(e)
	}
}

// event prints one event; most passing news is not worth a line.
func (s *screen) event(e agent.Event) {
	switch b := e.Body.(type) {
	case agent.Heard:
		s.heard(b)
	case agent.Ignored:
		s.line("ignored", s.phrases.Phrase(s.language, "ignored."+string(b.Why), nil))
	case agent.TaskOpened:
		s.line("task", b.Task+" "+b.Order)
	case agent.TaskRevised:
		s.line("revised", b.Task+" "+b.Order)
	case agent.Told:
		s.line("says", b.Text)
	case agent.Replied:
		s.replied(b)
	case agent.Refused:
		s.line("refused", b.Text)
	case agent.Intended:
		s.line("plan", fmt.Sprintf("%s [%s, %s]", b.Summary, b.Level, b.Rule))
	case agent.Posing:
		s.line("ask", b.Ask+" "+b.Text)
	case agent.Posed:
		s.line("posed", b.Ask)
	case agent.Parked:
		s.line("parked", b.Ask+": "+b.Why)
	case agent.Decided:
		s.decided(b)
	case agent.Held:
		s.line("held", short(b.Key))
	case agent.Retracted:
		s.line("retracted", short(b.Key)+" "+b.Why)
	case agent.Granted:
		s.line("granted", b.Grant.ID+" "+b.Text)
	case agent.Revoked:
		s.line("revoked", b.Grant)
	case agent.Started:
		s.line("start", short(b.Key))
	case agent.Ended:
		s.ended(b)
	case agent.Undone:
		s.line("undone", b.Text+b.Err)
	case agent.TaskClosed:
		s.line(string(b.Status), b.Task+" "+b.Text)
	case agent.Reminded:
		s.line("reminder", short(b.Key))
	}
}

func (s *screen) heard(b agent.Heard) {
	how := b.Language
	switch {
	case b.Typed:
		how = s.word("typed")
	case b.Confidence > 0:
		how += " " + strconv.FormatFloat(float64(b.Confidence), 'f', 2, 32)
	}
	switch {
	case b.Err != "":
		s.line("ignored", b.Err)
		return
	case b.Text == "":
		s.line("ignored", s.phrases.Phrase(s.language, "ignored.unread", nil))
		return
	}
	s.line("heard", fmt.Sprintf("%q (%s)", b.Text, how))
}

func (s *screen) replied(b agent.Replied) {
	if b.Err != "" {
		s.line("model", b.Err)
		return
	}
	var parts []string
	if b.Text != "" {
		parts = append(parts, b.Text)
	}
	for _, c := range b.Calls {
		parts = append(parts, c.Tool+" "+string(c.Args))
	}
	s.line("model", strings.Join(parts, " | "))
}

func (s *screen) decided(b agent.Decided) {
	what := "denied"
	if b.Approve {
		what = "approved"
	}
	s.line(what, fmt.Sprintf("%s %s: %s", b.Ask, b.By, b.Why))
}

func (s *screen) ended(b agent.Ended) {
	switch {
	case b.Unknown:
		s.line("unknown", short(b.Key)+" "+b.Err)
	case b.Err != "":
		s.line("failed", b.Err)
	default:
		s.line("done", strings.Join(strings.Fields(clipRunes(b.Text, 100)), " "))
	}
}

// word is a label of the screen in the owner's language.
func (s *screen) word(key string) string { return s.phrases.Phrase(s.language, "screen."+key, nil) }

// line prints one stage with its time.
func (s *screen) line(key, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	label := s.word(key)
	if s.color {
		label = "\x1b[" + tints[key] + "m" + label + "\x1b[0m"
	}
	// Labels are padded by hand: Hangul is two columns wide.
	pad := strings.Repeat(" ", max(0, 10-columns(s.word(key))))
	fmt.Fprintf(s.w, "%8.2fs  %s%s %s\n", time.Since(s.began).Seconds(), label, pad, control.Printable(text))
}

// tints are the colours of labels; "" is plain.
var tints = map[string]string{
	"heard": "36", "ask": "33", "approved": "32", "denied": "31", "done": "32", "failed": "31", "ignored": "2", "says": "35",
}

// columns is how wide a text is in a terminal.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x1100 && r <= 0xD7FF {
			n++
		}
	}
	return n
}

// short is the beginning of an effect's key, enough to tell it from others.
func short(key string) string { return key[:min(len(key), 8)] }

func clipRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "..."
	}
	return s
}
