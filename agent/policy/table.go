package policy

import (
	"maps"
	"slices"
	"strings"
)

// A Table says what authority tools take, as data: a row for each known tool,
// and what raises the level whatever the tool. The zero Table knows no tool.
type Table struct {
	Tools map[string]Tool `json:"tools"`
	Every []Raise         `json:"every,omitempty"`
	// SealAbove is the most that may be spent at once on a voice's word, by
	// currency (ISO 4217). What costs more is Restricted, and so is what nobody can
	// compare with a limit. Without any limit all spending is Commit.
	SealAbove map[string]string `json:"spending,omitempty"`
}

// A Tool is one row.
type Tool struct {
	Level Level `json:"level"` // with nothing that raises it
	Why   Words `json:"why"`
	// Args are all that the tool may be given, by name; "to" stands for "to.0"
	// and "to.name" too. Any other argument makes an action Commit.
	Args map[string]Arg `json:"args,omitempty"`
	// Facts are those that an action must state, with the values that they may
	// have. One that lacks, or has another value, makes it Commit.
	Facts  map[string][]string `json:"facts,omitempty"`
	Raises []Raise             `json:"raise,omitempty"`
}

// An Arg is an argument, and the level that an action has at least if it is
// there and not empty; Unset adds nothing.
type Arg struct {
	Kind  Kind  `json:"kind"`
	Level Level `json:"level,omitzero"`
	Why   Words `json:"why,omitzero"`
}

// A Kind is what an argument is: what it is called when Deputy speaks of it,
// and whether a stranger may choose it.
type Kind string

const (
	Address Kind = "address" // whom it goes to
	Amount  Kind = "amount"
	File    Kind = "file"
	Link    Kind = "link" // an URL or a host
	Command Kind = "command"
	Name    Kind = "name" // anything else that says where or which
	Text    Kind = "text" // what is written; it may quote anyone
	Time    Kind = "time"
)

// Kinds lists all of them.
var Kinds = []Kind{Address, Amount, File, Link, Command, Name, Text, Time}

// steers says whether the value decides where an effect goes or how large it is.
// What isn't known steers.
func (k Kind) steers() bool { return k != Text && k != Time }

// A Raise lifts an action to a level if all of When holds; see holds.
type Raise struct {
	When map[string]string `json:"when"`
	To   Level             `json:"to"`
	Why  Words             `json:"why"`
}

// row finds the row of a tool.
func (t Table) row(tool string) (Tool, bool) {
	r, ok := t.Tools[tool]
	return r, ok
}

// arg finds what a row says of an argument: "to.0" is looked up as itself, then as "to".
func (t Tool) arg(name string) (Arg, bool) {
	for {
		if a, ok := t.Args[name]; ok {
			return a, true
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return Arg{}, false
		}
		name = name[:i]
	}
}

// names that arguments of any tool have, for what no table says.
var namedKinds = map[string]Kind{
	"to": Address, "cc": Address, "bcc": Address, "recipient": Address, "address": Address, "email": Address, "phone": Address, "account": Address, "iban": Address,
	"amount": Amount, "price": Amount, "sum": Amount, "total": Amount, "cost": Amount,
	"path": File, "file": File, "filename": File, "dir": File, "folder": File,
	"url": Link, "uri": Link, "link": Link, "host": Link, "domain": Link, "site": Link, "remote": Link,
	"command": Command, "cmd": Command, "script": Command,
}

// Kind is what an argument of a tool is. Of a tool or an argument that the table
// doesn't know it is guessed by name, and never one that a stranger may choose.
func (t Table) Kind(tool, arg string) Kind {
	if row, ok := t.row(tool); ok {
		if a, ok := row.arg(arg); ok {
			return a.Kind
		}
	}
	for part := range strings.SplitSeq(strings.ToLower(arg), ".") {
		if k, ok := namedKinds[part]; ok {
			return k
		}
	}
	return Name
}

// A Step is one of the things that an action's level comes from.
type Step struct {
	From  string `json:"from"` // "plan", "table", "argument to", "recipient is lookalike", "lack"
	Level Level  `json:"level"`
	Why   Words  `json:"why"`
}

