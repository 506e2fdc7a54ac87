package file

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"deputy/agent/policy"
	"deputy/agent/tools"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// An example is a line of testdata/rules.tsv.
type example struct {
	line                  int
	verdict, level, rule  string
	policy, writtenAction string
}

func examples(t testing.TB) (all []example) {
	t.Helper()
	raw, err := os.ReadFile("testdata/rules.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(raw), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 5 {
			t.Fatalf("rules.tsv:%d has %d columns", i+1, len(c))
		}
		all = append(all, example{i + 1, c[0], c[1], c[2], strings.ReplaceAll(c[3], `\n`, "\n"), c[4]})
	}
	return all
}

func (e example) action(t testing.TB) (a policy.Action) {
	t.Helper()
	if err := json.Unmarshal([]byte(e.writtenAction), &a); err != nil {
		t.Fatalf("rules.tsv:%d: %v", e.line, err)
	}
	return a
}

func (e example) read(t testing.TB) policy.Policy {
	t.Helper()
	p, err := Read("policy.yaml", []byte(e.policy), base(t))
	if err != nil {
		t.Fatalf("rules.tsv:%d: %v", e.line, err)
	}
	return p
}

// base is the table that Deputy comes with.
func base(t testing.TB) policy.Table {
	t.Helper()
	table, err := Table(tools.About...)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestRules(t *testing.T) {
	all := examples(t)
	if len(all) < 80 {
		t.Errorf("got %d examples, want 80", len(all))
	}
	for _, e := range all {
		d := policy.Decide(e.action(t), e.read(t), noon)
		if got := d.Level.String()[:2]; d.Verdict.String() != e.verdict || got != e.level || d.Rule != e.rule {
			t.Errorf("rules.tsv:%d: %s under %q: got %v %s by %q (%s), want %s %s by %q",
				e.line, e.writtenAction, e.policy, d.Verdict, got, d.Rule, d.Reason.En, e.verdict, e.level, e.rule)
		}
		if d.Reason.En == "" {
			t.Errorf("rules.tsv:%d: no reason", e.line)
		}
	}
}

// strictness orders decisions: what is denied is stricter than what is asked for,
// that than what is done.
func strictness(d policy.Decision) int { return 10*(int(policy.Allow)-int(d.Verdict)) + int(d.Level) }

// TestProperties holds for every action of the examples under every policy:
// shuffled rules decide alike, a rule that denies never loosens, nor does one
// that asks, nor a taint; no rule allows Restricted, and nothing unknown is below Commit.
func TestProperties(t *testing.T) {
	all := examples(t)
	for range 3000 {
		a, p := all[rand.IntN(len(all))].action(t), all[rand.IntN(len(all))].read(t)
		if other := all[rand.IntN(len(all))].read(t); rand.IntN(2) == 0 {
			p.Rules = append(slices.Clone(p.Rules), other.Rules...)
		}
		before := policy.Decide(a, p, noon)
		check := func(what string, a policy.Action, p policy.Policy) {
			t.Helper()
			if after := policy.Decide(a, p, noon); after.Verdict > before.Verdict || after.Level < before.Level || strictness(after) < strictness(before) {
				t.Fatalf("%s: %+v: got %v %v by %q, before %v %v by %q", what, a, after.Verdict, after.Level, after.Rule, before.Verdict, before.Level, before.Rule)
			}
		}
		shuffled := p
		shuffled.Rules = slices.Clone(p.Rules)
		rand.Shuffle(len(shuffled.Rules), func(i, j int) {
			shuffled.Rules[i], shuffled.Rules[j] = shuffled.Rules[j], shuffled.Rules[i]
		})
		if got := policy.Decide(a, shuffled, noon); got.Verdict != before.Verdict || got.Level != before.Level {
			t.Fatalf("shuffled: %+v: got %v %v, want %v %v", a, got.Verdict, got.Level, before.Verdict, before.Level)
		}
		with := func(r policy.Rule) policy.Policy {
			q := p
			q.Rules = append(slices.Clone(p.Rules), r)
			return q
		}
		if after := policy.Decide(a, with(policy.Rule{Tool: a.Tool, Verdict: policy.Deny}), noon); after.Verdict != policy.Deny {
			t.Fatalf("denied: %+v: got %v", a, after.Verdict)
		}
		if before.Verdict != policy.Deny {
			check("one rule more that asks", a, with(policy.Rule{Tool: a.Tool, Verdict: policy.Ask}))
		}
		tainted := a
		for arg := range a.Args {
			tainted.Tainted = append(slices.Clone(tainted.Tainted), policy.Taint{Arg: arg})
			check("tainted "+arg, tainted, p)
		}
		unknown := a
		unknown.Tool += "x"
		if d := policy.Decide(unknown, policy.Policy{Table: p.Table}, noon); d.Level < policy.Commit || d.Verdict == policy.Allow {
			t.Fatalf("unknown tool: %+v: got %v %v", a, d.Verdict, d.Level)
		}
		if before.Verdict == policy.Allow && (before.Level >= policy.Restricted || a.Egress && a.Private && a.Untrusted) {
			t.Fatalf("allowed: %+v at %v", a, before.Level)
		}
	}
}

func TestEveryLackIsCommit(t *testing.T) {
	table := base(t)
	for name, row := range table.Tools {
		a := policy.Action{Tool: name, Level: row.Level, Scope: policy.Commit, Args: map[string]string{}, Facts: map[string]string{}}
		for arg := range row.Args {
			a.Args[arg] = "x"
		}
		for fact, values := range row.Facts {
			a.Facts[fact] = values[0]
		}
		p := policy.Policy{Table: table}
		if got := policy.Decide(a, p, noon).Level; got > max(row.Level, policy.External) {
			t.Errorf("%s with all it needs: got %v, want %v", name, got, row.Level)
		}
		for fact, v := range a.Facts {
			delete(a.Facts, fact)
			if got := policy.Decide(a, p, noon).Level; got < policy.Commit {
				t.Errorf("%s without the fact %s: got %v", name, fact, got)
			}
			a.Facts[fact] = "nonsense"
			if got := policy.Decide(a, p, noon).Level; got < policy.Commit {
				t.Errorf("%s with the fact %s=nonsense: got %v", name, fact, got)
			}
			a.Facts[fact] = v
		}
		a.Args["nonsense"] = "x"
		if got := policy.Decide(a, p, noon).Level; got < policy.Commit {
			t.Errorf("%s with an unknown argument: got %v", name, got)
		}
		if row.Why.En == "" || row.Why.Ko == "" {
			t.Errorf("%s has no reason in both languages", name)
		}
		for _, r := range row.Raises {
			if r.Why.En == "" || r.Why.Ko == "" {
				t.Errorf("%s: %s has no reason in both languages", name, r.Condition())
			}
		}
	}
	for _, r := range table.Every {
		if r.Why.En == "" || r.Why.Ko == "" {
			t.Errorf("%s has no reason in both languages", r.Condition())
		}
	}
	if _, err := Read("p", []byte("tools: {read_file: {level: L2, why: x}}"), table); err != nil || table.Tools["read_file"].Level != policy.Look {
		t.Error("a caller can change the table for all")
	}
}

func TestWrong(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"key", "denny: []", `line 1: a policy has no key "denny"; write deny`},
		{"rule key", "deny:\n  - tool: send_mail\n    targt: x\n    reason: r", `line 3: a rule has no key "targt"; write target`},
		{"no list", "deny: send_mail", "line 1: what is under deny is a list: begin each with a dash"},
		{"no mapping", "deny: [send_mail]", "line 1: a rule is written as keys with values"},
		{"no reason", "deny:\n  - tool: send_mail", "line 2: a rule needs a reason"},
		{"empty reason", "deny:\n  - tool: send_mail\n    reason:", "line 3: the reason is missing"},
		{"nothing named", "deny:\n  - reason: r", "line 2: this rule is about everything"},
		{"allows everything", "allow:\n  - {tool: \"*\", reason: r}", "line 2: a rule that allows needs its tool"},
		{"allows a host", "allow:\n  - {host: acme.example, reason: r}", "line 2: a rule that allows needs its tool"},
		{"misspelt tool", "deny:\n  - {tool: send_mial, reason: r}", `line 2: there is no tool "send_mial"; write send_mail`},
		{"argument", "deny:\n  - {tool: send_mail, args: {recipient: x}, reason: r}", `line 2: send_mail has no argument "recipient"; write one of body, subject, to`},
		{"fact", "deny:\n  - {tool: send_mail, facts: {recipent: new}, reason: r}", `no tool states a fact "recipent"; write recipient`},
		{"value", "deny:\n  - {tool: send_mail, facts: {recipient: stranger}, reason: r}", `the fact recipient is never "stranger"; write one of known, lookalike, new`},
		{"amount", "ask:\n  - {amount: 100, reason: r}", `line 2: "100" compares no amount; write one such as "> 100"`},
		{"amount of nothing", "ask:\n  - {amount: \"> lots\", reason: r}", `"> lots" compares no amount`},
		{"URL as a host", "deny:\n  - {host: \"https://a.example/x\", reason: r}", `is more than a host; write the host alone`},
		{"wide host", "deny:\n  - {host: \"*acme.example\", reason: r}", `write *.acme.example for what lies below a host`},
		{"host of a kind", "deny:\n  - {host: \"*.example\", reason: r}", `whole country or kind`},
		{"pattern of a URL", "allow:\n  - {tool: fetch_page, args: {url: \"https://acme.example/*\"}, reason: r}", "write host: instead"},
		{"twice", "deny:\n  - {tool: send_mail, tool: read_file, reason: r}", `line 2: "tool" is there twice, in line 2 before`},
		{"reference", "deny:\n  - &a {tool: send_mail, reason: r}\n  - *a", "line 3: write the value out"},
		{"merge", "deny:\n  - <<: {tool: send_mail}\n    reason: r", "line 2: write the value out"},
		{"two documents", "deny: []\n---\nask: []", "only one YAML document is read"},
		{"no YAML", "deny: [", "line 1"},
		{"long", "# " + strings.Repeat("x", 1<<20), "longer than 1 MiB"},
		{"seal", "tools: {vault: {level: L4, why: keys}}\nallow:\n  - {tool: vault, reason: r}", "line 3: vault is L4 Restricted, which no rule allows"},
		{"level", "tools: {x_tool: {level: L7, why: w}}", `line 1: "L7" is no level; write L0, L1, L2, L3 or L4`},
		{"no level", "tools: {x_tool: {why: w}}", "line 1: the tool x_tool needs a level: write level: L3"},
		{"no why", "tools: {x_tool: {level: L1}}", "line 1: the tool x_tool needs a reason"},
		{"kind", "tools: {x_tool: {level: L1, why: w, args: {a: adress}}}", `"adress" is nothing that an argument can be; write address`},
		{"level without a reason", "tools: {x_tool: {level: L1, why: w, args: {a: {kind: name, level: L3}}}}", "the level of the argument a needs a reason"},
		{"looser", "tools: {send_mail: {level: L1}}", "line 1: send_mail is L3 Commit and can't be made less: write L3 or higher"},
		{"known arguments", "tools: {send_mail: {args: {x: text}}}", "Deputy knows the arguments and facts of send_mail"},
		{"raise", "tools: {send_mail: {raise: [{to: L4}]}}", "what raises a level needs when:, to: and why:"},
		{"currency", "spending: {dollars: 5}", `"dollars" is no currency`},
		{"limit", "spending: {USD: much}", `"much" is no amount`},
		{"null", "deny:\n  - {tool: ~, reason: r}", "line 2: the tool is missing"},
	} {
		_, err := Read("policy.yaml", []byte(c.text), base(t))
		var p *Problems
		if !errors.As(err, &p) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "the policy (policy.yaml) can't be used:") {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	for _, good := range []string{"", "# nothing\n", "deny:\nask: []\n", "null"} {
		if p, err := Read("p", []byte(good), base(t)); err != nil || len(p.Rules) != 0 {
			t.Errorf("%q: got %v %v, want no rules", good, p.Rules, err)
		}
	}
}

