package event

import (
	"encoding/json"
	"time"

	"deputy/agent/consent"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/tool"
)

// What the desk concludes.
type (
	// TaskOpened is an order accepted. From here on it isn't lost.
	TaskOpened struct {
		Origin
		Task     string       `json:"task"`
		Order    string       `json:"order"`
		Language string       `json:"language"`
		Scope    policy.Level `json:"scope"`
		Prompt   string       `json:"prompt,omitempty"` // the order with what the model must know of now
		// Before is the task before, if strangers had a part in it: it stands ahead
		// of the order as their text. Private says that it held something private.
		Before  *model.Message `json:"before,omitempty"`
		Private bool           `json:"private,omitempty"`
		Note    bool           `json:"note,omitempty"` // an open note, dictated without a model
		// GrantRequest is the standing permission that the order gives; nil if it is none.
		GrantRequest *consent.GrantRequest `json:"leave,omitempty"`
	}
	// TaskRevised is criticism of a finished task: it goes on.
	TaskRevised struct {
		Origin
		Task  string       `json:"task"`
		Order string       `json:"order"`
		Scope policy.Level `json:"scope"`
	}
	// Dictated is one utterance for an open note, as the call that writes it.
	Dictated struct {
		Task string     `json:"task"`
		Call model.Call `json:"call"`
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
		// Owner says that it was the owner who decided so.
		Owner bool `json:"owner,omitempty"`
	}
	// RetryRequested asks the model to write its last turn again.
	RetryRequested struct {
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
		Taint   []policy.Taint    `json:"taint,omitempty"`
		// Facts, Private, Egress, Untrusted and Source are the Action's.
		Facts     map[string]string `json:"facts,omitempty"`
		Private   bool              `json:"private,omitempty"`
		Egress    bool              `json:"egress,omitempty"`
		Untrusted bool              `json:"untrusted,omitempty"`
		Source    string            `json:"source,omitempty"`
		Repeat    tool.Repeat       `json:"repeat,omitempty"`
		Rule      string            `json:"rule"`
		Reason    string            `json:"reason,omitempty"`
		Why       policy.Words      `json:"why,omitzero"` // the reason, as it is spoken
		// Spends and GrantScope are the Action's.
		Spends     bool             `json:"spends,omitempty"`
		GrantScope *tool.GrantScope `json:"frame,omitempty"`
		// Live and Steerable are the Action's. Within is the key of the live effect that
		// asks to have this by itself; "" for what the desk has done.
		Live      bool   `json:"live,omitempty"`
		Steerable bool   `json:"steerable,omitempty"`
		Within    string `json:"within,omitempty"`
		// For is the ask that the owner answered with "always", of which this
		// standing grant came.
		For string `json:"for,omitempty"`
	}
	// Asked is a question for the owner about one intended effect.
	Asked struct {
		Task string `json:"task"`
		Ask  string `json:"ask"`
		Key  string `json:"key"`
		// To is from where the order came that the ask belongs to: who is asked.
		To Origin `json:"to,omitzero"`
		// Again says that the effect was started once and its end isn't known.
		Again bool `json:"again,omitempty"`
	}
	// AskPresented is an ask on its way to the owner, with the code word of this time.
	AskPresented struct {
		Task string `json:"task"`
		Ask  string `json:"ask"`
		Line string `json:"line"`
		Text string `json:"text"`
		Code string `json:"code,omitempty"`
		// Cut says that something that decides could not be said in full, so that no
		// voice can approve it.
		Cut bool `json:"cut,omitempty"`
		// Again says that the effect may have happened already.
		Again bool `json:"again,omitempty"`
		// Half says that it is put again after a short yes that was heard half well:
		// another one will do.
		Half bool `json:"half,omitempty"`
		// Times counts the posings since the owner last asked for it.
		Times int `json:"times"`
		// With names other asks of the same kind that are read out with this one
		// and decided by the same answer.
		With []string `json:"with,omitempty"`
	}
	// Explained is a part of what an ask is about, read out because the owner asked.
	Explained struct {
		Task string `json:"task"`
		Ask  string `json:"ask"`
		Part int    `json:"part"` // how many have been read out
	}
	// AskDelivered says that the ask was heard to its end. Answers count from here.
	AskDelivered struct {
		Task string    `json:"task"`
		Ask  string    `json:"ask"`
		At   time.Time `json:"at"`
	}
	// AskDeferred is an ask that waits in the inbox until the owner comes back to it.
	AskDeferred struct {
		Task string `json:"task"`
		Ask  string `json:"ask"`
		Why  string `json:"why"`
		// Until is when it is put again by itself; zero if it waits to be asked for.
		Until time.Time `json:"until,omitzero"`
	}
	// AskResumed is an ask whose time to be put again has come.
	AskResumed struct {
		Task string `json:"task"`
		Ask  string `json:"ask"`
	}
	// QueueRead is the queue as it is read out: the owner may name one of these asks.
	// An empty list is the end of that.
	QueueRead struct {
		Asks []string `json:"asks,omitempty"`
	}
	// AskSuspended is an ask that made room for a new order; it is put again after it.
	AskSuspended struct {
		Task string `json:"task"`
		Ask  string `json:"ask"`
	}
	// Decided is the owner's decision on one ask, with the evidence. It decides
	// that ask once and nothing else.
	Decided struct {
		Origin
		Task    string `json:"task"`
		Ask     string `json:"ask"`
		Key     string `json:"key"`
		Approve bool   `json:"approve"`
		By      string `json:"by"` // "voice", "voice+key", "terminal", "socket"
		Why     string `json:"why"`
		Rest    string `json:"rest,omitempty"` // the owner's own words beside the decision
		// Answer is what was heard, with all that is known of its sound; nil for a
		// decision by name.
		Answer *Heard `json:"answer,omitempty"`
		// Said is what Deputy itself had said in the half minute before, or was saying.
		Said []string `json:"said,omitempty"`
		// After is the time from the end of the ask to the start of the answer.
		After time.Duration `json:"after_ns,omitempty"`
	}
	// EffectDelayed is an effect of high authority that was decided and begins at Until,
	// unless it is retracted. A restart forgets it and asks again.
	EffectDelayed struct {
		Task  string    `json:"task"`
		Key   string    `json:"key"`
		By    string    `json:"by"`
		Until time.Time `json:"until"`
	}
	// Retracted is a decision that the owner took back in time.
	Retracted struct {
		Origin
		Task   string `json:"task"`
		Key    string `json:"key"`
		By     string `json:"by"`
		Why    string `json:"why"`
		Answer *Heard `json:"answer,omitempty"`
	}
	// Granted is a standing grant that the owner gave, after it was read back.
	Granted struct {
		Task  string       `json:"task"`
		Ask   string       `json:"ask"`
		Grant policy.Grant `json:"grant"`
		Text  string       `json:"text"` // as it was read back
	}
	// Used is one use of a standing grant, before the effect begins.
	Used struct {
		Task  string `json:"task"`
		Key   string `json:"key"`
		Grant string `json:"grant"`
	}
	// Revoked is a standing grant that the owner took back.
	Revoked struct {
		Origin
		Grant string `json:"grant"`
		By    string `json:"by"`
	}
	// Started is written before an effect begins. Without an Ended it is never
	// simply run again.
	Started struct {
		Task string `json:"task"`
		Key  string `json:"key"`
		By   string `json:"by"` // "policy", "owner", "restart"
	}
	// Permitted lets a live effect have an action by itself.
	Permitted struct {
		Task   string `json:"task"`
		Key    string `json:"key"`
		Within string `json:"within"` // the live effect's key
		By     string `json:"by"`
	}
	// Steered is what the owner said to a live effect.
	Steered struct {
		Origin
		Task string `json:"task"`
		Key  string `json:"key"`
		Text string `json:"text"`
	}
	// CancelRequested calls a live effect off. How it ends is told by Ended.
	CancelRequested struct {
		Origin
		Task string `json:"task"`
		Key  string `json:"key"`
	}
	// Notified is one of Deputy's own sentences: the answer to a local verb, or why
	// nothing followed from what was said.
	Notified struct {
		Text string `json:"text"`
	}
	// Reminded is a reminder that was given.
	Reminded struct {
		Key string `json:"key"`
	}
)

