// Package policy decides what an action needs: nothing, the owner's word, or a
// refusal. It is a pure function of the action, the table of levels, the owner's
// rules and the standing grants. It also says which arguments of an action came
// from what strangers wrote. It must not know how anyone is asked, what a tool
// does, any model, nor in which format a table or a rule is written.
//
// Zero values fail closed: no level asks, no verdict denies, no table knows no
// tool, and what isn't known is at least Commit.
package policy

// A Level is how much authority an action takes.
type Level uint8

const (
	// Unset is an action whose level nobody stated. It is treated as Commit.
	Unset Level = iota
	// Look (L0) reads and leaves no trace outside.
	Look
	// Draft (L1) changes the workspace only, and can be undone.
	Draft
	// External (L2) leaves the workspace, small and reversible.
	External
	// Commit (L3) sends, publishes, deletes for good, spends.
	Commit
	// Restricted (L4) touches credentials, policy, whole accounts.
	Restricted
)

// A Verdict is what policy says of an action. The zero value denies.
type Verdict uint8

const (
	Deny Verdict = iota
	Ask
	Allow
)

// A Policy is what is gone by: the table of levels and the owner's rules. It is
// not changed while it is used.
type Policy struct {
	Table Table
	Rules Rules
}

// An Action is what policy looks at. Everything in it was frozen by the tool's
// plan; nothing was written by a model except the values of Args.
type Action struct {
	Tool   string
	Target string            // the path, host, recipient or command it acts on
	Args   map[string]string // canonical arguments, flattened to strings; see Flatten
	Level  Level             // as the tool's plan states it
	// Tainted lists the arguments whose value came from untrusted content.
	Tainted []Taint
	// Scope is the most that the order itself asked for (see Scope): an effect
	// above it was not ordered and is asked for.
	Scope Level
	// Project is the workspace that the task works in.
	Project string
	// Spends says that it costs money; see [Table.Spends].
	Spends bool
	// Facts are what the tool knows of its arguments, such as "recipient": "new".
	Facts map[string]string
	// Egress says that something leaves this machine.
	Egress bool
	// Private says that the task has read what only the owner should know,
	// Untrusted that it has read what strangers wrote.
	Private, Untrusted bool
}

// A Taint is an argument whose value came from what strangers wrote.
type Taint struct {
	Arg    string `json:"arg"`
	Kind   Kind   `json:"kind,omitempty"`   // what the argument is, to speak of it
	Source string `json:"source,omitempty"` // whose text it is: "a page of acme.example"
}

// A Decision is the verdict with its reason, for the journal and for speech.
type Decision struct {
	Verdict Verdict
	Level   Level  // after taint and rules: what the ask must carry
	Rule    string // which rule decided, e.g. "level", "taint", "scope", "deny: ..."
	Reason  Words
}

// Words are one short sentence in the owner's languages.
type Words struct {
	En string `json:"en,omitempty"`
	Ko string `json:"ko,omitempty"`
}

// In gives the sentence in a language, in English if there is none in it.
func (w Words) In(language string) string {
	if language == "ko" && w.Ko != "" {
		return w.Ko
	}
	return w.En
}
