package openai

import (
	"crypto/rand"
	"encoding/json"
	"strings"

	"deputy/agent/model"
	"deputy/agent/tool"
)

// A nativeReader reads a reply with native tool calls: text as it comes, calls
// at the end.
type nativeReader struct {
	tools []tool.Spec
	open  opening
	calls assembler
	size  int
}

func (r *nativeReader) take(d *delta) (string, error) {
	for _, c := range d.ToolCalls {
		if err := r.calls.take(c); err != nil {
			return "", err
		}
	}
	piece := d.Content + d.Refusal
	if r.size += len(piece); r.size > maxReply {
		return "", malformed("the reply is longer than %d bytes; say less", maxReply)
	}
	return r.open.take(piece), nil
}

func (r *nativeReader) done() bool { return false }

func (r *nativeReader) finish() (string, []model.Call, error) {
	held := r.open.finish()
	calls, err := r.calls.finish(r.tools)
	if err != nil {
		return "", nil, err
	}
	if len(calls) == 0 && writtenCall(held, r.tools) {
		return "", nil, malformed("you wrote a call as text; use the tool-calling interface, or answer in words")
	}
	if len(calls) == 0 && strings.TrimSpace(held) == "" && !r.open.shown {
		return "", nil, malformed("the reply was empty; call a tool or answer in words")
	}
	return held, calls, nil
}

// newID is a call id that every server takes: nine letters and digits.
func newID() string { return strings.ToLower(rand.Text()[:9]) }

// An opening holds the start of a text back until it is clear what it is: a
// model's thinking in <think> tags is dropped, and what looks like a call
// written as text (small models do that) is kept for the end.
type opening struct {
	state openState
	held  strings.Builder
	shown bool // some text was let out
}

type openState uint8

const (
	undecided openState = iota
	thinking
	plain
	suspect
)

var suspects = []string{"{", "```", "<tool_call>", "<function", "<|", "[TOOL_CALLS]"}

func (o *opening) take(piece string) string {
	if piece == "" {
		return ""
	}
	if o.state == plain {
		return o.show(piece)
	}
	o.held.WriteString(piece)
	if o.state == suspect {
		return ""
	}
	if o.state == thinking {
		_, rest, ended := strings.Cut(o.held.String(), "</think>")
		if !ended { // keep only what may be the tag's beginning
			o.reset(tail(o.held.String(), len("</think>")-1))
			return ""
		}
		o.reset(rest)
	}
	text := strings.TrimLeft(o.held.String(), " \t\r\n")
	if rest, ok := strings.CutPrefix(text, "<think>"); ok {
		o.state = thinking
		o.reset("")
		return o.take(rest)
	}
	for _, s := range suspects {
		if strings.HasPrefix(text, s) {
			o.state = suspect
			return ""
		}
	}
	for _, s := range append(suspects, "<think>") {
		if strings.HasPrefix(s, text) { // could still become one; so could nothing at all
			o.state = undecided
			return ""
		}
	}
	o.state = plain
	o.reset("")
	return o.show(text)
}

func (o *opening) show(s string) string {
	o.shown = o.shown || strings.TrimSpace(s) != ""
	return s
}

func (o *opening) reset(s string) {
	o.held.Reset()
	o.held.WriteString(s)
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// finish gives what is still held back, without thinking that never ended.
func (o *opening) finish() string {
	if o.state == thinking {
		return ""
	}
	return strings.TrimLeft(o.held.String(), " \t\r\n")
}

// writtenCall reports a text that is nothing but a call to one of tools, as
// {"name","arguments"} or {"tool","args"}, in a code block or in tags.
func writtenCall(text string, tools []tool.Spec) bool {
	i := strings.IndexByte(text, '{')
	if i < 0 {
		return false
	}
	var call struct{ Name, Tool, Function json.RawMessage }
	if json.NewDecoder(strings.NewReader(text[i:])).Decode(&call) != nil {
		// Not even JSON: it still must not be read aloud as an answer if it
		// opens like a call.
		return strings.HasPrefix(text, "<tool_call>") || strings.HasPrefix(text, "[TOOL_CALLS]")
	}
	for _, raw := range []json.RawMessage{call.Name, call.Tool, call.Function} {
		var name string
		if json.Unmarshal(raw, &name) != nil {
			var in struct{ Name string }
			_ = json.Unmarshal(raw, &in) // not an object either: no name
			name = in.Name
		}
		if hasTool(tools, name) {
			return true
		}
	}
	return false
}