func (Notified) Kind() string        { return "told" }
func (TaskOpened) Kind() string      { return "task.opened" }
func (TaskRevised) Kind() string     { return "task.revised" }
func (Dictated) Kind() string        { return "note.dictated" }
func (TaskClosed) Kind() string      { return "task.closed" }
func (Reported) Kind() string        { return "task.reported" }
func (Refused) Kind() string         { return "call.refused" }
func (RetryRequested) Kind() string  { return "model.mending" }
func (Intended) Kind() string        { return "intent.recorded" }
func (Asked) Kind() string           { return "asked" }
func (AskPresented) Kind() string    { return "ask.posing" }
func (AskDelivered) Kind() string    { return "ask.posed" }
func (AskDeferred) Kind() string     { return "ask.parked" }
func (AskSuspended) Kind() string    { return "ask.set_aside" }
func (Decided) Kind() string         { return "decided" }
func (Started) Kind() string         { return "effect.started" }
func (Permitted) Kind() string       { return "effect.permitted" }
func (Steered) Kind() string         { return "effect.steered" }
func (CancelRequested) Kind() string { return "effect.cancel_requested" }
func (Reminded) Kind() string        { return "reminded" }
func (Explained) Kind() string       { return "ask.explained" }
func (AskResumed) Kind() string      { return "ask.returned" }
func (QueueRead) Kind() string       { return "asks.listed" }
func (EffectDelayed) Kind() string   { return "effect.held" }
func (Retracted) Kind() string       { return "retracted" }
func (Granted) Kind() string         { return "grant.given" }
func (Used) Kind() string            { return "grant.used" }
func (Revoked) Kind() string         { return "grant.revoked" }

// Status is where a task stands. The zero value is a task that doesn't exist.
type Status string

const (
	Working   Status = "working"   // the model or a tool is at it
	Waiting   Status = "waiting"   // for a decision of the owner
	Noting    Status = "noting"    // an open note takes what is said
	Done      Status = "done"      // reported
	Failed    Status = "failed"    // given up, with a reason
	Cancelled Status = "cancelled" // by the owner
)

// Open says that the task isn't at its end.
func (s Status) Open() bool { return s == Working || s == Waiting || s == Noting }

// Why says why nothing follows from an utterance: the end of a phrase's key.
type Why string

const (
	NotAddressed Why = "not_addressed" // nothing says that it is meant for Deputy
	OwnVoice     Why = "own_voice"     // it overlaps Deputy's own voice
	OwnSound     Why = "own_sound"     // it is the chime
	Unasked      Why = "unasked"       // it answers a question that nobody asked
	Foreign      Why = "foreign"       // it is in a language that Deputy takes no orders in
)
