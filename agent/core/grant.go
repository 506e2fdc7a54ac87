package core

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/agent/tool"
)

// A standing grant: "you may mail the finance list about the report this week
// without asking". It is an action like any other of high authority: put into exact
// terms by a tool's code, frozen, read back, and given with the code word of its ask. A
// model has no part in it and can't ask for it.

// grantTool is the tool's name of an effect that gives a grant. No tool
// of the model's has it.
const grantTool = "standing_leave"

// How long a grant holds and how often it can be used, unless the owner says so; and at most.
const (
	grantFor     = 7 * 24 * time.Hour
	grantUses    = 10
	longestGrant = 90 * 24 * time.Hour
	mostUses     = 100
)

// grantRequested takes the owner's words for a standing grant, or for its end.
func (x *step) grantRequested(l consent.GrantRequest, h event.Heard) {
	if l.Revoke {
		x.revokeSpoken(l, h)
		return
	}
	x.record(event.TaskOpened{Task: x.newTask(), Order: h.Text, Language: x.languageOf(h), Scope: policy.Commit, GrantRequest: &l})
	x.intend(event.ScopeGrant{Task: "t" + itoa(x.LastTask), Request: l})
}

// grantScoped asks for the grant that a tool has put into exact terms.
func (x *step) grantScoped(b event.GrantScoped) {
	t := x.Tasks[b.Task]
	if t == nil || t.Status != event.Working || t.GrantRequest == nil {
		return
	}
	if b.Err != "" {
		x.end(t, event.Failed, x.phrase(t.Language, "say.no_leave"))
		return
	}
	x.askGrant(t, b.Tool, b.GrantScope, *t.GrantRequest, "")
}

// always offers a standing grant for more like what is being asked. The ask itself
// waits for it.
func (x *step) always(a *state.Ask) {
	f, t := x.Effects[a.Key], x.Tasks[a.Task]
	if f.GrantScope == nil || f.Level >= policy.Restricted || f.Spends || a.Again || len(f.Taint) > 0 {
		x.tellFirst(t.Language, "say.no_leave")
		x.present(a, a.Times, a.With...)
		return
	}
	x.suspend(a)
	x.askGrant(t, f.Tool, *f.GrantScope, consent.GrantRequest{}, a.ID)
}

// askGrant freezes a grant in exact terms and reads it back.
func (x *step) askGrant(t *state.Task, tool string, frame tool.GrantScope, l consent.GrantRequest, for_ string) {
	g := policy.Grant{
		ID: "g" + itoa(x.LastGrant+1), Tool: tool, Target: frame.Target, Args: frame.Args, Project: x.Project,
		Expires: x.now().Add(grantFor), Left: grantUses,
	}
	if until := l.Until.End(x.At); !until.IsZero() {
		g.Expires = until
	}
	if most := x.now().Add(longestGrant); g.Expires.After(most) {
		g.Expires = most
	}
	if l.Count > 0 {
		g.Left = min(l.Count, mostUses)
	}
	args, err := json.Marshal(g)
	if err != nil {
		panic(fmt.Sprintf("a grant can't be written: %v", err)) // it holds strings, a time and a number
	}
	what := x.Phrases.Phrase(t.Language, "grant."+cmp.Or(frame.Phrase, "generic"), frame.Values)
	i := event.Intended{
		Task: t.ID, Key: effectKey(x.Era, t.ID, t.Turn, g.ID, grantTool, args), Tool: grantTool, Target: g.Target, Args: args,
		Level: policy.Commit, Phrase: "leave", Rule: "leave", Reason: "standing leave is asked for", For: for_,
		Values:  map[string]string{"what": what, "until": x.day(t.Language, g.Expires), "times": itoa(g.Left)},
		Summary: fmt.Sprintf("standing leave for %s on %s, %d times, until %s", g.Tool, g.Target, g.Left, g.Expires.Format("2006-01-02 15:04")),
	}
	x.record(i)
	x.record(event.Asked{Task: t.ID, Ask: "a" + itoa(x.LastAsk+1), Key: i.Key})
	x.intend(event.Wake{At: x.At.Add(x.lapse())})
	x.present(x.Ask("a"+itoa(x.LastAsk)), 1)
}

