package file

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"deputy/agent/policy"
)

// tools reads the rows of tools. A row that Deputy comes with can only be made
// stricter: given a higher level, or more that raises it.
func (r *reader) tools(n *yaml.Node) {
	r.pairs(n, "tools", func(key, value *yaml.Node) {
		before, known := r.base[key.Value]
		row := policy.Tool{Level: before.Level, Why: before.Why, Args: before.Args, Facts: before.Facts, Raises: slices.Clone(before.Raises)}
		own := func(read func(*yaml.Node)) func(*yaml.Node) {
			return func(n *yaml.Node) {
				if known {
					r.add(n.Line, "Deputy knows the arguments and facts of %s: leave them out", key.Value)
					return
				}
				read(n)
			}
		}
		r.fields(value, "a tool", map[string]func(*yaml.Node){
			"level": func(n *yaml.Node) { row.Level = r.level(n) },
			"why":   func(n *yaml.Node) { row.Why = r.words(n) },
			"args":  own(func(n *yaml.Node) { row.Args = r.args(n) }),
			"facts": own(func(n *yaml.Node) { row.Facts = r.facts(n) }),
			"raise": func(n *yaml.Node) { row.Raises = append(row.Raises, r.raises(n)...) },
		})
		switch {
		case row.Level == policy.Unset:
			r.add(key.Line, "the tool %s needs a level: write level: L3", key.Value)
		case known && row.Level < before.Level:
			r.add(key.Line, "%s is %v and can't be made less: write %.2s or higher", key.Value, before.Level, before.Level.String())
		case row.Why.En == "":
			r.add(key.Line, "the tool %s needs a reason: write why: and one sentence", key.Value)
		default:
			r.table.Tools[key.Value] = row
		}
	})
}

func (r *reader) level(n *yaml.Node) (l policy.Level) {
	if s := r.text(n, "a level"); s != "" {
		if err := l.UnmarshalText([]byte(s)); err != nil {
			r.add(n.Line, "%v", err)
		}
	}
	return l
}

// words reads a sentence, or one for each language.
func (r *reader) words(n *yaml.Node) (w policy.Words) {
	if n.Kind != yaml.MappingNode {
		return policy.Words{En: r.text(n, "the sentence")}
	}
	r.fields(n, "a sentence", map[string]func(*yaml.Node){
		"en": func(n *yaml.Node) { w.En = r.text(n, "the sentence") },
		"ko": func(n *yaml.Node) { w.Ko = r.text(n, "the sentence") },
	})
	return w
}

func (r *reader) args(n *yaml.Node) map[string]policy.Arg {
	args := map[string]policy.Arg{}
	r.pairs(n, "args", func(key, value *yaml.Node) {
		var a policy.Arg
		if value.Kind != yaml.MappingNode {
			a.Kind = r.kind(value)
		} else {
			r.fields(value, "an argument", map[string]func(*yaml.Node){
				"kind":  func(n *yaml.Node) { a.Kind = r.kind(n) },
				"level": func(n *yaml.Node) { a.Level = r.level(n) },
				"why":   func(n *yaml.Node) { a.Why = r.words(n) },
			})
			if a.Kind == "" {
				r.add(key.Line, "the argument %s needs a kind: write kind: name", key.Value)
			}
			if a.Level != policy.Unset && a.Why.En == "" {
				r.add(key.Line, "the level of the argument %s needs a reason: write why: and one sentence", key.Value)
			}
		}
		args[key.Value] = a
	})
	return args
}

func (r *reader) kind(n *yaml.Node) policy.Kind {
	k := policy.Kind(r.text(n, "what the argument is"))
	if k != "" && !slices.Contains(policy.Kinds, k) {
		var known []string
		for _, k := range policy.Kinds {
			known = append(known, string(k))
		}
		r.add(n.Line, "%q is nothing that an argument can be; %s", k, instead(string(k), known))
	}
	return k
}

func (r *reader) facts(n *yaml.Node) map[string][]string {
	facts := map[string][]string{}
	r.pairs(n, "facts", func(key, value *yaml.Node) {
		r.items(value, "the values of "+key.Value, func(n *yaml.Node) {
			facts[key.Value] = append(facts[key.Value], r.text(n, "a value"))
		})
		if len(facts[key.Value]) == 0 {
			r.add(key.Line, "the fact %s needs the values that it can have: write a list such as [known, new]", key.Value)
		}
	})
	return facts
}

func (r *reader) raises(n *yaml.Node) (out []policy.Raise) {
	r.items(n, "what raises a level", func(n *yaml.Node) {
		raise := policy.Raise{When: map[string]string{}}
		r.fields(n, "what raises a level", map[string]func(*yaml.Node){
			"when": func(n *yaml.Node) {
				r.pairs(n, "when", func(key, value *yaml.Node) {
					v := r.text(value, "the condition")
					if key.Value == "amount" && v != "" {
						r.amount(value, v)
					}
					raise.When[key.Value] = v
				})
			},
			"to":  func(n *yaml.Node) { raise.To = r.level(n) },
			"why": func(n *yaml.Node) { raise.Why = r.words(n) },
		})
		switch {
		case len(raise.When) == 0 || raise.To == policy.Unset || raise.Why.En == "":
			r.add(n.Line, "what raises a level needs when:, to: and why:")
		default:
			out = append(out, raise)
		}
	})
	return out
}

// spending reads limits by currency.
func (r *reader) spending(n *yaml.Node) {
	if r.table.SealAbove == nil {
		r.table.SealAbove = map[string]string{}
	}
	r.pairs(n, "spending", func(key, value *yaml.Node) {
		v := r.text(value, "the limit")
		if len(key.Value) != 3 || strings.ToUpper(key.Value) != key.Value {
			r.add(key.Line, "%q is no currency; write its three letters, such as KRW", key.Value)
			return
		}
		if v != "" && policy.CheckAmount("> "+v+" "+key.Value) != nil {
			r.add(value.Line, "%q is no amount; write a number such as 500", v)
			return
		}
		r.table.SealAbove[key.Value] = v
	})
}

func (r *reader) amount(n *yaml.Node, v string) {
	if err := policy.CheckAmount(v); err != nil {
		r.add(n.Line, "%v", err)
	}
}
