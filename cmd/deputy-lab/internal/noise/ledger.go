package noise

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"deputy/agent"
	"deputy/agent/event"
	"deputy/audio"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/listen"
)

// A noiseRow is one utterance and what became of it.
type noiseRow struct {
	at             time.Time
	stretch        noiseStretch
	text, language string
	confidence     float32
	nospeech       float32
	reading        string
}

// A noiseLedger keeps the count of a trial: what was played, for how much of it
// an ask was open, and what was made of every utterance. An event and the lines
// that follow from it come from the desk's goroutine, in order; utterances from
// the listener's.
type noiseLedger struct {
	heard atomic.Int64 // samples that came through the microphone
	// mu guards everything below it: the player, the desk and the listener write.
	mu      sync.Mutex
	desk    *agent.Desk
	phrases map[string]string // what a line of Deputy's own says, by a part of it
	last    event.Heard       // the order that leads to the ask
	playing bool
	began   time.Time
	before  int64     // heard when it began
	since   time.Time // when the ask was posed; zero while none is
	stretch noiseStretch
	past    []noiseSpan
	rows    []*noiseRow
	told    map[int64]*noiseRow // what the desk is told and has not dealt with, by utterance
	open    *noiseRow           // the utterance that the desk is at
	parts   map[noiseKey]*noisePart
}

// A noiseSpan is when a stretch was played.
type noiseSpan struct {
	stretch    noiseStretch
	began, end time.Time
}

// know learns how Deputy says what it made of an answer.
func (l *noiseLedger) know(a *app.App) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.desk = a.Desk
	for _, lang := range []string{"en", "ko"} {
		for key, reading := range map[string]string{
			"say.unclear": "unclear", "say.weak": "weak yes", "say.too_early": "untimely", "say.too_late": "untimely",
			"say.near_miss": "near miss", "ask.details": "explain", "say.later": "later", "say.language": "ignored",
		} {
			text := a.Phrases.Phrase(lang, key, map[string]string{"heard": "§", "summary": "§", "detail": "§"})
			l.phrases[constant(text, "§")] = reading
		}
	}
}

// order types an order; asking is false until its ask is posed.
func (l *noiseLedger) order(text, language string) {
	l.mu.Lock()
	l.last = control.Typed(text, language)
	l.unposed()
	l.mu.Unlock()
	l.desk.Tell(l.last)
}

func (l *noiseLedger) asking() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.since.IsZero()
}

// constant is the longest part of a sentence between its values. A Korean
// particle changes with the value before it.
func constant(text, value string) (longest string) {
	for i, part := range strings.Split(text, value) {
		if _, rest, ok := strings.Cut(part, " "); i > 0 && ok {
			part = rest
		}
		if part = strings.TrimSpace(part); len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}

// begin and end bound what is played.
func (l *noiseLedger) begin(s noiseStretch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stretch, l.playing, l.began, l.before = s, true, time.Now(), l.heard.Load()
	if !l.since.IsZero() {
		l.since = l.began
	}
}

func (l *noiseLedger) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.close(now)
	if l.playing {
		p := l.part(l.stretch)
		p.Played += l.stretch.seconds
		p.Heard += float64(l.heard.Load()-l.before) / audio.Rate
		p.Wall += now.Sub(l.began).Seconds()
		l.past = append(l.past, noiseSpan{l.stretch, l.began, now})
	}
	l.playing = false
}

// close adds the time for which an ask was open until now; it stays open.
func (l *noiseLedger) close(now time.Time) {
	if l.playing && !l.since.IsZero() {
		l.part(l.stretch).Posed += now.Sub(l.since).Seconds()
		l.since = now
	}
}

func (l *noiseLedger) part(s noiseStretch) *noisePart {
	k := noiseKey{s.group, s.level}
	if l.parts == nil {
		l.parts = map[noiseKey]*noisePart{}
	}
	if l.parts[k] == nil {
		l.parts[k] = &noisePart{Group: s.group, Level: s.level, Readings: map[string]int{}}
	}
	return l.parts[k]
}

