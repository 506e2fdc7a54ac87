// Package file reads a policy from YAML: the table of levels that Deputy comes
// with, and the owner's policy.yaml, which adds rules and tools to it. It knows
// how they are written and what can be wrong with them, by line. It must not
// know where a file lies nor what is decided by it.
package file

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"go.yaml.in/yaml/v3"

	"deputy/agent/policy"
)

//go:embed table.yaml
var tableFile []byte

// maxSize bounds a policy, in bytes.
const maxSize = 1 << 20

// Table is the table of levels, with the rows of tools: each about is what a folder of
// tools says of them, as YAML with a key "tools".
func Table(about ...[]byte) (policy.Table, error) {
	r := &reader{name: "table.yaml", table: policy.Table{Tools: map[string]policy.Tool{}}}
	if err := r.read(tableFile); err != nil {
		return policy.Table{}, err
	}
	for _, raw := range about {
		var rows struct {
			Tools yaml.Node `yaml:"tools"`
		}
		r.name = "tools.yaml"
		if err := yaml.Unmarshal(raw, &rows); err != nil {
			return policy.Table{}, fmt.Errorf("the levels of tools: %w", err)
		}
		r.tools(&rows.Tools)
		if len(r.problems) > 0 {
			return policy.Table{}, &Problems{Name: r.name, List: r.problems}
		}
	}
	return r.table, nil
}

func clone(t policy.Table) policy.Table {
	t.Tools, t.SealAbove = maps.Clone(t.Tools), maps.Clone(t.SealAbove)
	t.Every = append([]policy.Raise(nil), t.Every...)
	return t
}

// Read reads an owner's policy over the table that Deputy comes with. name is
// what the file is called in errors and explanations. The error is a *Problems.
func Read(name string, raw []byte, base policy.Table) (policy.Policy, error) {
	r := &reader{name: name, table: clone(base), base: base.Tools}
	if err := r.read(raw); err != nil {
		return policy.Policy{}, err
	}
	return policy.Policy{Table: r.table, Rules: r.rules}, nil
}

// Problems is a policy that can't be used: everything that is wrong with it, a
// sentence each, with its line.
type Problems struct {
	Name string
	List []string
}

func (p *Problems) Error() string {
	return fmt.Sprintf("the policy (%s) can't be used:\n  %s", p.Name, strings.Join(p.List, "\n  "))
}

// A reader collects what a file says and what is wrong with it.
type reader struct {
	name     string
	table    policy.Table
	base     map[string]policy.Tool // rows that the file may only make stricter
	rules    policy.Rules
	problems []string
}

func (r *reader) add(line int, format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, args...))
}

func (r *reader) read(raw []byte) error {
	if err := r.document(raw); err != nil {
		r.problems = append(r.problems, err.Error())
	}
	if len(r.problems) > 0 {
		return &Problems{Name: r.name, List: r.problems}
	}
	return nil
}

// document reads the file: first what tools there are, then the rules about them.
func (r *reader) document(raw []byte) error {
	if len(raw) > maxSize {
		return errors.New("it is longer than 1 MiB: shorten it")
	}
	var doc yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(raw))
	switch err := d.Decode(&doc); {
	case err == io.EOF: // empty, or comments only
		return nil
	case err != nil:
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := d.Decode(new(yaml.Node)); err != io.EOF {
		return errors.New("only one YAML document is read: remove what follows ---")
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil
	}
	later := func(*yaml.Node) {}
	sections := map[string]func(*yaml.Node){"tools": r.tools, "every": func(n *yaml.Node) { r.table.Every = append(r.table.Every, r.raises(n)...) }, "spending": r.spending, "deny": later, "ask": later, "allow": later}
	r.fields(root, "a policy", sections)
	rules := map[string]func(*yaml.Node){"tools": later, "every": later, "spending": later}
	for _, v := range []policy.Verdict{policy.Deny, policy.Ask, policy.Allow} {
		rules[v.String()] = func(n *yaml.Node) { r.list(n, v) }
	}
	quiet := &reader{} // what is wrong with the keys was said
	quiet.fields(root, "a policy", rules)
	return nil
}
