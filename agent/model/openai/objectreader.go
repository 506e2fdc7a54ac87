package openai

import (
	"encoding/json"
	"strings"

	"deputy/agent/model"
	"deputy/agent/tool"
)

// An objectReader reads the one JSON object of schema mode while it is being
// written: the text of a reply comes out piece by piece, a call at the end, once
// the whole object was checked.
type objectReader struct {
	tools []tool.Spec
	raw   strings.Builder
	scan  scanner
	said  strings.Builder // what was let out of reply's text
	loop  rounds
}

func (r *objectReader) take(d *delta) (string, error) {
	piece := d.Content
	if d.Refusal != "" {
		return "", malformed("you refused (%s); answer with a reply object instead", shorten(d.Refusal))
	}
	if r.raw.Len()+len(piece) > maxReply {
		return "", malformed("the object is longer than %d bytes; write less at once", maxReply)
	}
	r.raw.WriteString(piece)
	for _, c := range piece {
		if r.loop.take(c, 6, 400) { // what is written may say the same a few times
			return "", malformed("what you write repeats itself; write it once, or something else")
		}
	}
	text := r.scan.feed(piece)
	r.said.WriteString(text)
	return text, nil
}

func (r *objectReader) done() bool { return r.scan.closed }

func (r *objectReader) finish() (string, []model.Call, error) {
	raw := r.raw.String()
	i := strings.IndexByte(raw, '{')
	if i < 0 {
		if strings.TrimSpace(raw) == "" {
			return "", nil, malformed("the answer was empty; answer with one JSON object")
		}
		return "", nil, malformed("the answer was not a JSON object; answer with one JSON object {\"tool\",\"args\"}, with the tool reply for words")
	}
	d := json.NewDecoder(strings.NewReader(raw[i:]))
	var whole json.RawMessage
	if err := d.Decode(&whole); err != nil {
		return "", nil, malformed("the answer was not valid JSON (%v); write the object again", err)
	}
	if rest := strings.TrimSpace(raw[i:][d.InputOffset():]); strings.Trim(rest, "`") != "" {
		return "", nil, malformed("something follows the JSON object; answer with one object only")
	}
	if err := noTwins(whole); err != nil {
		return "", nil, malformed("%v", err)
	}
	var call struct {
		Tool *string         `json:"tool"`
		Args json.RawMessage `json:"args"`
	}
	if err := json.Unmarshal(whole, &call); err != nil || call.Tool == nil {
		return "", nil, malformed("the object names no tool; write {\"tool\":NAME,\"args\":{...}}")
	}
	if *call.Tool == replyTool {
		return r.finishReply(call.Args)
	}
	if r.said.Len() > 0 {
		// The scanner took it for a reply and words were already shown: the
		// object's keys must be odd ("Tool" beside "tool").
		return "", nil, malformed("the object names more than one tool; name one")
	}
	args, err := checkCall(r.tools, *call.Tool, call.Args)
	if err != nil {
		return "", nil, err
	}
	return "", []model.Call{{ID: newID(), Tool: *call.Tool, Args: args}}, nil
}

func (r *objectReader) finishReply(args json.RawMessage) (string, []model.Call, error) {
	var a struct{ Text *string }
	if json.Unmarshal(args, &a) != nil || a.Text == nil {
		return "", nil, malformed("reply needs the argument text, a string")
	}
	if strings.TrimSpace(*a.Text) == "" {
		return "", nil, malformed("the reply was empty; say something or call a tool")
	}
	rest, ok := strings.CutPrefix(*a.Text, r.said.String())
	if !ok {
		return "", nil, malformed("the object gives its text twice; give it once")
	}
	return rest, nil, nil
}
