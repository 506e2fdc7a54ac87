package agent

import (
	"encoding/json"
	"time"

	"deputy/agent/policy"
)

// An Event is something that happened, at a time. What is told to the desk and
// what the desk concludes are both events; State.apply folds either.
type Event struct {
	At time.Time
	// Nonce is fresh entropy for whatever the step must choose unpredictably
	// (code words). It is not journaled: the choice is.
	Nonce uint64
	Body  Body
}

// A Body is the content of an event. Kind is its name in the journal; a body
// whose Kind is "" is passing news (a line has begun) and is not journaled.
type Body interface{ Kind() string }

// What is told to the desk from outside.
type (
	// Heard is one utterance, transcribed, or one typed line.
	Heard struct {
		Utterance  int64   `json:"utterance,omitempty"`
		Text       string  `json:"text"`
		Language   string  `json:"language"`
		Typed      bool    `json:"typed,omitempty"` // by the owner's user on this machine
		Key        bool    `json:"key,omitempty"`   // push-to-talk key held
		Confidence float32 `json:"confidence,omitempty"`
		Lowest     float32 `json:"lowest,omitempty"`
		NoSpeech   float32 `json:"no_speech,omitempty"`
		Voiced     float32 `json:"voiced,omitempty"`
		SNR        float32 `json:"snr,omitempty"`
		// Began and Ended bound the speech, in wall time.
		Began time.Time `json:"began"`
		Ended time.Time `json:"ended"`
		// Audio is the SHA-256 of the samples, in hex; "" for typed lines.
		Audio string `json:"audio,omitempty"`
		// Err says why it could not be written down: something was said, and Text is "".
		Err string `json:"err,omitempty"`
		// Ignored says why nothing follows from it; "" if something may.
		Ignored string `json:"ignored,omitempty"`
	}
	// Opened is the first event of a session: the desk has read its journal.
	Opened struct {
		Version string `json:"version,omitempty"`
	}
	// Replied is a model's turn, complete.
	Replied struct {
		Task      string `json:"task"`
		Turn      int    `json:"turn"`
		Text      string `json:"text,omitempty"`
		Calls     []Call `json:"calls,omitempty"`
		Err       string `json:"err,omitempty"`
		Malformed bool   `json:"malformed,omitempty"` // Err is for the model to mend
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
		Call   Call
		Turn   int
		Action Action
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
		Remind   *Reminder       `json:"remind,omitempty"`
		Produced string          `json:"produced,omitempty"`
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
		Ask     string `json:"ask"`
		Approve bool   `json:"approve"`
		By      string `json:"by"` // "terminal", "socket"
		Reason  string `json:"reason,omitempty"`
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
	// Notice is something the owner should know that no order led to: a phrase with
	// its values.
	Notice struct {
		Key    string
		Values map[string]string
	}
	// Woke says that a time that was asked for has come.
	Woke struct{}
)

// What the desk concludes.
type (
	// TaskOpened is an order accepted. From here on it isn't lost.
	TaskOpened struct {
		Task     string       `json:"task"`
		Order    string       `json:"order"`
		Language string       `json:"language"`
		Scope    policy.Level `json:"scope"`
		Prompt   string       `json:"prompt,omitempty"` // the order with what the model must know of now
		Note     bool         `json:"note,omitempty"`   // an open note, dictated without a model
	}
	// TaskRevised is criticism of a finished task: it goes on.
	TaskRevised struct {
		Task  string       `json:"task"`
		Order string       `json:"order"`
		Scope policy.Level `json:"scope"`
	}
	// Dictated is one utterance for an open note, as the call that writes it.
	Dictated struct {
		Task string `json:"task"`
		Call Call   `json:"call"`
	}
	// TaskClosed is a task's end.
	TaskClosed struct {
		Task   string `json:"task"`
		Status Status `json:"status"`
		Text   string `json:"text,omitempty"` // what is reported
	}
	// Reported says that the owner heard (or read) the report to its end.
	Reported struct {
		Task string `json:"task"`
	}
	// Refused answers a call that isn't carried out, in words for the model.
	Refused struct {
		Task string `json:"task"`
		Call string `json:"call"`
		Text string `json:"text"`
	}
	// Mending asks the model to write its last turn again.
	Mending struct {
		Task string `json:"task"`
		Text string `json:"text"`
	}
	// Intended is an action with policy's decision, before anything is done.
	Intended struct {
		Task    string            `json:"task"`
		Call    string            `json:"call"`
		Key     string            `json:"key"`
		Tool    string            `json:"tool"`
		Target  string            `json:"target,omitempty"`
		Args    json.RawMessage   `json:"args"`
		Level   policy.Level      `json:"level"`
		Phrase  string            `json:"phrase,omitempty"`
		Values  map[string]string `json:"values,omitempty"`
		Summary string            `json:"summary"`
		Taint   []string          `json:"taint,omitempty"`
		// Facts, Private, Egress, Untrusted and Source are the Action's.
		Facts     map[string]string `json:"facts,omitempty"`
		Private   bool              `json:"private,omitempty"`
		Egress    bool              `json:"egress,omitempty"`
		Untrusted bool              `json:"untrusted,omitempty"`
		Source    string            `json:"source,omitempty"`
		Repeat    Repeat            `json:"repeat,omitempty"`
		Rule      string            `json:"rule"`
		Reason    string            `json:"reason,omitempty"`
	}
	// Asked is a question for the owner about one intended effect.
	Asked struct {
		Task string `json:"task"`
		Ask  string `json:"ask"`
		Key  string `json:"key"`
		// Again says that the effect was started once and its end isn't known.
		Again bool `json:"again,omitempty"`
	}
	// Posing is an ask on its way to the owner, with the code word of this time.
	Posing struct {
		Task string `json:"task"`
		Ask  string `json:"ask"`
		Line string `json:"line"`
		Text string `json:"text"`
		Code string `json:"code,omitempty"`
		// Again says that the effect may have happened already.
		Again bool `json:"again,omitempty"`
		// Times counts the posings since the owner last asked for it.
		Times int `json:"times"`
	}
	// Posed says that the ask was heard to its end. Answers count from here.
	Posed struct {
		Task string    `json:"task"`
		Ask  string    `json:"ask"`
		At   time.Time `json:"at"`
	}
	// Parked is an ask that waits in the inbox until the owner comes back to it.
	Parked struct {
		Task string `json:"task"`
		Ask  string `json:"ask"`
		Why  string `json:"why"`
	}
	// SetAside is an ask that made room for a new order; it is put again after it.
	SetAside struct {
		Task string `json:"task"`
		Ask  string `json:"ask"`
	}
	// Decided is the owner's decision on one ask, with the evidence. It decides
	// that ask once and nothing else.
	Decided struct {
		Task    string `json:"task"`
		Ask     string `json:"ask"`
		Key     string `json:"key"`
		Approve bool   `json:"approve"`
		By      string `json:"by"` // "voice", "voice+key", "terminal", "socket"
		Why     string `json:"why"`
		Rest    string `json:"rest,omitempty"` // the owner's own words beside the decision
		// Answer is what was heard; nil for a decision by name.
		Answer *Heard `json:"answer,omitempty"`
		// After is the time from the end of the ask to the start of the answer.
		After time.Duration `json:"after_ns,omitempty"`
	}
	// Started is written before an effect begins. Without an Ended it is never
	// simply run again.
	Started struct {
		Task string `json:"task"`
		Key  string `json:"key"`
		By   string `json:"by"` // "policy", "owner", "restart"
	}
	// Told is one of Deputy's own sentences: the answer to a local verb, or why
	// nothing followed from what was said.
	Told struct {
		Text string `json:"text"`
	}
	// Reminded is a reminder that was given.
	Reminded struct {
		Key string `json:"key"`
	}
)

func (Heard) Kind() string       { return "heard" }
func (Opened) Kind() string      { return "session.opened" }
func (Told) Kind() string        { return "told" }
func (Replied) Kind() string     { return "model.replied" }
func (Sentence) Kind() string    { return "" }
func (Planned) Kind() string     { return "" }
func (Ended) Kind() string       { return "effect.ended" }
func (Undone) Kind() string      { return "effect.undone" }
func (Answered) Kind() string    { return "answered" }
func (Speaking) Kind() string    { return "" }
func (Spoken) Kind() string      { return "" }
func (Notice) Kind() string      { return "" }
func (Woke) Kind() string        { return "" }
func (TaskOpened) Kind() string  { return "task.opened" }
func (TaskRevised) Kind() string { return "task.revised" }
func (Dictated) Kind() string    { return "note.dictated" }
func (TaskClosed) Kind() string  { return "task.closed" }
func (Reported) Kind() string    { return "task.reported" }
func (Refused) Kind() string     { return "call.refused" }
func (Mending) Kind() string     { return "model.mending" }
func (Intended) Kind() string    { return "intent.recorded" }
func (Asked) Kind() string       { return "asked" }
func (Posing) Kind() string      { return "ask.posing" }
func (Posed) Kind() string       { return "ask.posed" }
func (Parked) Kind() string      { return "ask.parked" }
func (SetAside) Kind() string    { return "ask.set_aside" }
func (Decided) Kind() string     { return "decided" }
func (Started) Kind() string     { return "effect.started" }
func (Reminded) Kind() string    { return "reminded" }