func TestEveryProblemIsNamed(t *testing.T) {
	_, err := Read("p", []byte("deny:\n  - {tool: send_mial, reason: r}\n  - {tool: send_mail}\nallow:\n  - {tool: fetch_page, host: \"*x\", reason: r}\n"), base(t))
	var p *Problems
	if !errors.As(err, &p) || len(p.List) != 3 {
		t.Errorf("got %v, want three problems", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, e := range examples(f) {
		f.Add([]byte(e.policy), e.writtenAction)
	}
	table := base(f)
	f.Add(tableFile, `{"tool":"send_mail"}`)
	f.Fuzz(func(t *testing.T, text []byte, action string) {
		p, err := Read("policy.yaml", text, table)
		if err != nil {
			return
		}
		var a policy.Action
		if json.Unmarshal([]byte(action), &a) != nil {
			return
		}
		d := policy.Decide(a, p, noon)
		if d.Verdict == policy.Allow && d.Level >= policy.Restricted || d.Verdict == policy.Ask && d.Level < policy.External {
			t.Errorf("%s under %s: got %v at %v", action, text, d.Verdict, d.Level)
		}
		// What isn't there can only make it stricter.
		if a.Facts = nil; policy.Decide(a, policy.Policy{Table: table}, noon).Verdict > policy.Allow {
			t.Errorf("%s: no verdict", action)
		}
	})
}
