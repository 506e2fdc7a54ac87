package tools

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"deputy/agent/policy"
)

// A judgement is what authority a command takes, and why.
type judgement struct {
	Level    policy.Level
	Why      why      // what decided; "" if nothing raised it
	Part     string   // the part of the command that decided: "git push"
	Programs []string // what it runs as far as it is written out, within other programs too, each once
	Reads    bool     // it only reads: the workspace may be read-only for it
	Network  bool     // it is of no use without a network
	Deletes  bool     // it deletes or overwrites files: for good, unless an undo is kept
	Remote   string   // where a git push goes; "default" if it doesn't say
	deletes  string   // the part that deletes
}

// A why is the reason of a level: the name of a value of the phrase ask.command
// that is said only if it is given.
type why string

const (
	whyUnclear     why = "unclear"     // it can't be told what it does
	whyDisguised   why = "disguised"   // its name is written so that it can't be read
	whyEnvironment why = "environment" // it changes what other commands do
	whyLong        why = "lengthy"     // nobody can follow it
	whyNetwork     why = "network"     // it uses the network
	whyPublish     why = "publishes"   // it publishes
	whyOutside     why = "outside"     // it changes what is not in the workspace
	whyStartup     why = "startup"     // it changes what programs run by themselves
	whySystem      why = "system"      // it changes this machine
	whyRoot        why = "root"        // it runs as administrator
	whySecret      why = "secret"      // it touches passwords or keys
	whyDelete      why = "deletes"     // it deletes for good
)

const (
	longestCommand = 2000  // bytes of a command that a person can follow
	deepest        = 8     // shells within shells
	most           = 20000 // words that are looked at
)

// judge says what a command takes. The level is the highest that any part of it
// takes, wherever in the tree it stands; a part that isn't understood takes
// Commit. A program that isn't known takes Reach: the sandbox confines it.
func judge(f *syntax.File) judgement {
	b := &bench{vars: variablesOf(f), bound: map[string]int{}, wrote: map[string]bool{}, ran: map[string]bool{}}
	b.j.Level = policy.Reach
	if f.End().Offset() > longestCommand {
		b.raise(policy.Commit, whyLong, "")
	}
	b.stmts(f.Stmts)
	for _, name := range slices.Sorted(maps.Keys(b.ran)) {
		if b.wrote[name] {
			b.unclear(name) // what it runs is what it writes
		}
	}
	if b.j.Level == policy.Reach && !b.j.Network && !b.j.Deletes && onlyReads(f) {
		b.j.Level, b.j.Reads = policy.Look, true
	}
	return b.j
}

// settled is the judgement once it is known whether an undo is kept: without
// one, what deletes does it for good.
func (j judgement) settled(undo bool) judgement {
	if j.Deletes && !undo && j.Level < policy.Commit {
		j.Level, j.Why, j.Part = policy.Commit, whyDelete, j.deletes
	}
	return j
}

// facts are what policy may go by.
func (j judgement) facts() map[string]string {
	f := map[string]string{}
	if j.Why != "" {
		f["why"] = string(j.Why)
	}
	if j.Network {
		f["network"] = "yes"
	}
	if j.Remote != "" {
		f["remote"] = j.Remote
	}
	return f
}

// explain puts what decided into the values of the phrase that asks.
func (j judgement) explain(values map[string]string) {
	values["programs"] = strings.Join(j.Programs, ", ")
	if j.Why != "" {
		values[string(j.Why)] = cmp.Or(brief(j.Part, 60), "this")
	}
}

// A bench is where one command is judged.
type bench struct {
	j     judgement
	vars  *variables
	bound map[string]int  // variables that are surely set where the bench is at
	wrote map[string]bool // names of the files that are written
	ran   map[string]bool // names of the files of the workspace that are run
	depth int             // shells within shells
	seen  int             // words looked at
}

// raise takes the level up. What raised it first to the highest level is named.
func (b *bench) raise(l policy.Level, w why, part string) {
	if l > b.j.Level {
		b.j.Level, b.j.Why, b.j.Part = l, w, strings.NewReplacer(unknown, "…", someNumber, "…").Replace(part)
	}
}

func (b *bench) unclear(part string) { b.raise(policy.Commit, whyUnclear, part) }

// network notes that part is of no use without a network.
func (b *bench) network(w why, part string) {
	b.j.Network = true
	b.raise(policy.Commit, w, part)
}

func (b *bench) deletes(part string) {
	if !b.j.Deletes {
		b.j.Deletes, b.j.deletes = true, part
	}
}

func (b *bench) runs(name string) {
	if !slices.Contains(b.j.Programs, name) {
		b.j.Programs = append(b.j.Programs, name)
	}
}

// script judges what another shell is given to run. ours says that it is this
// shell, whose variables it sees and sets.
func (b *bench) script(text, part string, ours bool) {
	b.seen += len(text) / 4
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil || b.depth >= deepest || len(text) > longestCommand || b.seen > most {
		b.unclear(part)
		return
	}
	inner := variablesOf(f)
	if ours && len(inner.of) > 0 {
		b.unclear(part) // what the rest was judged by is no longer so
	}
	outer := b.vars
	if ours {
		inner = outer
	}
	bound := b.bound
	b.vars, b.bound = inner, map[string]int{}
	b.depth++
	b.stmts(f.Stmts)
	b.depth--
	b.vars, b.bound = outer, bound
}
