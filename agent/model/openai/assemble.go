package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"deputy/agent/model"
	"deputy/agent/tool"
)

// What one reply may hold, in bytes and calls.
const (
	maxReply = 1 << 20
	maxCalls = 32
)

// An assembler joins the deltas of tool calls into calls. The standard gives
// every delta the index of its call and the first an id and a name. Servers also
// leave the index out, give every call index 0, leave ids out, send a call whole,
// or send the name with every delta.
type assembler struct {
	calls   []*partCall
	byIndex map[int]int // server's index -> the newest call with it
	size    int
}

type partCall struct {
	id, name string
	args     strings.Builder
}

func (a *assembler) take(d callDelta) error {
	i := a.which(d)
	if i < 0 {
		if len(a.calls) == maxCalls {
			return malformed("you made more than %d calls at once; make one call at a time", maxCalls)
		}
		a.calls = append(a.calls, &partCall{})
		i = len(a.calls) - 1
		if d.Index != nil {
			if a.byIndex == nil {
				a.byIndex = map[int]int{}
			}
			a.byIndex[*d.Index] = i
		}
	}
	c := a.calls[i]
	if c.id == "" {
		c.id = d.ID
	}
	c.name = joinName(c.name, d.Function.Name, c.args.Len() > 0)
	c.args.WriteString(string(d.Function.Arguments))
	if a.size += len(d.ID) + len(d.Function.Name) + len(d.Function.Arguments); a.size > maxReply {
		return malformed("the arguments are longer than %d bytes; write less at once", maxReply)
	}
	return nil
}

// which gives the position of the call that d goes on with, -1 for a new one.
func (a *assembler) which(d callDelta) int {
	i := len(a.calls) - 1
	if d.Index != nil {
		at, ok := a.byIndex[*d.Index]
		if !ok {
			return -1
		}
		i = at
	}
	if i < 0 {
		return -1
	}
	c := a.calls[i]
	if d.ID != "" && c.id != "" && d.ID != c.id {
		return -1
	}
	// A name after complete arguments begins a new call where neither index nor
	// id tells.
	if d.Index == nil && d.ID == "" && d.Function.Name != "" && json.Valid([]byte(c.args.String())) {
		return -1
	}
	return i
}

// joinName adds a piece of a name: the same again, the whole so far, or a
// further piece, which is only believed before the arguments begin.
func joinName(have, piece string, inArgs bool) string {
	switch {
	case piece == "" || piece == have:
		return have
	case have == "" || strings.HasPrefix(piece, have):
		return piece
	case inArgs:
		return have
	}
	return have + piece
}

// finish checks every call against the tools. One bad call spoils all: the
// model is told, and nothing of a reply that was only half understood is done.
func (a *assembler) finish(tools []tool.Spec) ([]model.Call, error) {
	var out []model.Call
	seen := map[string]bool{}
	for i := range a.calls {
		c := a.calls[i]
		args, err := checkCall(tools, c.name, []byte(c.args.String()))
		if err != nil {
			return nil, err
		}
		if c.id == "" || seen[c.id] {
			c.id = newID()
		}
		seen[c.id] = true
		out = append(out, model.Call{ID: c.id, Tool: c.name, Args: args})
	}
	return out, nil
}

// checkCall gives the compact arguments of a call that names a tool and carries
// one JSON object.
func checkCall(tools []tool.Spec, name string, args []byte) (json.RawMessage, error) {
	if !hasTool(tools, name) {
		return nil, malformed("there is no tool %q; the tools are %s", name, toolNames(tools))
	}
	args = bytes.TrimSpace(args)
	if len(args) == 0 || string(args) == "null" {
		return json.RawMessage("{}"), nil
	}
	var out bytes.Buffer
	if err := json.Compact(&out, args); err != nil {
		return nil, malformed("the arguments of %s are not valid JSON (%v); write them again as one JSON object", name, err)
	}
	if out.Bytes()[0] != '{' {
		return nil, malformed("the arguments of %s are not a JSON object; write them again as one", name)
	}
	if err := noTwins(out.Bytes()); err != nil {
		return nil, malformed("the arguments of %s: %v", name, err)
	}
	return out.Bytes(), nil
}

// noTwins refuses an object that gives a key twice: readers differ in which one
// counts.
func noTwins(object []byte) error {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key := strings.ToLower(fmt.Sprint(t)) // encoding/json takes "Path" for "path"
		if seen[key] {
			return fmt.Errorf("%q is given twice; give it once", key)
		}
		seen[key] = true
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return err
		}
	}
	return nil
}

func hasTool(tools []tool.Spec, name string) bool {
	return slices.ContainsFunc(tools, func(t tool.Spec) bool { return t.Name == name })
}

func toolNames(tools []tool.Spec) string {
	if len(tools) == 0 {
		return "none: answer in words"
	}
	names := make([]string, len(tools))
	for i, t := range tools {
		names[i] = t.Name
	}
	return strings.Join(names, ", ")
}

// malformed is an error for the model to read.
func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", model.ErrMalformed, fmt.Sprintf(format, args...))
}
