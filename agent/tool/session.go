package tool

import (
	"context"
	"errors"
)

// ErrCancelled is why a live effect's context ended: the owner called it off.
var ErrCancelled = errors.New("the owner called it off")

// A Session is what a live effect has of the desk while it goes on. It ends once, with
// what Live returns: a Result (it is done), an error (it has failed), or an error that
// wraps ErrUnknown. If ctx ends, Live must come to its end soon; context.Cause says why.
// Its methods may be called from several goroutines, and not after Live has returned.
type Session interface {
	// Progress says how far it is, in a few words. It never blocks.
	Progress(text string)
	// Ask puts an action that the effect wants to have by itself to policy and, if
	// need be, to the owner, and waits for the answer. The action's Do is not called.
	Ask(ctx context.Context, a Action) (Answer, error)
	// Steered gives what the owner says to it meanwhile.
	Steered() <-chan string
}

// An Answer is what was decided about a part of a live effect.
type Answer struct {
	Approved bool
	Words    string // why not, as far as anybody said
}
