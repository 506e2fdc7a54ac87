// Package timing knows how long everything took: it folds what the desk shows its
// observer, and how each utterance was heard, into a timeline for every turn of
// the owner, and into counters and histograms. It must not know a word of what
// was said, written or asked for: no text of an event is kept, so that nothing
// of it can leave with a timeline. It decides nothing, has no clock and starts
// nothing; who watches calls it.
package timing

import (
	"slices"
	"time"
)

// A Kind says what the owner's turn turned out to be.
type Kind string

const (
	Order     Kind = "order"     // a task of its own
	Revision  Kind = "revision"  // criticism of a task
	Answer    Kind = "answer"    // a decision about an ask
	Dictation Kind = "dictation" // into an open note
	Local     Kind = "local"     // a verb, or something that needed no model
	Ignored   Kind = "ignored"   // nothing followed from it
	Noise     Kind = "noise"     // no speech: the desk was never told
	Resumed   Kind = "resumed"   // what an earlier session began
)

// A Hearing is how one utterance came to its transcript.
type Hearing struct {
	Utterance int64     // as in event.Heard
	SpeechEnd time.Time // when the last speech was in the room
	Draft     time.Time // when the transcription began of which the text came
	Endpoint  time.Time // when it was sure that the utterance is over
	Ready     time.Time // when the text was there
	// Took is the transcription alone, without waiting for its turn.
	Took time.Duration
	// Noise says that it was no speech, so that nothing is told to the desk.
	Noise bool
}

// A Turn is one thing that the owner said or typed and what followed from it.
// Times that didn't come are zero.
type Turn struct {
	Kind      Kind   `json:"kind"`
	Task      string `json:"task,omitempty"` // that it began, revised or decided about
	Utterance int64  `json:"utterance,omitempty"`
	Typed     bool   `json:"typed,omitempty"`

	SpeechEnd time.Time     `json:"speech_end,omitzero"`
	Draft     time.Time     `json:"draft,omitzero"`
	Endpoint  time.Time     `json:"endpoint,omitzero"`
	Ready     time.Time     `json:"transcript,omitzero"`
	Took      time.Duration `json:"transcription_ns,omitempty"`
	Heard     time.Time     `json:"heard,omitzero"`        // the desk knew of it
	Accepted  time.Time     `json:"accepted,omitzero"`     // the order stood in the journal
	Chimed    time.Time     `json:"acknowledged,omitzero"` // a sound said that the order was heard
	Sound     time.Time     `json:"first_sound,omitzero"`
	Done      time.Time     `json:"done,omitzero"`     // the task was closed
	Reported  time.Time     `json:"reported,omitzero"` // the report was heard to its end
	Status    string        `json:"status,omitempty"`  // the task's, when it was closed

	Replies []Reply  `json:"replies,omitempty"`
	Effects []Effect `json:"effects,omitempty"`
}

// A Reply is one turn of the model.
type Reply struct {
	Turn     int       `json:"turn"`
	Asked    time.Time `json:"model_asked,omitzero"`
	Token    time.Time `json:"first_token,omitzero"`
	Sentence time.Time `json:"first_sentence,omitzero"`
	Ended    time.Time `json:"model_done,omitzero"`
	Failed   bool      `json:"failed,omitempty"`
}

// An Effect is one intended action, with the ask for it if there was one. Of an
// ask that was put several times, Composed and Posed are the last time's.
type Effect struct {
	Key      string    `json:"key"`
	Tool     string    `json:"tool,omitempty"`
	Level    string    `json:"level,omitempty"`
	Ask      string    `json:"ask,omitempty"`
	Posings  int       `json:"posings,omitempty"`
	Composed time.Time `json:"ask_composed,omitzero"`
	Posed    time.Time `json:"ask_posed,omitzero"`    // heard to its end
	Answered time.Time `json:"answer_heard,omitzero"` // the end of the answer
	Decided  time.Time `json:"decided,omitzero"`
	Approved bool      `json:"approved,omitempty"`
	By       string    `json:"by,omitempty"` // who decided, as in event.Decided
	Started  time.Time `json:"effect_started,omitzero"`
	Ended    time.Time `json:"effect_ended,omitzero"`
	Outcome  string    `json:"outcome,omitempty"` // done, failed, unknown
}

// Began is when the turn began: when the speech ended, or the line was typed.
func (t *Turn) Began() time.Time {
	switch {
	case !t.SpeechEnd.IsZero():
		return t.SpeechEnd
	case !t.Heard.IsZero():
		return t.Heard
	}
	if m := t.Marks(); len(m) > 0 {
		return m[0].At
	}
	return time.Time{}
}

// A Mark is one point of a timeline. Name is as in Turn's JSON.
type Mark struct {
	Name string
	Of   string // the model's turn, or the ask and the tool; "" for the turn itself
	At   time.Time
}

// Marks are the points of the turn that came, in the order of their times.
func (t *Turn) Marks() []Mark {
	marks := []Mark{
		{"speech_end", "", t.SpeechEnd}, {"draft", "", t.Draft}, {"endpoint", "", t.Endpoint}, {"transcript", "", t.Ready},
		{"heard", "", t.Heard}, {"accepted", "", t.Accepted},
	}
	// Effects first: the end of one and the asking of the model are one step.
	for _, f := range t.Effects {
		of := f.Name()
		marks = append(marks, Mark{"ask_composed", of, f.Composed}, Mark{"ask_posed", of, f.Posed}, Mark{"answer_heard", of, f.Answered},
			Mark{"decided", of, f.Decided}, Mark{"effect_started", of, f.Started}, Mark{"effect_ended", of, f.Ended})
	}
	for _, r := range t.Replies {
		of := number(r.Turn)
		marks = append(marks, Mark{"model_asked", of, r.Asked}, Mark{"first_token", of, r.Token},
			Mark{"first_sentence", of, r.Sentence}, Mark{"model_done", of, r.Ended})
	}
	marks = append(marks, Mark{"acknowledged", "", t.Chimed}, Mark{"first_sound", "", t.Sound}, Mark{"done", "", t.Done}, Mark{"reported", "", t.Reported})
	marks = slices.DeleteFunc(marks, func(m Mark) bool { return m.At.IsZero() })
	slices.SortStableFunc(marks, func(a, b Mark) int { return a.At.Compare(b.At) })
	return marks
}

// Name tells the effect from the others of its turn: the ask and the tool.
func (f *Effect) Name() string {
	switch {
	case f.Ask == "":
		return f.Tool
	case f.Tool == "":
		return f.Ask
	}
	return f.Ask + " " + f.Tool
}
