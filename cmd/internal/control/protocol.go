// Package control is how other invocations of the same user reach a running
// Deputy: the protocol of its socket, the server, the client, and the feed of
// events that every screen follows. It knows the desk's state and nothing of
// sound, models or how Deputy is built.
package control

import (
	"encoding/json"
	"time"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/configs/phrases"
)

// ErrNoInstance says that no desk runs that could be asked.
var ErrNoInstance error = phrases.Sentence("err.no_instance")

// ErrAnother says that the desk is somebody else's.
var ErrAnother error = phrases.Sentence("err.another_instance")

// ErrEnded says that the running Deputy went away in the middle.
var ErrEnded error = phrases.Sentence("err.ended")

// A Request is what another invocation wants of the running instance: one JSON
// object on one line.
type Request struct {
	Do       string `json:"do"` // say, tasks, inbox, decide, number, grants, revoke, ptt, watch, metrics
	Text     string `json:"text,omitempty"`
	Language string `json:"language,omitempty"`
	ID       string `json:"id,omitempty"`
	Approve  bool   `json:"approve,omitempty"`
	All      bool   `json:"all,omitempty"`
	Timing   bool   `json:"timing,omitempty"` // tasks with their timelines
}

// A Response is one line back. The last one has Done set.
type Response struct {
	Kind  string          `json:"kind,omitempty"` // an event's
	Body  json.RawMessage `json:"body,omitempty"`
	At    time.Time       `json:"at,omitzero"`
	Error string          `json:"error,omitempty"`
	Done  bool            `json:"done,omitempty"`
}

// Event is the event that the response carries.
func (r Response) Event() (event.Event, error) {
	return event.Decode(journal.Event{Kind: r.Kind, Time: r.At, Body: r.Body})
}
