package event

import (
	"encoding/json"
	"time"

	"deputy/agent/model"
	"deputy/agent/tool"
)

// An Event is something that happened, at a time. What is told to the desk and
// what the desk concludes are both events; State.apply folds either.
type Event struct {
	At time.Time
	// Nonce is fresh entropy for whatever the step must choose unpredictably
	// (code words). It is not journaled: the choice is.
	Nonce uint64
	// Steady is the same moment on a clock that nobody sets; the zero time is At. It
	// is not journaled.
	Steady time.Time
	// Cause names the request that the event came of, as TellFor was given it; "" for
	// none. It is not journaled.
	Cause string
	Body  Body
}

// A Body is the content of an event. Kind is its name in the journal; a body
// whose Kind is "" is passing news (a line has begun) and is not journaled.
type Body interface{ Kind() string }

// What is told to the desk from outside.
type (
	// Heard is one utterance, transcribed, or one typed line.
	Heard struct {
		Origin
		Utterance int64  `json:"utterance,omitempty"`
		Text      string `json:"text"`
		Language  string `json:"language"`
		Foreign   bool   `json:"foreign,omitempty"` // it sounds like a language that Text isn't in
		Typed     bool   `json:"typed,omitempty"`   // by the owner's user on this machine
		// Socket says that it was typed elsewhere than in Deputy's own terminal: what
		// stood on the screen there is not known.
		Socket bool `json:"socket,omitempty"`
		Key    bool `json:"key,omitempty"` // push-to-talk key held
		// Commanded says that a command may have held the key (deputy ptt): a program
		// can, so that it is no hand on it.
		Commanded  bool    `json:"commanded,omitempty"`
		Confidence float32 `json:"confidence,omitempty"`
		Lowest     float32 `json:"lowest,omitempty"`
		// Tokens are the probabilities of the text's tokens, in order.
		Tokens   []float32 `json:"tokens,omitempty"`
		NoSpeech float32   `json:"no_speech,omitempty"`
		Voiced   float32   `json:"voiced,omitempty"`
		SNR      float32   `json:"snr,omitempty"`
		// Began and Ended bound the speech, in wall time.
		Began time.Time `json:"began"`
		Ended time.Time `json:"ended"`
		// Audio is the SHA-256 of the samples, in hex; "" for typed lines.
		Audio string `json:"audio,omitempty"`
		// Err says why it could not be written down: something was said, and Text is "".
		Err string `json:"err,omitempty"`
		// Noise says why the text is hardly what was said, if anything was ("weak");
		// "" if nothing speaks against it. Such a text can refuse and no more.
		Noise string `json:"noise,omitempty"`
		// Ignored stands in journals of before: why nothing followed from it.
		Ignored string `json:"ignored,omitempty"`
	}
	// Ignored says that nothing follows from an utterance, and why: without its
	// words, since what isn't meant for Deputy is nobody's to keep. It has a name, for
	// whoever watches, and is not journaled.
	Ignored struct {
		Utterance int64 `json:"utterance,omitempty"`
		Why       Why   `json:"why"`
	}
	// Overheard is what the journal holds of all that was ignored since the last one:
	// how much it was.
	Overheard struct {
		Count int `json:"count"`
	}
	// Called says that an utterance that is still being spoken begins with the name.
	Called struct{}
	// Opened is the first event of a session: the desk has read its journal.
	Opened struct {
		Version string `json:"version,omitempty"`
	}
	// Replied is a model's turn, complete.
	Replied struct {
		Task      string       `json:"task"`
		Turn      int          `json:"turn"`
		Text      string       `json:"text,omitempty"`
		Calls     []model.Call `json:"calls,omitempty"`
		Err       string       `json:"err,omitempty"`
		Malformed bool         `json:"malformed,omitempty"` // Err is for the model to mend
	}
	// Thinking says that the model was asked for a turn, Begun that the first piece
	// of it has come.
	Thinking struct {
		Task string
		Turn int
	}
	Begun struct {
		Task string
		Turn int
	}
	// Sentence is a piece of a reply, ready to be spoken while the rest is written.
	Sentence struct {
		Task string
		Turn int
		Text string
	}
	// Planned is what a call would do, or why it can't be done.
	Planned struct {
		Task   string
		Call   model.Call
		Turn   int
		Action tool.Action
		Err    string
	}
	// Ended is how an effect ended.
	Ended struct {
		Task    string `json:"task"`
		Key     string `json:"key"`
		Text    string `json:"text,omitempty"`
		Err     string `json:"err,omitempty"`
		Unknown bool   `json:"unknown,omitempty"` // whether it happened is not known
		// Undo, Remind and Produced are the Result's.
		Undo     json.RawMessage `json:"undo,omitempty"`
		Remind   *tool.Reminder  `json:"remind,omitempty"`
		Produced string          `json:"produced,omitempty"`
	}
	// Progressed says how far a live effect is.
	Progressed struct {
		Task string
		Key  string
		Text string
	}
	// PermissionAsked says that a live effect wants to have an action by itself, and
	// waits for the answer.
	PermissionAsked struct {
		Key    string // the live effect's
		Call   string // names this question
		Action tool.Action
	}
	// Undone is how taking back an effect ended.
	Undone struct {
		Task string `json:"task"`
		Key  string `json:"key"`
		Text string `json:"text,omitempty"`
		Err  string `json:"err,omitempty"`
		// Values are the Result's.
		Values map[string]string `json:"values,omitempty"`
	}
	// Answered is a decision made by name, on this machine's screen or socket.
	Answered struct {
		Origin
		Ask     string `json:"ask"`
		Approve bool   `json:"approve"`
		By      string `json:"by"` // "terminal", "socket"
		Reason  string `json:"reason,omitempty"`
		// Shown is the terminal in which all of it stood, and where the number that
		// stood beside it was typed; "" if it was not shown.
		Shown string `json:"shown,omitempty"`
	}
	// Queued says that a line was given to the voice.
	Queued struct {
		Line string
		Task string // whose it is; "" for none
		// Reply says that it answers what the owner said last.
		Reply bool
	}
	// Speaking says that a line's first sample was played.
	Speaking struct {
		Line string
		At   time.Time
	}
	// Spoken says what became of a line.
	Spoken struct {
		Line  string
		Ended time.Time
		Whole bool
		Err   string
	}
	// Chimed says from when to when an acknowledgement sounded. It is no line.
	Chimed struct{ Began, Ended time.Time }
	// Notice is something the owner should know that no order led to: a phrase with
	// its values.
	Notice struct {
		Key    string
		Values map[string]string
	}
	// TimerFired says that a time that was asked for has come. Ack says that it is that
	// of an acknowledgement and nothing else's: it brings no ask back that made
	// room for the order.
	TimerFired struct{ Ack bool }
	// ClockSet says that the clock on the wall was set by so much, or that the machine
	// slept so long.
	ClockSet struct {
		By time.Duration `json:"by_ns"`
	}
	// Speech says that somebody speaks since At, Silence that what came of the
	// Speech with that ID has been told, or that nothing came of it. The ID is the
	// utterance's. Speech that is cut for its length goes on as another, with the
	// same At, before the Silence of its first part.
	Speech struct {
		ID  int64
		At  time.Time
		Key bool // push-to-talk key held
	}
	Silence struct{ ID int64 }
	// Listened says up to when the sound of the room was listened to: all speech that
	// began before has been told, but for its first tenth of a second or two. Zero says
	// that nothing is listened to any more. It comes in short while an effect is held.
	Listened struct{ To time.Time }
	// GrantScoped says what a standing permission would cover exactly, in the terms of
	// the tool that it is for, or why no tool can say.
	GrantScoped struct {
		Task       string
		Tool       string
		GrantScope tool.GrantScope
		Err        string
	}
	// Withdrawn takes a standing permission back by name, on this machine's socket.
	Withdrawn struct {
		Origin
		Grant string
		By    string
	}
)

