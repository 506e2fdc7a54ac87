// Package rehearsal plays written scenes through a whole Deputy and checks what must happen. It knows what is said and
// what should follow, and nothing of how that comes about.
package rehearsal

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/txtar"
)

// A scene is a rehearsal as it is written: a txtar file whose comment holds one
// direction a line and whose files are put into the workspace before it begins.
//
// Directions:
//
//	play FILE            speak a recording into the microphone
//	say "TEXT" [key] [3s]  as if TEXT had been heard, clearly; key: with the key
//	                     held; 3s: so long it takes from its first sound to its text
//	mumble "TEXT"        as if TEXT had been heard, with weak evidence
//	type "TEXT"          as if TEXT had been typed
//	ask L2|L3|L4 "TEXT"  have the model want an action of that level
//	talk 2s              from now on each line of Deputy's takes that long; 0s: none
//	silence 2s           let that much time pass
//	restart              end the desk and start it again on the same journal
//	expect asked|approved|denied|held|stopped|pending|done|failed|cancelled|ignored|hushed
//	expect no WHAT       none of it since the last direction that was not an expect
//	expect heard "TEXT"  a transcript that holds TEXT, whatever its case
//	expect said "TEXT"   a line of Deputy's that holds TEXT
//	expect file NAME contains "TEXT"
//	expect no file NAME
//	expect effects N     so many effects of External or above so far
//
// A direction is over when the owner might speak again: what follows a decision
// comes within the grace of its effect, and what follows a line that takes time
// comes while that is spoken, unless an expectation or a silence is waited for.
//
// Three files have a meaning of their own: config.yaml is the configuration of the
// rehearsal, policy.yaml holds its owner's rules, and model holds the replies of a scripted model, one JSON object a
// line: {"text":"..."} or {"tool":"...","args":{...}}. Without it the real model
// is used. {code} in a text is the code word of the ask that is posed.
type scene struct {
	name       string
	directions []Direction
	files      []txtar.File
	model      []byte // nil: the real one
	config     []byte
	policy     []byte
}

// A Direction is one line of a scene.
type Direction struct {
	Line int
	Verb string
	Args []string
}

func (d Direction) String() string { return d.Verb + " " + strings.Join(d.Args, " ") }

// arity bounds the arguments of each direction.
var arity = map[string][2]int{
	"play": {1, 1}, "say": {1, 3}, "mumble": {1, 1}, "talk": {1, 1}, "type": {1, 1}, "ask": {2, 2}, "silence": {1, 1},
	"restart": {0, 0}, "expect": {1, 5},
}

// parseScene reads a scene; the error names every line that can't be followed.
func parseScene(name string, data []byte) (scene, error) {
	a := txtar.Parse(data)
	s := scene{name: name}
	var errs []error
	for i, line := range strings.Split(string(a.Comment), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words, err := SplitQuoted(line)
		if err == nil {
			err = checkDirection(words)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, i+1, err))
			continue
		}
		s.directions = append(s.directions, Direction{Line: i + 1, Verb: words[0], Args: words[1:]})
	}
	for _, f := range a.Files {
		switch f.Name {
		case "model":
			s.model = f.Data
		case "config.yaml":
			s.config = f.Data
		case "policy.yaml":
			s.policy = f.Data
		default:
			s.files = append(s.files, f)
		}
	}
	if len(s.directions) == 0 && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("%s: there is no direction in it", name))
	}
	return s, errors.Join(errs...)
}

// has says whether a direction of that verb is in it.
func (s scene) has(verb string) bool {
	return slices.ContainsFunc(s.directions, func(d Direction) bool { return d.Verb == verb })
}

func checkDirection(words []string) error {
	n, ok := arity[words[0]]
	if !ok {
		return fmt.Errorf("there is no direction %q (known: play, say, mumble, type, ask, talk, silence, restart, expect)", words[0])
	}
	if got := len(words) - 1; got < n[0] || got > n[1] {
		return fmt.Errorf("%s takes %d to %d arguments, not %d", words[0], n[0], n[1], got)
	}
	var times []string
	switch words[0] {
	case "silence", "talk":
		times = words[1:]
	case "say":
		times = slices.DeleteFunc(slices.Clone(words[2:]), func(w string) bool { return w == "key" })
	}
	for _, w := range times {
		if _, err := time.ParseDuration(w); err != nil {
			return fmt.Errorf("%s takes a time such as 2s, not %q", words[0], w)
		}
	}
	return nil
}

// SplitQuoted cuts a line into words; a word in double quotes may hold spaces
// and the escapes of Go.
func SplitQuoted(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] != '"' {
			w, rest, _ := strings.Cut(line, " ")
			words, line = append(words, w), rest
			continue
		}
		q, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, fmt.Errorf("a quote is not closed: %s", line)
		}
		w, err := strconv.Unquote(q)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", q, err)
		}
		words, line = append(words, w), line[len(q):]
	}
	return words, nil
}
