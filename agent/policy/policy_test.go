package policy

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
)

// testTable is small: what raises a level has tests of its own.
var testTable = Table{Tools: map[string]Tool{
	"read_file":  {Level: Look, Why: Words{"it reads", "읽기입니다"}, Args: map[string]Arg{"path": {Kind: File}}},
	"write_file": {Level: Draft, Why: Words{"it writes", "쓰기입니다"}, Args: map[string]Arg{"path": {Kind: File}, "text": {Kind: Text}}},
	"fetch_page": {Level: Look, Why: Words{"it fetches", "가져오기입니다"}, Args: map[string]Arg{"url": {Kind: Link}}},
	"send_mail":  {Level: Commit, Why: Words{"it sends", "보내기입니다"}, Args: map[string]Arg{"to": {Kind: Address}, "subject": {Kind: Text}, "Amount": {Kind: Amount}}},
	"a":          {Level: Look, Why: Words{"a", "가"}, Args: map[string]Arg{"k": {Kind: Name}, "text": {Kind: Text}}},
}}

// from are taints of these arguments.
func from(args ...string) (out []Taint) {
	for _, a := range args {
		out = append(out, Taint{Arg: a, Source: "a page of evil.example"})
	}
	return out
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestDecide(t *testing.T) {
	mail := Action{Tool: "send_mail", Target: "finance@acme.example", Level: Commit, Scope: Commit, Args: map[string]string{"to": "finance@acme.example", "subject": "Report"}}
	fetch := Action{Tool: "fetch_page", Target: "acme.example", Level: External, Scope: Look, Args: map[string]string{"url": "https://acme.example/a"}}
	write := Action{Tool: "write_file", Target: "notes/a.md", Level: Draft, Scope: Draft, Args: map[string]string{"path": "notes/a.md", "text": "x"}}
	read := Action{Tool: "read_file", Target: "a.md", Level: Look, Scope: Look}
	with := func(a Action, change func(*Action)) Action { change(&a); return a }
	grant := Grant{ID: "g1", Tool: "send_mail", Target: "finance@acme.example", Args: map[string]string{"subject": "Report*"}, Expires: noon.Add(time.Hour), Left: 2}
	granted := func(change func(*Grant)) []Grant { g := grant; change(&g); return []Grant{g} }
	same := func(*Grant) {}

	for _, c := range []struct {
		name    string
		a       Action
		rules   Rules
		grants  []Grant
		verdict Verdict
		level   Level
		rule    string
	}{
		{"look is free", read, nil, nil, Allow, Look, "level"},
		{"draft is free", write, nil, nil, Allow, Draft, "level"},
		{"reach is asked", with(fetch, func(a *Action) { a.Scope = External }), nil, nil, Ask, External, "level"},
		{"commit is asked", mail, nil, nil, Ask, Commit, "level"},
		{"seal is asked", with(mail, func(a *Action) { a.Level = Restricted }), nil, nil, Ask, Restricted, "level"},
		{"no level is commit", with(mail, func(a *Action) { a.Level = Unset }), nil, nil, Ask, Commit, "level"},
		{"a level that isn't one is seal", with(mail, func(a *Action) { a.Level = 77 }), nil, nil, Ask, Restricted, "level"},
		{"the zero action", Action{}, nil, nil, Ask, Commit, "scope"},

		{"a draft that wasn't ordered", with(write, func(a *Action) { a.Scope = Look }), nil, nil, Ask, External, "scope"},
		{"a draft for nobody's order", with(write, func(a *Action) { a.Scope = Unset }), nil, nil, Ask, External, "scope"},
		{"a mail that wasn't ordered", with(mail, func(a *Action) { a.Scope = Draft }), nil, nil, Ask, Commit, "scope"},
		{"a fetch beyond the scope", fetch, nil, nil, Ask, External, "scope"},

		{"tainted recipient", with(mail, func(a *Action) { a.Tainted = from("to") }), nil, nil, Ask, Restricted, "taint"},
		{"tainted path", with(write, func(a *Action) { a.Tainted = from("path") }), nil, nil, Ask, External, "taint"},
		{"tainted path in an order to send", with(write, func(a *Action) { a.Tainted = from("path"); a.Scope = Commit }), nil, nil, Ask, External, "taint"},
		{"a page quoted in a note", with(write, func(a *Action) { a.Tainted = from("text") }), nil, nil, Allow, Draft, "level"},
		{"a page quoted in a mail", with(mail, func(a *Action) { a.Tainted = from("subject") }), nil, nil, Ask, Commit, "level"},
		{"reading what a page named", with(read, func(a *Action) { a.Tainted = from("path"); a.Scope = Draft }), nil, nil, Allow, Draft, "level"},
		{"seal stays seal", with(mail, func(a *Action) { a.Level = Restricted; a.Tainted = from("to") }), nil, nil, Ask, Restricted, "taint"},

		{"denied", read, Rules{{Tool: "read_file", Verdict: Deny, Reason: "no"}}, nil, Deny, Look, "deny: read_file"},
		{"the zero rule denies", read, Rules{{}}, nil, Deny, Look, "deny"},
		{"an unknown verdict denies", read, Rules{{Verdict: 9}}, nil, Deny, Look, "deny"},
		{"denied before asked before allowed", write, Rules{{Verdict: Allow}, {Verdict: Ask}, {Tool: "write_*", Verdict: Deny}}, nil, Deny, Draft, "deny: write_*"},
		{"asked before allowed", write, Rules{{Verdict: Allow}, {Target: "notes/*", Verdict: Ask}}, nil, Ask, External, "ask: notes/*"},
		{"deny minds no case", with(fetch, func(a *Action) { a.Target = "EVIL.example" }), Rules{{Target: "*.Example", Verdict: Deny}}, nil, Deny, External, "deny: *.Example"},
		{"allow does", fetch, Rules{{Target: "ACME.example", Verdict: Allow}}, nil, Ask, External, "scope"},
		{"allowed host", fetch, Rules{{Tool: "fetch_page", Target: "acme.example", Verdict: Allow}}, nil, Allow, External, "allow: fetch_page acme.example"},
		{"allowed host that a page named", with(fetch, func(a *Action) { a.Tainted = from("url"); a.Scope = Commit }), Rules{{Target: "acme.example", Verdict: Allow}}, nil, Ask, Commit, "taint"},
		{"allowed mail", mail, Rules{{Target: "finance@acme.example", Verdict: Allow}}, nil, Allow, Commit, "allow: finance@acme.example"},
		{"allowed mail that wasn't ordered", with(mail, func(a *Action) { a.Scope = Draft }), Rules{{Verdict: Allow}}, nil, Ask, Commit, "scope"},
		{"seal is never allowed", with(mail, func(a *Action) { a.Level = Restricted }), Rules{{Verdict: Allow}}, nil, Ask, Restricted, "level"},
		{"allow needs the argument", fetch, Rules{{Args: map[string]string{"method": "*"}, Verdict: Allow}}, nil, Ask, External, "scope"},
		{"deny doesn't", fetch, Rules{{Args: map[string]string{"method": "*"}, Verdict: Deny}}, nil, Deny, External, "deny"},
		{"denied argument", mail, Rules{{Args: map[string]string{"to": "*@acme.example"}, Verdict: Deny}}, nil, Deny, Commit, "deny"},
		{"denied other argument", mail, Rules{{Args: map[string]string{"to": "*@other.example"}, Verdict: Deny}}, nil, Ask, Commit, "level"},

		{"granted", mail, nil, granted(same), Allow, Commit, "grant: g1"},
		{"granted, not ordered", with(mail, func(a *Action) { a.Scope = Draft }), nil, granted(same), Ask, Commit, "scope"},
		{"granted, tainted", with(mail, func(a *Action) { a.Tainted = from("to") }), nil, granted(same), Ask, Restricted, "taint"},
		{"granted, but a rule asks", mail, Rules{{Tool: "send_mail", Verdict: Ask}}, granted(same), Ask, Commit, "ask: send_mail"},
		{"granted, but it is seal", with(mail, func(a *Action) { a.Level = Restricted }), nil, granted(same), Ask, Restricted, "level"},
		{"granted, but it spends", with(mail, func(a *Action) { a.Spends = true }), nil, granted(same), Ask, Commit, "level"},
		{"granted, but it has an amount", with(mail, func(a *Action) { a.Args = map[string]string{"subject": "Report", "Amount": "5"} }), nil, granted(same), Ask, Commit, "level"},
		{"granted, but it sends out after both", with(mail, func(a *Action) { a.Egress, a.Private, a.Untrusted = true, true, true }), nil, granted(same), Ask, Commit, "trifecta"},
		{"granted, sends out after one", with(mail, func(a *Action) { a.Egress, a.Private = true, true }), nil, granted(same), Allow, Commit, "grant: g1"},
		{"allowed, but it sends out after both", with(fetch, func(a *Action) { a.Egress, a.Private, a.Untrusted, a.Scope = true, true, true, External }), Rules{{Tool: "fetch_page", Verdict: Allow}}, nil, Ask, External, "trifecta"},
		{"read after both", with(read, func(a *Action) { a.Private, a.Untrusted = true, true }), nil, nil, Allow, Look, "level"},
		{"granted for one of two recipients", with(mail, func(a *Action) { a.Target = "finance@acme.example, thief@evil.example" }), nil, granted(func(g *Grant) { g.Target = "finance@acme.example*" }), Ask, Commit, "level"},
		{"granted and used up", mail, nil, granted(func(g *Grant) { g.Left = 0 }), Ask, Commit, "level"},
		{"granted till now", mail, nil, granted(func(g *Grant) { g.Expires = noon }), Ask, Commit, "level"},
		{"granted without end", mail, nil, granted(func(g *Grant) { g.Expires = time.Time{} }), Ask, Commit, "level"},
		{"granted for nothing named", mail, nil, granted(func(g *Grant) { g.Target = "" }), Ask, Commit, "level"},
		{"granted for another tool", mail, nil, granted(func(g *Grant) { g.Tool = "send_*" }), Ask, Commit, "level"},
		{"granted for another recipient", with(mail, func(a *Action) { a.Target = "finance@acme.example.evil.example" }), nil, granted(same), Ask, Commit, "level"},
		{"granted for another subject", with(mail, func(a *Action) { a.Args = map[string]string{"subject": "My Report"} }), nil, granted(same), Ask, Commit, "level"},
		{"granted for an argument that is missing", with(mail, func(a *Action) { a.Args = nil }), nil, granted(same), Ask, Commit, "level"},
		{"granted in another project", with(mail, func(a *Action) { a.Project = "/b" }), nil, granted(func(g *Grant) { g.Project = "/a" }), Ask, Commit, "level"},
		{"granted in this project", with(mail, func(a *Action) { a.Project = "/a" }), nil, granted(func(g *Grant) { g.Project = "/a" }), Allow, Commit, "grant: g1"},
		{"granted for a subject in another case", with(mail, func(a *Action) {
			a.Args = map[string]string{"to": "finance@acme.example", "subject": "REPORT 3", "body": "x"}
		}), nil, granted(same), Allow, Commit, "grant: g1"},
		{"the zero grant", mail, nil, []Grant{{}}, Ask, Commit, "level"},
	} {
		got := Decide(c.a, Policy{testTable, c.rules}, noon, c.grants...)
		if got.Verdict != c.verdict || got.Level != c.level || got.Rule != c.rule {
			t.Errorf("%s: got %v %v by %q (%s), want %v %v by %q", c.name, got.Verdict, got.Level, got.Rule, got.Reason, c.verdict, c.level, c.rule)
		}
		if got.Reason.In("en") == "" || got.Reason.In("ko") == "" {
			t.Errorf("%s: no reason", c.name)
		}
	}
}

// TestOrderFree: shuffled rules decide alike; only which of several of one
// verdict is named may differ.
func TestOrderFree(t *testing.T) {
	pick := func(list ...string) string { return list[rand.IntN(len(list))] }
	for range 5000 {
		a := Action{Tool: pick("a", "b"), Target: pick("x", "y", ""), Level: Level(rand.IntN(7)), Scope: Level(rand.IntN(6)), Args: map[string]string{"k": pick("1", "2")}}
		if rand.IntN(3) == 0 {
			a.Tainted = from(pick("k", "text"))
		}
		rules := make(Rules, rand.IntN(6))
		for i := range rules {
			rules[i] = Rule{Tool: pick("", "a", "*"), Target: pick("", "x", "?"), Verdict: Verdict(rand.IntN(3))}
		}
		want := Decide(a, Policy{testTable, rules}, noon)
		for range 4 {
			rand.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
			if got := Decide(a, Policy{testTable, rules}, noon); got.Verdict != want.Verdict || got.Level != want.Level {
				t.Fatalf("%+v under %+v: got %v %v, want %v %v", a, rules, got.Verdict, got.Level, want.Verdict, want.Level)
			}
		}
		level := Policy{Table: testTable}.assess(a, noon, nil).Level
		switch {
		case want.Verdict == Ask && want.Level < External:
			t.Fatalf("%+v: asked at %v", a, want.Level)
		case want.Verdict == Allow && level >= Restricted:
			t.Fatalf("%+v: allowed at %v", a, level)
		case want.Verdict == Allow && len(rules) == 0 && level > Draft:
			t.Fatalf("%+v: allowed without a rule at %v", a, level)
		case want.Level < min(a.Level, Restricted):
			t.Fatalf("%+v: lowered to %v", a, want.Level)
		}
	}
}

func TestText(t *testing.T) {
	for l := Unset; l <= Restricted; l++ {
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var got Level
		if err := json.Unmarshal(b, &got); err != nil || got != l {
			t.Errorf("%v: got %v from %s (%v)", l, got, b, err)
		}
	}
	for s, want := range map[string]Level{"L3": Commit, "l0": Look, "commit": Commit, "L3 Commit": Commit, " Restricted ": Restricted, "": Unset} {
		var got Level
		if err := got.UnmarshalText([]byte(s)); err != nil || got != want {
			t.Errorf("%q: got %v (%v), want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"L5", "unset", "none", "L", "3"} {
		if err := new(Level).UnmarshalText([]byte(s)); s != "unset" && err == nil {
			t.Errorf("%q: got no error", s)
		}
	}
	for v := Deny; v <= Allow; v++ {
		b, _ := json.Marshal(v)
		var got Verdict = 9
		if err := json.Unmarshal(b, &got); err != nil || got != v {
			t.Errorf("%v: got %v from %s (%v)", v, got, b, err)
		}
	}
	if err := new(Verdict).UnmarshalText(nil); err == nil {
		t.Error("no verdict: got no error")
	}
	if got := Commit.String(); got != "L3 Commit" {
		t.Errorf("got %q, want L3 Commit", got)
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"*", "", true}, {"*", "a/b", true}, {"a*", "ab/c", true}, {"a*c", "abd", false}, {"*.example", "a.example.evil", false},
		{"?", "a", true}, {"?", "", false}, {"a?c", "abc", true}, {"**a**", "xay", true}, {"", "", true}, {"", "a", false},
		{"a*b*c", "aXbYbZc", true}, {"*@acme.example", "x@acme.example", true}, {"[a]", "a", false},
	} {
		if got := glob(c.pattern, c.s); got != c.want {
			t.Errorf("%q on %q: got %v, want %v", c.pattern, c.s, got, c.want)
		}
	}
}