func (Heard) Kind() string           { return "heard" }
func (Ignored) Kind() string         { return "ignored" }
func (Overheard) Kind() string       { return "overheard" }
func (Called) Kind() string          { return "" }
func (Opened) Kind() string          { return "session.opened" }
func (Replied) Kind() string         { return "model.replied" }
func (Thinking) Kind() string        { return "" }
func (Begun) Kind() string           { return "" }
func (Sentence) Kind() string        { return "" }
func (Planned) Kind() string         { return "" }
func (Ended) Kind() string           { return "effect.ended" }
func (Progressed) Kind() string      { return "" }
func (PermissionAsked) Kind() string { return "" }
func (Undone) Kind() string          { return "effect.undone" }
func (Answered) Kind() string        { return "answered" }
func (Queued) Kind() string          { return "" }
func (Speaking) Kind() string        { return "" }
func (Spoken) Kind() string          { return "" }
func (Chimed) Kind() string          { return "" }
func (Notice) Kind() string          { return "" }
func (TimerFired) Kind() string      { return "" }
func (ClockSet) Kind() string        { return "clock.set" }
func (Speech) Kind() string          { return "" }
func (Silence) Kind() string         { return "" }
func (Listened) Kind() string        { return "" }
func (GrantScoped) Kind() string     { return "" }
func (Withdrawn) Kind() string       { return "" }
