package agent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"deputy/agent/policy"
)

// A conversation that grows past the model's budget is shortened for the model;
// the task keeps all of it, since policy judges by every word. What the owner said
// and decided stays as it is. How a message is given depends on those up to the
// one that was too much, never on later ones, and each time much is taken away at
// once: so the beginning stays the same from turn to turn and a server's cache of
// it holds.

const (
	// roomFor is the budget unless the rules say otherwise, in bytes.
	roomFor = 64 << 10
	// shortResult is how many bytes are left of what is shortened, shortArg of an
	// argument of a call.
	shortResult, shortArg = 400, 160
	// messageCost is what a message takes beside its text.
	messageCost = 24
)

// A fitting is a conversation being shortened. Results and own count the messages
// from the first on whose tool results, or whose own texts and calls, are short.
type fitting struct {
	budget       int
	full, out    []Message
	size         int
	results, own int
}

// fit gives conv as the model is to see it: in at most budget bytes, unless the
// owner's own words and this turn's calls alone are more. conv stays as it is.
func fit(conv []Message, budget int) []Message {
	f := fitting{budget: budget, full: conv}
	turn := 0 // where the turn begins to which a message belongs
	for i, m := range conv {
		if m.Role == Assistant {
			turn = i
		}
		f.out, f.size = append(f.out, m), f.size+cost(m)
		if f.size > budget {
			f.shorten(turn)
		}
	}
	return f.out
}

// cost is what a message takes, in bytes.
func cost(m Message) int {
	n := messageCost + len(m.Text)
	for _, c := range m.Calls {
		n += messageCost + len(c.Tool) + len(c.Args)
	}
	return n
}

// shorten makes room for the message that was added last: first from the results
// before the turn, oldest first, then from what the model itself said before it,
// and at last from the results of the turn.
func (f *fitting) shorten(turn int) {
	enough := f.budget / 2
	for ; f.results < turn && f.size > enough; f.results++ {
		if m := f.full[f.results]; m.Role == ToolRole && !m.Owner {
			m.Text = shortText(m.Text, shortResult)
			f.put(f.results, m)
		}
	}
	if f.size <= f.budget {
		return
	}
	for ; f.own < turn && f.size > enough; f.own++ {
		if m := f.full[f.own]; m.Role == Assistant {
			m.Text, m.Calls = shortText(m.Text, shortResult), shortCalls(m.Calls)
			f.put(f.own, m)
		}
	}
	for i := len(f.out) - 1; i >= turn && f.size > f.budget; i-- {
		if m := f.out[i]; m.Role == ToolRole && !m.Owner {
			m.Text = shortText(m.Text, max(shortResult, len(m.Text)-(f.size-f.budget)-len(leftOut(len(m.Text)))))
			f.put(i, m)
		}
	}
}

// put replaces a message by a shorter one.
func (f *fitting) put(i int, m Message) {
	f.size += cost(m) - cost(f.out[i])
	f.out[i] = m
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
func shortCalls(calls []Call) []Call {
	short := slices.Clone(calls)
	for i, c := range short {
		var args map[string]json.RawMessage
		if json.Unmarshal(c.Args, &args) != nil {
			continue
		}
		for name, v := range args {
			var s string
			if json.Unmarshal(v, &s) != nil {
				continue
			}
			if b, err := json.Marshal(shortText(s, shortArg)); err == nil && len(b) < len(v) {
				args[name] = b
			}
		}
		if b, err := json.Marshal(args); err == nil && len(b) < len(c.Args) {
			short[i].Args = b
		}
	}
	return short
}

// faded says whether the result of an earlier call like c has been shortened
// since, so that the model must be able to make it again. Only what looks may be
// had twice.
func (x *step) faded(t *Task, c Call) bool {
	var id string
	for _, m := range t.Messages {
		for _, was := range m.Calls {
			if was.ID != c.ID && was.Tool == c.Tool && bytes.Equal(was.Args, c.Args) {
				id = was.ID
			}
		}
	}
	looked := slices.ContainsFunc(t.Effects, func(key string) bool {
		f := x.Effects[key]
		return f.Call == id && f.Level == policy.Look
	})
	if id == "" || !looked {
		return false
	}
	seen := fit(t.Messages, x.budget())
	return slices.ContainsFunc(t.Messages, func(m Message) bool { return m.Role == ToolRole && m.Call == id }) &&
		!slices.EqualFunc(t.Messages, seen, func(a, b Message) bool { return a.Call != id || a.Text == b.Text })
}

func (x *step) budget() int { return orElse(x.Budget, roomFor) }
