package tool

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"deputy/agent/consent"
	"deputy/agent/policy"
)

// A Tool is one thing that Deputy can do on the user's machine. Its methods may
// be called from several goroutines.
type Tool interface {
	Spec() Spec
	// Plan checks the arguments and says what would happen. It has no outside
	// effect: it may look (stat a file, resolve a name) but never changes,
	// sends or asks anything. An error is told to the model, which may try again.
	Plan(ctx context.Context, args json.RawMessage) (Action, error)
}

// A Spec describes a tool to the model.
type Spec struct {
	Name        string // lower_snake_case
	Description string // one short English sentence
	// Params is the JSON Schema object of the arguments:
	// {"type":"object","properties":{...},"required":[...]}.
	Params json.RawMessage
}

// Repeat says what may be done about an effect that was started and whose end
// was never recorded. The zero value is the careful one.
type Repeat uint8

const (
	// Opaque effects are never run again: the owner is asked.
	Opaque Repeat = iota
	// Idempotent effects are run again with the same key.
	Idempotent
	// Checkable effects are looked up first: the Tool is a Checker.
	Checkable
)

// An Action is a planned effect, frozen: what is shown to policy, rendered for
// the owner and run once.
type Action struct {
	Tool   string
	Target string // the path, host, recipient or command it acts on
	// Args are the canonical arguments: defaults filled in, paths cleaned.
	// Planning them again gives an equal Action.
	Args  json.RawMessage
	Level policy.Level
	// Phrase is the key of the phrase that asks for and reports the action
	// ("mail": phrases ask.mail and done.mail), Values what is put into it.
	// Both are made by code from Args; Values hold what the owner must know.
	Phrase string
	Values map[string]string
	// Summary is one English line for the journal and the screen.
	Summary string
	// Facts are what the tool knows of the arguments and policy may go by:
	// "recipient": "known" or "new"; "host": "known" or "new"; "path": "inside" or
	// "outside" the workspace; "remote": the one a push goes to. Made by code.
	Facts map[string]string
	// Private says that the result may hold what only the owner should know,
	// Egress that something leaves this machine, Spends that it costs money.
	Private, Egress, Spends bool
	// Untrusted says that the result will hold text from strangers, and Source
	// whose: "a page of acme.example".
	Untrusted bool
	Source    string
	Repeat    Repeat
	// GrantScope is what a standing grant for more like it would cover; nil if there can
	// be none.
	GrantScope *GrantScope
	// Do has the effect. key is the same for the same action of the same task,
	// so that a destination that knows keys does it once. Not logged: a restart
	// plans Args again.
	Do func(ctx context.Context, key string) (Result, error) `json:"-"`
	// Live has the effect instead, if it goes on for a while: see Session. Steerable
	// says that it listens to Session.Steered.
	Live      func(ctx context.Context, key string, s Session) (Result, error) `json:"-"`
	Steerable bool
}

// A Result is what an effect gave.
type Result struct {
	Text string // for the model: short, plain
	// Undo is what Undoer.Undo needs to take it back; nil if it can't be undone.
	Undo json.RawMessage
	// Remind asks the desk to say something later.
	Remind *Reminder
	// Produced is the file that holds the result, for the report; "" if none.
	Produced string
	// Values say, for a phrase, what an Undo restored: "restored" and "removed" are
	// names of files.
	Values map[string]string
}

// A Reminder is something to say at a time. A restart keeps it.
type Reminder struct {
	At   time.Time
	Text string
}

// An Undoer is a Tool whose effects can be taken back.
type Undoer interface {
	Undo(ctx context.Context, undo json.RawMessage) (Result, error)
}

// A Checker is a Tool that can find out whether an effect has happened.
type Checker interface {
	Check(ctx context.Context, key string, args json.RawMessage) (done bool, r Result, err error)
}

// A GrantScope is what a standing grant covers, exactly: patterns as in policy.Grant,
// and the phrase that says it ("mail": phrase grant.mail).
type GrantScope struct {
	Target string
	Args   map[string]string
	Phrase string
	Values map[string]string
}

// A GrantScoper is a Tool that the owner can give a standing grant for: it puts the
// owner's words into exact terms. It says false for what it doesn't do and for
// what can not be said exactly: then there is no grant.
type GrantScoper interface {
	ScopeGrant(l consent.GrantRequest) (GrantScope, bool)
}

// Subject is a planned action as policy looks at it, for an order of that scope in
// a task that has read nothing yet.
func (a Action) Subject(scope policy.Level, project string) policy.Action {
	return policy.Action{
		Tool: a.Tool, Target: a.Target, Args: policy.Flatten(a.Args), Level: a.Level, Scope: scope,
		Spends: a.Spends, Facts: a.Facts, Egress: a.Egress, Project: project,
	}
}

// ErrUnknown is an effect of which nobody can say whether it happened: a
// connection lost between the order and its answer.
var ErrUnknown = errors.New("it is not known whether it happened")