// An appraisal is the level of an action before taint, with all it comes from.
type appraisal struct {
	level Level
	why   Words // of the first step that gives level
	steps []Step
}

func (p *appraisal) add(from string, level Level, why Words) {
	level = min(level, Restricted)
	p.steps = append(p.steps, Step{From: from, Level: level, Why: why})
	if level > p.level {
		p.level, p.why = level, why
	}
}

func (p *appraisal) lack(en, ko string) { p.add("lack", Commit, Words{En: en, Ko: ko}) }

// appraise gives the level of an action: the highest of the tool's row, what
// raises it, and what its plan states. What can't be known is Commit at least.
func (t Table) appraise(a Action) appraisal {
	var p appraisal
	row, known := t.row(a.Tool)
	switch {
	case !known:
		p.lack("I do not know the tool "+a.Tool, a.Tool+" 도구는 제가 모르는 도구입니다")
	case row.Level == Unset:
		p.lack("the table gives no level to the tool "+a.Tool, "등급표에 "+a.Tool+" 도구의 등급이 없습니다")
	default:
		p.add("table", row.Level, row.Why)
	}
	if known {
		row.appraise(&p, a)
	}
	s := subject{a, t}
	for _, r := range slices.Concat(row.Raises, t.Every) {
		switch yes, sure := s.meets(r.When); {
		case yes && sure:
			p.add(r.Condition(), r.To, r.Why)
		case yes: // it can't be evaluated
			p.add(r.Condition()+" can't be told", min(max(Commit, r.To), Restricted), r.Why)
		}
	}
	if t.Spends(a) {
		t.appraiseSpending(&p, s)
	}
	if a.Level == Unset {
		p.lack("the tool states no level", "도구가 등급을 밝히지 않았습니다")
	} else {
		p.add("plan", a.Level, Words{En: "the tool itself says so", Ko: "도구가 스스로 밝힌 등급입니다"})
	}
	return p
}

func (t Table) appraiseSpending(p *appraisal, s subject) {
	p.add("spending", Commit, Words{"it spends money", "돈을 쓰는 일입니다"})
	if len(t.SealAbove) == 0 {
		return
	}
	amounts := s.amounts()
	if len(amounts) == 0 {
		p.add("spending", Restricted, Words{"it spends money, and nobody said how much", "돈을 쓰는 일인데 얼마인지 알 수 없습니다"})
	}
	for _, v := range amounts {
		a, ok := parseAmount(v)
		limit, listed := parseAmount(t.SealAbove[a.currency])
		switch {
		case !ok || !listed:
			p.add("spending", Restricted, Words{"there is no limit to compare " + v + " with", v + " 금액은 비교할 한도가 없습니다"})
		case a.value.Cmp(limit.value) > 0:
			p.add("spending", Restricted, Words{v + " is more than a voice alone may spend", v + " 금액은 목소리만으로 쓸 수 있는 한도를 넘습니다"})
		}
	}
}

// appraise adds what a row says of an action's arguments and facts.
func (t Tool) appraise(p *appraisal, a Action) {
	for _, name := range slices.Sorted(maps.Keys(a.Args)) {
		arg, ok := t.arg(name)
		switch {
		case !ok:
			p.lack("the tool "+a.Tool+" has no argument "+name, a.Tool+" 도구에는 "+name+" 인자가 없습니다")
		case arg.Level != Unset && a.Args[name] != "":
			p.add("argument "+name, arg.Level, arg.Why)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Facts)) {
		switch v, ok := a.Facts[name]; {
		case !ok:
			p.lack("the tool did not say what is known of the "+name, "도구가 알려야 할 것을 알리지 않았습니다: "+name)
		case !slices.Contains(t.Facts[name], v):
			p.lack("the tool said something unknown of the "+name+": "+v, "도구가 모르는 값을 알렸습니다: "+name+" "+v)
		}
	}
}

// Condition writes When out: "recipient is lookalike".
func (r Raise) Condition() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.When)) {
		parts = append(parts, name+" is "+r.When[name])
	}
	return strings.Join(parts, " and ")
}
