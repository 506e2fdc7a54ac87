package app

import (
	"context"
	"time"

	"deputy/agent/event"
	"deputy/tts"
)

// A voiceAdapter is the desk's voice: it hands lines to the tts.Voice and tells the
// desk what became of them.
type voiceAdapter struct {
	voice *tts.Voice
	tell  func(event.Body)
}

// Say queues a line; an ask goes ahead of reports.
func (m *voiceAdapter) Say(ctx context.Context, l event.Line) error {
	return m.voice.Say(ctx, tts.Line{ID: l.ID, Text: l.Text, Language: l.Language, Urgent: l.Ask})
}

// Hush stops the line under way and drops the rest.
func (m *voiceAdapter) Hush(ctx context.Context) error { return m.voice.Hush(ctx) }

// Chime acknowledges an order without words.
func (m *voiceAdapter) Chime(ctx context.Context) error { return m.voice.Chime(ctx) }

// chimed is tts.Options.Chimed.
func (m *voiceAdapter) chimed(began, ended time.Time) {
	m.tell(event.Chimed{Began: began, Ended: ended})
}

// began is tts.Options.Began.
func (m *voiceAdapter) began(line, _ string, at time.Time) {
	m.tell(event.Speaking{Line: line, At: at})
}

// told is what tts.Voice.Run reports to.
func (m *voiceAdapter) told(s tts.Spoken) {
	b := event.Spoken{Line: s.Line, Ended: s.Ended, Whole: s.Whole}
	if s.Err != nil {
		b.Err = s.Err.Error()
	}
	m.tell(b)
}

// An instantVoice says everything at once and to the end: a rehearsal of what
// is said and decided needs no sound.
type instantVoice struct {
	tell func(event.Body)
	said func(event.Line) // may be nil
}

func (v instantVoice) Say(_ context.Context, l event.Line) error {
	if v.said != nil {
		v.said(l)
	}
	now := time.Now()
	v.tell(event.Speaking{Line: l.ID, At: now})
	v.tell(event.Spoken{Line: l.ID, Ended: now, Whole: true})
	return nil
}

func (instantVoice) Hush(context.Context) error { return nil }

func (instantVoice) Chime(context.Context) error { return nil }
