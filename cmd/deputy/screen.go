package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"

	"deputy/agent/event"
	"deputy/agent/readback"
	"deputy/cmd/internal/control"
)

// A screen prints what happens at the desk, a line an event, with the time since
// it began. Its words are phrases, so that they exist in each language.
type screen struct {
	w        io.Writer
	phrases  readback.Phrases
	language string
	began    time.Time
	color    bool
	// mu guards w: stages are printed from several goroutines.
	mu sync.Mutex
}

func newScreen(w io.Writer, p readback.Phrases, language string, color bool) *screen {
	return &screen{w: w, phrases: p, language: language, began: time.Now(), color: color}
}

// follow prints events until the feed ends.
func (s *screen) follow(events <-chan event.Event) {
	for e := range events {
		s.event(e)
	}
}

// event prints one event; most passing news is not worth a line.
func (s *screen) event(e event.Event) {
	switch b := e.Body.(type) {
	case event.Heard:
		s.heard(b)
	case event.Ignored:
		s.line("ignored", s.phrases.Phrase(s.language, "ignored."+string(b.Why), nil))
	case event.TaskOpened:
		s.line("task", b.Task+" "+b.Order)
	case event.TaskRevised:
		s.line("revised", b.Task+" "+b.Order)
	case event.Notified:
		s.line("says", b.Text)
	case event.Replied:
		s.replied(b)
	case event.Refused:
		s.line("refused", b.Text)
	case event.Intended:
		s.line("plan", fmt.Sprintf("%s [%s, %s]", b.Summary, b.Level, b.Rule))
	case event.AskPresented:
		s.line("ask", b.Ask+" "+b.Text)
	case event.AskDelivered:
		s.line("posed", b.Ask)
	case event.AskDeferred:
		s.line("parked", b.Ask+": "+b.Why)
	case event.Decided:
		s.decided(b)
	case event.EffectDelayed:
		s.line("held", short(b.Key))
	case event.Retracted:
		s.line("retracted", short(b.Key)+" "+b.Why)
	case event.Granted:
		s.line("granted", b.Grant.ID+" "+b.Text)
	case event.Revoked:
		s.line("revoked", b.Grant)
	case event.Started:
		s.line("start", short(b.Key))
	case event.Ended:
		s.ended(b)
	case event.Undone:
		s.line("undone", b.Text+b.Err)
	case event.TaskClosed:
		s.line(string(b.Status), b.Task+" "+b.Text)
	case event.Reminded:
		s.line("reminder", short(b.Key))
	}
}

func (s *screen) heard(b event.Heard) {
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

func (s *screen) replied(b event.Replied) {
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

func (s *screen) decided(b event.Decided) {
	what := "denied"
	if b.Approve {
		what = "approved"
	}
	s.line(what, fmt.Sprintf("%s %s: %s", b.Ask, b.By, b.Why))
}

func (s *screen) ended(b event.Ended) {
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

// colored says whether lines may be coloured.
func colored(w io.Writer) bool { return isTerminal(w) && os.Getenv("NO_COLOR") == "" }

// isTerminal says whether what is written to w is seen as it comes.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
