package openai

import (
	"encoding/json"
	"strings"

	"deputy/agent/model"
)

// An event is one piece of a streamed reply, read more leniently than the
// standard writes it: servers leave ids and indexes out and send arguments as
// objects.
type event struct {
	Choices []struct {
		Index  int    `json:"index"`
		Delta  delta  `json:"delta"`
		Finish string `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
	} `json:"usage"`
	Error json.RawMessage `json:"error"`
}

type delta struct {
	Content   string      `json:"content"`
	Refusal   string      `json:"refusal"`
	Reasoning string      `json:"reasoning_content"`
	Thinking  string      `json:"reasoning"`
	ToolCalls []callDelta `json:"tool_calls"`
}

// empty reports a delta that carries nothing: such events keep a connection
// alive but are no progress.
func (d *delta) empty() bool {
	return d.Content == "" && d.Refusal == "" && d.Reasoning == "" && d.Thinking == "" && len(d.ToolCalls) == 0
}

type callDelta struct {
	Index    *int   `json:"index"`
	ID       string `json:"id"`
	Function struct {
		Name      string   `json:"name"`
		Arguments argPiece `json:"arguments"`
	} `json:"function"`
}

// An argPiece is a piece of arguments: a string as the standard says, or the
// whole object.
type argPiece string

func (a *argPiece) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*a = argPiece(s)
		return nil
	}
	*a = argPiece(b)
	return nil
}

// How a reply ended.
type ending uint8

const (
	unfinished ending = iota
	finished
	cutShort // MaxTokens or the context was full
	filtered // the server withheld the rest
)

func readEnding(reason string) ending {
	switch strings.ToLower(reason) {
	case "":
		return unfinished
	case "length", "max_tokens", "model_length":
		return cutShort
	case "content_filter", "safety", "recitation", "prohibited_content":
		return filtered
	}
	return finished // stop, tool_calls, function_call, eos, end_turn, ...
}

// A reader makes a reply of deltas. It is a plain value: no time, no network.
type reader interface {
	// take reads one delta and gives the text that can be shown at once.
	take(d *delta) (text string, err error)
	// done reports that nothing of meaning can follow.
	done() bool
	// finish gives what was held back. Calls come only from here.
	finish() (text string, calls []model.Call, err error)
}
