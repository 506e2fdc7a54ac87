package event

import (
	"encoding/json"
	"time"

	"deputy/agent/consent"
	"deputy/agent/model"
	"deputy/agent/tool"
)

// An Intent is something the desk wants done outside: the only way in which a
// step reaches the world. Each is carried out by its own goroutine and told
// back as an event.
type Intent interface{ intent() }

type (
	// Think asks the model for the next turn of a task.
	Think struct {
		Task   string
		Turn   int
		Prompt model.Prompt
	}
	// CancelTask ends whatever runs for a task: its model turn and its plans. An effect
	// that has started goes on.
	CancelTask struct{ Task string }
	// Plan asks the tools what calls would do, one after the other, so that what
	// must be asked is asked in that order.
	Plan struct {
		Task  string
		Turn  int
		Calls []model.Call
	}
	// Execute has an effect whose Started is in the journal.
	Execute struct{ Effect Intended }
	// AnswerEffect answers a live effect that has asked for permission, SteerEffect
	// gives it the owner's words, CancelEffect calls it off.
	AnswerEffect struct {
		Key    string
		Call   string
		Answer tool.Answer
	}
	SteerEffect  struct{ Key, Text string }
	CancelEffect struct{ Key string }
	// CheckEffect asks a tool whether an effect of an earlier session has happened.
	CheckEffect struct{ Effect Intended }
	// Undo undoes an effect.
	Undo struct {
		Effect Intended
		Undo   json.RawMessage
	}
	// ScopeGrant asks the tools what a standing permission would cover exactly.
	ScopeGrant struct {
		Task    string
		Request consent.GrantRequest
	}
	// Notify shows the owner something on the desktop.
	Notify struct{ Language, Text string }
	// Say speaks a line.
	Say struct{ Line Line }
	// Hush stops the voice.
	Hush struct{}
	// Chime acknowledges an order by a sound.
	Chime struct{}
	// Wake asks for TimerFired at a time, with its Ack.
	Wake struct {
		At  time.Time
		Ack bool
	}
)

func (Think) intent()        {}
func (CancelTask) intent()   {}
func (Plan) intent()         {}
func (Execute) intent()      {}
func (AnswerEffect) intent() {}
func (SteerEffect) intent()  {}
func (CancelEffect) intent() {}
func (CheckEffect) intent()  {}
func (Undo) intent()         {}
func (Say) intent()          {}
func (Hush) intent()         {}
func (Chime) intent()        {}
func (Wake) intent()         {}
func (ScopeGrant) intent()   {}
func (Notify) intent()       {}

// A Line is something to say.
type Line struct {
	ID       string
	Text     string
	Language string
	Ask      bool // goes ahead of reports
}
