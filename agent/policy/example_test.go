package policy_test

import (
	"fmt"
	"time"

	"deputy/agent/policy"
)

// A mail to somebody new is asked about; what an unknown tool does, too.
func ExampleDecide() {
	table := policy.Table{Tools: map[string]policy.Tool{
		"read_file": {Level: policy.Look, Args: map[string]policy.Arg{"path": {Kind: policy.File}}},
		"send_mail": {Level: policy.Commit, Args: map[string]policy.Arg{"to": {Kind: policy.Address}}},
	}}
	for _, a := range []policy.Action{
		{Tool: "read_file", Args: map[string]string{"path": "plan.md"}, Level: policy.Look, Scope: policy.Look},
		{Tool: "send_mail", Args: map[string]string{"to": "kim@acme.example"}, Level: policy.Commit, Scope: policy.Commit},
		{Tool: "fire_missile", Scope: policy.Commit},
	} {
		d := policy.Decide(a, policy.Policy{Table: table}, time.Now())
		fmt.Println(a.Tool, d.Level, d.Verdict)
	}
	// Output:
	// read_file L0 Look allow
	// send_mail L3 Commit ask
	// fire_missile L3 Commit ask
}
