package file

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"deputy/internal/textnorm"
)

// fields hands the value of each key of a mapping to who reads it. what names
// the mapping in errors: "a rule".
func (r *reader) fields(n *yaml.Node, what string, known map[string]func(*yaml.Node)) {
	r.pairs(n, what, func(key, value *yaml.Node) {
		read, ok := known[key.Value]
		if !ok {
			r.add(key.Line, "%s has no key %q; %s", what, key.Value, instead(key.Value, slices.Sorted(maps.Keys(known))))
			return
		}
		read(value)
	})
}

// pairs hands on every key and value of a mapping, each key once.
func (r *reader) pairs(n *yaml.Node, what string, read func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.add(n.Line, "%s is written as keys with values, such as level: L2", what)
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if line, twice := seen[key.Value]; twice {
			r.add(key.Line, "%q is there twice, in line %d before: remove one", key.Value, line)
			continue
		}
		seen[key.Value] = key.Line
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" || value.Kind == yaml.AliasNode {
			r.add(key.Line, "write the value out: references (&, *, <<) are not read")
			continue
		}
		read(key, value)
	}
}

// text is a single value; what names it.
func (r *reader) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		r.add(n.Line, "%s is missing or no single value: write it, or leave the key out", what)
		return ""
	}
	return n.Value
}

// items hands on every item of a list.
func (r *reader) items(n *yaml.Node, what string, read func(*yaml.Node)) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return // a list that is all comments
	}
	if n.Kind != yaml.SequenceNode {
		r.add(n.Line, "%s is a list: begin each with a dash", what)
		return
	}
	for _, item := range n.Content {
		if item.Kind == yaml.AliasNode {
			r.add(item.Line, "write the value out: references (&, *, <<) are not read")
			continue
		}
		read(item)
	}
}

// instead says what to write for something that isn't known.
func instead(word string, known []string) string {
	best, least := "", 2+len(word)/3
	for _, k := range known {
		if d := textnorm.Distance([]rune(strings.ToLower(word)), []rune(k)); d < least {
			best, least = k, d
		}
	}
	if best != "" {
		return "write " + best
	}
	return "write one of " + strings.Join(known, ", ")
}

// near is the known word that a word was probably meant to be, "" if none is.
func near(word string, known []string) string {
	for _, k := range known {
		if d := textnorm.Distance([]rune(strings.ToLower(word)), []rune(k)); d > 0 && d <= 2 && len(k) > 4 {
			return k
		}
	}
	return ""
}