// of is the stretch that was playing at a time.
func (l *noiseLedger) of(at time.Time) noiseStretch {
	for i := len(l.past) - 1; i >= 0; i-- {
		if at.After(l.past[i].end) {
			break
		}
		if !at.Before(l.past[i].began) {
			return l.past[i].stretch
		}
	}
	return l.stretch
}

// hear takes the utterances of which the noise filter says that they are none; what
// the desk makes of them, and of the others, comes back from it.
func (l *noiseLedger) hear(h listen.Recognition) {
	l.mu.Lock()
	defer l.mu.Unlock()
	row := &noiseRow{
		at: h.SpeechEnd, stretch: l.of(h.SpeechEnd), text: h.Transcript.Text, language: h.Transcript.Language,
		confidence: h.Transcript.Confidence, nospeech: h.Transcript.NoSpeech, reading: "filtered",
	}
	if h.Noise == "" && h.Transcript.Text != "" {
		row.reading = "ignored"
		if l.told == nil {
			l.told = map[int64]*noiseRow{}
		}
		l.told[h.Utterance.ID] = row
		return
	}
	l.rows = append(l.rows, row)
}

// observe takes the desk's events.
func (l *noiseLedger) observe(e event.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch b := e.Body.(type) {
	case event.Heard:
		switch l.open = nil; {
		case b.Noise != "":
			for _, r := range l.rows {
				if r.reading == "filtered" && r.at.Equal(b.Ended) {
					l.open, r.reading = r, "unread"
				}
			}
		case !b.Typed:
			l.open = &noiseRow{
				at: b.Ended, stretch: l.of(b.Ended), text: b.Text, language: b.Language,
				confidence: b.Confidence, nospeech: b.NoSpeech, reading: "nothing",
			}
			l.rows = append(l.rows, l.open)
			delete(l.told, b.Utterance)
		}
	case event.Ignored: // the desk doesn't say what it was
		l.open = cmp.Or(l.told[b.Utterance], &noiseRow{at: e.At, stretch: l.stretch, reading: "ignored"})
		l.rows = append(l.rows, l.open)
		delete(l.told, b.Utterance)
	case event.AskDelivered:
		l.since = time.Now()
	case event.AskPresented:
		l.unposed()
		l.read("unclear", "nothing")
	case event.AskDeferred:
		l.unposed()
		l.read("unclear", "nothing")
	case event.AskSuspended:
		l.unposed()
		l.read("order", "nothing")
	case event.TaskOpened:
		l.read("order", "nothing")
	case event.Decided:
		l.unposed()
		if b.By != "terminal" {
			l.read(map[bool]string{true: "approved", false: "denied"}[b.Approve], "")
		}
	case event.Started:
		l.part(l.stretch).Effects++
	case event.Answered, event.Replied, event.Speaking, event.Spoken:
		l.open = nil // what follows is not the last utterance's doing
	}
	l.keepAsking(e.Body)
}

func (l *noiseLedger) unposed() {
	l.close(time.Now())
	l.since = time.Time{}
}

// read says what was made of the utterance at hand, if that is so far only was.
func (l *noiseLedger) read(reading, was string) {
	if l.open != nil && (was == "" || l.open.reading == was) {
		l.open.reading = reading
	}
}

// said takes the lines that follow from an event: they say why an answer did
// not count.
func (l *noiseLedger) said(line event.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for part, reading := range l.phrases {
		if strings.Contains(line.Text, part) {
			l.read(reading, "unclear")
		}
	}
}

// write saves every utterance, tab-separated.
func (l *noiseLedger) write(path string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var b strings.Builder
	b.WriteString("time\tmaterial\tlevel\task\tplayed\treading\tlanguage\tconfidence\tno_speech\ttext\n")
	for _, r := range l.rows {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.2f\t%.2f\t%s\n", r.at.Format(time.TimeOnly), r.stretch.group, r.stretch.level, r.stretch.language,
			strings.Join(r.stretch.names, ", "), r.reading, cmp.Or(r.language, "-"), r.confidence, r.nospeech, control.Printable(r.text))
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("write what was heard: %w", err)
	}
	return nil
}
