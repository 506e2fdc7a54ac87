package model

import (
	"context"
	"encoding/json"
	"errors"
	"iter"

	"deputy/agent/tool"
)

// A Role says whose a message is.
type Role string

const (
	User      Role = "user"      // the owner's words, and what the desk adds about now
	Assistant Role = "assistant" // the model's text and calls
	ToolRole  Role = "tool"      // a tool's result, or why there is none
)

// A Message is one turn of a task's conversation.
type Message struct {
	Role  Role   `json:"role"`
	Text  string `json:"text,omitempty"`
	Calls []Call `json:"calls,omitempty"` // Assistant only
	// Call is the ID of the call that a ToolRole message answers.
	Call string `json:"call,omitempty"`
	// Untrusted marks text written by strangers: a page, a mail, a tool's output.
	Untrusted bool `json:"untrusted,omitempty"`
	// Source says whose text an untrusted message is: "a page of acme.example".
	Source string `json:"source,omitempty"`
	// Owner marks a ToolRole message that holds the owner's decision.
	Owner bool `json:"owner,omitempty"`
}

// A Call is the model's wish to use a tool. It is only a wish.
type Call struct {
	ID   string          `json:"id"`
	Tool string          `json:"tool"`
	Args json.RawMessage `json:"args"`
}

// A Prompt is what a model is given. System and Tools are byte-stable from turn
// to turn and from task to task, so that a server's prompt cache holds; what
// changes stands in Messages.
type Prompt struct {
	System   string
	Tools    []tool.Spec
	Messages []Message
	// Language is what the owner is to be answered in, "en" or "ko"; "" leaves it
	// to the model. It is no part of what is read, so that a cache holds.
	Language string
}

// A Chunk is a piece of a model's reply: some text, one whole call, or neither:
// then it says only that the reply has begun.
type Chunk struct {
	Text string
	Call *Call
}

// A Model carries a conversation on. Next may be called from any goroutine. It
// streams: text comes in pieces as it is written, a call when it is complete
// and well-formed JSON. It ends with ctx, with ctx's error. A reply that can't
// be understood ends with an error that wraps ErrMalformed and says what was
// wrong in words that the model can act on.
type Model interface {
	Next(ctx context.Context, p Prompt) iter.Seq2[Chunk, error]
}

// Errors on which callers branch.
var (
	// ErrMalformed is a model's reply that can't be understood.
	ErrMalformed = errors.New("the model's reply can't be understood")
	// ErrUnreachable is a model's server that doesn't answer.
	ErrUnreachable = errors.New("the model can't be reached")
)

// A Warmer is a Model whose server can be made to read how a prompt begins, so
// that what follows is answered sooner. Warm may be called from any goroutine.
type Warmer interface {
	Warm(ctx context.Context, p Prompt) error
}
