// Package terminal is what a person sees: events as they happen, timelines, decisions of policy, in the owner's language.
// It shows what it is given and asks nobody for it.
package terminal

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

// A Screen prints what happens at the desk, a line an event, with the time since
// it began. Its words are phrases, so that they exist in each language.
type Screen struct {
	W        io.Writer
	Phrases  readback.Phrases
	Language string
	began    time.Time
	color    bool
	// mu guards w: stages are printed from several goroutines.
	mu sync.Mutex
}

// NewScreen prints on w, in a language, with coloured labels or without.
func NewScreen(w io.Writer, p readback.Phrases, language string, color bool) *Screen {
	return &Screen{W: w, Phrases: p, Language: language, began: time.Now(), color: color}
}

// Follow prints events until the feed ends.
func (s *Screen) Follow(events <-chan event.Event) {
	for e := range events {
		s.Event(e)
	}
}

// Event prints one event; most passing news is not worth a line.
func (s *Screen) Event(e event.Event) {
	switch b := e.Body.(type) {
	case event.Heard:
		s.heard(b)
	case event.Ignored:
		s.Line("ignored", s.Phrases.Phrase(s.Language, "ignored."+string(b.Why), nil))
	case event.TaskOpened:
		s.Line("task", b.Task+" "+b.Order)
	case event.TaskRevised:
		s.Line("revised", b.Task+" "+b.Order)
	case event.Notified:
		s.Line("says", b.Text)
	case event.Replied:
		s.replied(b)
	case event.Refused:
		s.Line("refused", b.Text)
	case event.Intended:
		s.Line("plan", fmt.Sprintf("%s [%s, %s]", b.Summary, b.Level, b.Rule))
	case event.AskPresented:
		s.Line("ask", b.Ask+" "+b.Text)
	case event.AskDelivered:
		s.Line("posed", b.Ask)
	case event.AskDeferred:
		s.Line("parked", b.Ask+": "+b.Why)
	case event.Decided:
		s.decided(b)
	case event.EffectDelayed:
		s.Line("held", short(b.Key))
	case event.Retracted:
		s.Line("retracted", short(b.Key)+" "+b.Why)
	case event.Granted:
		s.Line("granted", b.Grant.ID+" "+b.Text)
	case event.Revoked:
		s.Line("revoked", b.Grant)
	case event.Started:
		s.Line("start", short(b.Key))
	case event.Ended:
		s.ended(b)
	case event.Undone:
		s.Line("undone", b.Text+b.Err)
	case event.TaskClosed:
		s.Line(string(b.Status), b.Task+" "+b.Text)
	case event.Reminded:
		s.Line("reminder", short(b.Key))
	}
}

func (s *Screen) heard(b event.Heard) {
	how := b.Language
	switch {
	case b.Typed:
		how = s.Word("typed")
	case b.Confidence > 0:
		how += " " + strconv.FormatFloat(float64(b.Confidence), 'f', 2, 32)
	}
	switch {
	case b.Err != "":
		s.Line("ignored", b.Err)
		return
	case b.Text == "":
		s.Line("ignored", s.Phrases.Phrase(s.Language, "ignored.unread", nil))
		return
	}
	s.Line("heard", fmt.Sprintf("%q (%s)", b.Text, how))
}

func (s *Screen) replied(b event.Replied) {
	if b.Err != "" {
		s.Line("model", b.Err)
		return
	}
	var parts []string
	if b.Text != "" {
		parts = append(parts, b.Text)
	}
	for _, c := range b.Calls {
		parts = append(parts, c.Tool+" "+string(c.Args))
	}
	s.Line("model", strings.Join(parts, " | "))
}

func (s *Screen) decided(b event.Decided) {
	what := "denied"
	if b.Approve {
		what = "approved"
	}
	s.Line(what, fmt.Sprintf("%s %s: %s", b.Ask, b.By, b.Why))
}

func (s *Screen) ended(b event.Ended) {
	switch {
	case b.Unknown:
		s.Line("unknown", short(b.Key)+" "+b.Err)
	case b.Err != "":
		s.Line("failed", b.Err)
	default:
		s.Line("done", strings.Join(strings.Fields(ClipRunes(b.Text, 100)), " "))
	}
}

// Word is a label of the screen in the owner's language.
func (s *Screen) Word(key string) string { return s.Phrases.Phrase(s.Language, "screen."+key, nil) }

// Line prints one stage with its time.
func (s *Screen) Line(key, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	label := s.Word(key)
	if s.color {
		label = "\x1b[" + tints[key] + "m" + label + "\x1b[0m"
	}
	// Labels are padded by hand: Hangul is two columns wide.
	pad := strings.Repeat(" ", max(0, 10-columns(s.Word(key))))
	fmt.Fprintf(s.W, "%8.2fs  %s%s %s\n", time.Since(s.began).Seconds(), label, pad, control.Printable(text))
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

// ClipRunes is the beginning of a text, with dots where something was left out.
func ClipRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "..."
	}
	return s
}

// Colored says whether lines may be coloured.
func Colored(w io.Writer) bool { return IsTerminal(w) && os.Getenv("NO_COLOR") == "" }

// IsTerminal says whether what is written to w is seen as it comes.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