// decidedGrant gives the grant, or doesn't, and goes back to the ask it came of.
func (x *step) decidedGrant(a *state.Ask, f *state.Effect, approve bool) {
	t := x.Tasks[a.Task]
	lang := t.Language
	if approve {
		var g policy.Grant
		if err := json.Unmarshal(f.Args, &g); err != nil {
			approve = false // not what was read back: nothing is given
		} else {
			text := x.in(lang).Sentence(f.Intended)
			x.record(event.Started{Task: t.ID, Key: f.Key, By: "owner"})
			x.record(event.Granted{Task: t.ID, Ask: a.ID, Grant: g, Text: text})
			x.intend(event.Wake{At: g.Expires})
			x.record(event.Ended{Task: t.ID, Key: f.Key, Text: "given"})
		}
	}
	said := "say.denied"
	if approve {
		said = "say.leave_given"
	}
	if t.GrantRequest != nil {
		x.end(t, map[bool]event.Status{true: event.Done, false: event.Cancelled}[approve], x.phrase(lang, said))
		return
	}
	x.tellFirst(lang, said)
	if asked := x.Ask(f.For); approve && asked != nil {
		x.judgeAgain(asked)
	}
}

// judgeAgain decides an ask by the grant that was just given, if it covers it.
func (x *step) judgeAgain(a *state.Ask) {
	f, t := x.Effects[a.Key], x.Tasks[a.Task]
	d := policy.Decide(x.judged(f.Intended, t), x.Policy, x.now(), x.policyGrants()...)
	id, ok := strings.CutPrefix(d.Rule, "grant: ")
	if d.Verdict != policy.Allow || !ok {
		return
	}
	x.record(event.Used{Task: t.ID, Key: f.Key, Grant: id})
	x.decide(a, event.Decided{Approve: true, By: d.Rule, Why: "the owner gave standing leave for it"})
}

// policyGrants are the grants as policy reads them.
func (x *step) policyGrants() []policy.Grant {
	out := make([]policy.Grant, len(x.Grants))
	for i, g := range x.Grants {
		out[i] = g.Grant
	}
	return out
}

// listGrants tells what may be done without asking.
func (x *step) listGrants(lang string) {
	var parts []string
	for i, g := range x.Grants {
		if g.Left > 0 {
			parts = append(parts, x.phrase(lang, "say.leave_item", "n", itoa(i+1), "what", strings.TrimRight(g.Text, "."), "left", itoa(g.Left)))
		}
	}
	if len(parts) == 0 {
		x.tell(lang, "say.no_leaves")
		return
	}
	x.tellLine(lang, state.SpokenLine{Text: strings.Join(parts, " ")})
}

// revokeSpoken takes back the grants that were named; to take one back needs no
// approval, so all that match go.
func (x *step) revokeSpoken(l consent.GrantRequest, h event.Heard) {
	lang, n := x.languageOf(h), 0
	for i, g := range slices.Clone(x.Grants) {
		text := strings.ToLower(g.Text + " " + g.Target + " " + g.ID)
		if l.Object == "" || l.Object == itoa(i+1) || strings.Contains(text, strings.ToLower(l.Object)) {
			x.record(event.Revoked{Grant: g.ID, By: string(x.origin.Channel)})
			n++
		}
	}
	if n == 0 {
		x.tell(lang, "say.no_such_leave")
		return
	}
	x.tell(lang, "say.revoked", "n", itoa(n))
}

// expire takes back what has expired. The event keeps the time: a clock that is
// set back later makes nothing valid again.
func (x *step) expire() {
	for _, g := range slices.Clone(x.Grants) {
		if !x.now().Before(g.Expires) {
			x.record(event.Revoked{Grant: g.ID, By: lapsed})
		}
	}
}

func (x *step) revoke(g *state.Grant, by string) {
	x.record(event.Revoked{Grant: g.ID, By: by})
	x.tell(x.Language, "say.revoked", "n", "1")
}

// day is a date as it is said.
func (x *step) day(lang string, t time.Time) string {
	t = t.Local()
	if lang == "ko" {
		return fmt.Sprintf("%d월 %d일 %s", t.Month(), t.Day(), [...]string{"일요일", "월요일", "화요일", "수요일", "목요일", "금요일", "토요일"}[t.Weekday()])
	}
	return t.Format("Monday, 2 January")
}
