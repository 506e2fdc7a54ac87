package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"deputy/agent/model"
)

// A conversation that grows past the model's budget is shortened for the model;
// the task keeps all of it, since policy judges by every word. What the owner said
// and decided stays as it is. How a message is given depends on those up to the
// one that was too much, never on later ones, and each time much is taken away at
// once: so the beginning stays the same from turn to turn and a server's cache of
// it holds.

const (
	// DefaultBudget is the budget unless the rules say otherwise, in bytes.
	DefaultBudget = 64 << 10
	// shortResult is how many bytes are left of what is shortened, shortArg of a
	// text among the arguments of a call.
	shortResult, shortArg = 400, 160
	// messageCost is what a message takes beside its text.
	messageCost = 24
)

// A shortening is one way to make a message shorter; m is as the task has it.
type shortening func(m model.Message) model.Message

// shortenings are tried in this order, each on the oldest messages first.
var shortenings = [...]shortening{
	func(m model.Message) model.Message { return shortAnswer(m, shortResult) },
	shortOwn,
	func(m model.Message) model.Message { return shortAnswer(m, 0) },
}

// A fitting is a conversation being shortened.
type fitting struct {
	budget    int
	full, out []model.Message
	size      int
	done      [len(shortenings)]int // to how many messages each has been applied
}

// Trim gives conv as the model is to see it: in at most budget bytes, unless the
// owner's own words and bare calls alone are more. conv stays as it is.
func Trim(conv []model.Message, budget int) []model.Message {
	f := fitting{budget: budget, full: conv}
	turn := 0 // where the turn begins to which a message belongs
	for i, m := range conv {
		if m.Role == model.Assistant {
			turn = i
		}
		f.out, f.size = append(f.out, m), f.size+Size(m)
		if f.size > budget {
			f.shorten(turn)
		}
	}
	return f.out
}

// Size is what a message takes, in bytes.
func Size(m model.Message) int {
	n := messageCost + len(m.Text)
	for _, c := range m.Calls {
		n += messageCost + len(c.Tool) + len(c.Args)
	}
	return n
}

// shorten makes room for the message that was added last: first from what came
// before its turn, and only if that isn't enough from the results of the turn.
func (f *fitting) shorten(turn int) {
	for k, short := range shortenings {
		for ; f.done[k] < turn && f.size > f.budget/2; f.done[k]++ {
			f.put(f.done[k], short(f.full[f.done[k]]))
		}
		if f.size <= f.budget*3/4 { // else there would be too much again at once
			return
		}
	}
	for i := len(f.out) - 1; i >= turn && f.size > f.budget; i-- {
		m := f.out[i]
		room := len(m.Text) - (f.size - f.budget) - len(leftOut(len(m.Text)))
		f.put(i, shortAnswer(m, max(shortResult, room)))
	}
}

// put replaces a message by a shorter one; one that isn't shorter stays.
func (f *fitting) put(i int, m model.Message) {
	if less := Size(f.out[i]) - Size(m); less > 0 {
		f.out[i], f.size = m, f.size-less
	}
}

// shortAnswer leaves about n bytes of a tool's result; what the owner decided, and
// whatever else is no result, stays as it is.
func shortAnswer(m model.Message, n int) model.Message {
	if m.Role == model.ToolRole && !m.Owner {
		m.Text = shortText(m.Text, n)
	}
	return m
}

// shortOwn shortens what the model itself said and wished for.
func shortOwn(m model.Message) model.Message {
	if m.Role == model.Assistant {
		m.Text, m.Calls = shortText(m.Text, shortResult), shortCalls(m.Calls)
	}
	return m
}

// leftOut stands where n bytes of a text were.
func leftOut(n int) string {
	return fmt.Sprintf("\n[%d bytes are left out here; the same call gives them again]\n", n)
}

// shortText leaves about n bytes of a text: its beginning and, half as much, its
// end. A text that would not become shorter stays as it is.
func shortText(s string, n int) string {
	head := n * 2 / 3
	tail := len(s) - (n - head)
	if tail-head <= len(leftOut(len(s))) {
		return s
	}
	for head > 0 && !utf8.RuneStart(s[head]) {
		head--
	}
	for tail < len(s) && !utf8.RuneStart(s[tail]) {
		tail++
	}
	return s[:head] + leftOut(tail-head) + s[tail:]
}

// shortCalls shortens the long texts among the arguments of calls.
func shortCalls(calls []model.Call) []model.Call {
	short := slices.Clone(calls)
	for i, c := range short {
		d := json.NewDecoder(bytes.NewReader(c.Args))
		d.UseNumber()
		var args any
		if d.Decode(&args) != nil {
			continue
		}
		if b, err := json.Marshal(shortTexts(args)); err == nil && len(b) < len(c.Args) {
			short[i].Args = b
		}
	}
	return short
}

// shortTexts shortens the texts in a value that was read from JSON.
func shortTexts(v any) any {
	switch v := v.(type) {
	case string:
		return shortText(v, shortArg)
	case []any:
		for i := range v {
			v[i] = shortTexts(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = shortTexts(v[name])
		}
	}
	return v
}
