package core

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"deputy/agent/event"
	"deputy/agent/history"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/agent/tool"
)

// think asks the model for a task's next turn, or gives the task up if it has
// had its share of them: a small model wanders.
func (x *step) think(t *state.Task) {
	if n := t.Turn - t.Revised; n >= cmp.Or(x.Steps, 12) {
		x.end(t, event.Failed, x.phrase(t.Language, "say.step_limit", "n", itoa(n), "order", t.Brief()))
		return
	}
	tools := t.Tools
	if tools == nil { // it was begun before the desk was
		tools = x.Rules.Tools
	}
	x.record(event.Thinking{Task: t.ID, Turn: t.Turn + 1})
	x.intend(event.Think{Task: t.ID, Turn: t.Turn + 1, Prompt: model.Prompt{System: x.System, Tools: tools, Messages: history.Trim(t.Messages, x.budget()), Language: t.Language}})
}

// current is the task if the model's turn is still wanted.
func (x *step) current(task string, turn int) *state.Task {
	t := x.Tasks[task]
	if t == nil || t.Status != event.Working || len(t.Open) > 0 || turn != t.Turn+1 {
		return nil
	}
	return t
}

// sentence speaks a piece of the reply while the rest is written.
func (x *step) sentence(b event.Sentence) {
	t := x.current(b.Task, b.Turn)
	if t == nil {
		return
	}
	t.Speech++
	x.record(b)
	x.say(t.Language, state.SpokenLine{Text: b.Text, Task: t.ID})
}

// reply takes the model's finished turn.
func (x *step) reply(b event.Replied) {
	t := x.current(b.Task, b.Turn)
	if t == nil {
		return
	}
	spoken := t.Speech > 0
	x.record(b)
	switch {
	case b.Malformed && t.Mends < 2:
		x.record(event.RetryRequested{Task: t.ID, Text: "Your last reply could not be used: " + b.Err + " Write it again, correctly."})
		x.think(t)
	case b.Malformed:
		x.end(t, event.Failed, x.phrase(t.Language, "say.malformed", "order", t.Brief()))
	case b.Err != "":
		x.end(t, event.Failed, x.phrase(t.Language, "say.model_failed", "why", b.Err))
	case len(b.Calls) == 0:
		x.finish(t, b.Text, spoken)
	default:
		x.calls(t, b)
	}
}

// finish closes a task with what the model said at the end.
func (x *step) finish(t *state.Task, text string, spoken bool) {
	text = strings.TrimSpace(text)
	did := x.did(t, text)
	x.intend(event.CancelTask{Task: t.ID})
	x.record(event.TaskClosed{Task: t.ID, Status: event.Done, Text: cmp.Or(strings.TrimSpace(text+" "+did), x.phrase(t.Language, "say.done"))})
	switch {
	case spoken && did != "":
		x.say(t.Language, state.SpokenLine{Text: did, Report: t.ID})
	case spoken:
		// The sentences are on their way already; the report counts as heard when
		// the last of them is.
		x.reportWithLast(t)
	default:
		x.report(t)
	}
	x.presentNext()
}

// did names, in Deputy's own words, what was done in the task and is not in the
// model's text: a report must not depend on what a small model finds worth saying.
func (x *step) did(t *state.Task, text string) string {
	var parts []string
	for _, key := range t.Ended {
		f := x.Effects[key]
		if f.Undone {
			continue
		}
		if name := path.Base(f.Target); name != "." && strings.Contains(text, name) {
			continue
		}
		parts = append(parts, x.phrase(t.Language, "say.did", "what", x.in(t.Language).Done(f.Intended)))
	}
	return strings.Join(parts, " ")
}

// reportWithLast ties a task's report to the last line that is being said.
func (x *step) reportWithLast(t *state.Task) {
	id := "l" + itoa(x.LastLine)
	if l, ok := x.Lines[id]; ok {
		l.Report = t.ID
		x.Lines[id] = l
		return
	}
	x.record(event.Reported{Task: t.ID})
}

// calls sends the model's wishes to be planned, but for those that only repeat
// what was done.
func (x *step) calls(t *state.Task, b event.Replied) {
	var plan []model.Call
	for _, c := range b.Calls {
		switch n := t.Calls[c.Tool+string(c.Args)]; {
		case n > 3:
			x.end(t, event.Failed, x.phrase(t.Language, "say.wandering", "order", t.Brief()))
			return
		case n > 1 && !x.resultElided(t, c):
			x.record(event.Refused{Task: t.ID, Call: c.ID, Text: "You have already made this very call; its result stands above. Don't repeat it: go on, or reply."})
		default:
			plan = append(plan, c)
		}
	}
	if len(plan) > 0 {
		x.intend(event.Plan{Task: t.ID, Turn: b.Turn, Calls: plan})
	}
	x.advance(t)
}

// advance asks for the next turn once every call has its answer.
func (x *step) advance(t *state.Task) {
	if t.Status == event.Working && len(t.Open) == 0 && len(t.Messages) > 0 {
		x.think(t)
	}
}

// planned puts a planned action to policy: it runs, is asked for, or is refused.
func (x *step) planned(b event.Planned) {
	t := x.Tasks[b.Task]
	if t == nil || !t.Status.Open() || !t.WaitsFor(b.Call.ID) {
		return
	}
	if b.Err != "" {
		x.record(event.Refused{Task: t.ID, Call: b.Call.ID, Text: "This call can't be carried out: " + b.Err})
		if t.Status == event.Noting {
			x.tell(t.Language, "say.note_failed", "why", b.Err)
		}
		x.advance(t)
		return
	}
	x.judge(t, b.Turn, b.Call.ID, b.Action, "")
}

// judge puts an action to policy. within is the key of the live effect that asks to
// have it by itself; "" for a call of the model.
func (x *step) judge(t *state.Task, turn int, call string, a tool.Action, within string) {
	i := event.Intended{
		Task: t.ID, Call: call, Key: effectKey(x.Era, t.ID, turn, call, a.Tool, a.Args), Within: within, Live: a.Live != nil, Steerable: a.Steerable,
		Tool: a.Tool, Target: a.Target, Args: a.Args, Level: a.Level, Phrase: a.Phrase, Values: a.Values,
		Summary: a.Summary, Facts: a.Facts, Private: a.Private, Egress: a.Egress, Spends: a.Spends,
		Untrusted: a.Untrusted, Source: a.Source, Repeat: a.Repeat, GrantScope: a.GrantScope,
	}
	i.Taint = x.Policy.Table.Tainted(x.judged(i, t), x.origins(t, i))
	d := policy.Decide(x.judged(i, t), x.Policy, x.now(), x.policyGrants()...)
	i.Level, i.Rule, i.Reason, i.Why = d.Level, d.Rule, d.Reason.En, d.Reason
	if f := x.Effects[i.Key]; f != nil && x.underWay(f) {
		return // planned twice
	}
	x.record(i)
	switch d.Verdict {
	case policy.Allow:
		if id, ok := strings.CutPrefix(d.Rule, "grant: "); ok {
			x.record(event.Used{Task: t.ID, Key: i.Key, Grant: id})
		}
		x.begin(i, "policy")
	case policy.Ask:
		x.askFor(t, i.Key, false)
	default:
		// Deputy itself says it: a model may keep it to itself.
		x.tell(t.Language, "say.forbidden", "what", strings.TrimRight(x.in(t.Language).Sentence(i), ". "), "why", strings.TrimRight(d.Reason.In(t.Language), ". "))
		words := "The owner's rules forbid this: " + d.Reason.En
		x.record(event.Refused{Task: t.ID, Call: i.Call, Text: words})
		if within != "" {
			x.intend(event.AnswerEffect{Key: within, Call: call, Answer: tool.Answer{Words: words}})
			return
		}
		x.advance(t)
	}
}

// judged is the action as policy looks at it, in the task that it belongs to.
func (x *step) judged(i event.Intended, t *state.Task) policy.Action {
	s := tool.Action{Tool: i.Tool, Target: i.Target, Args: i.Args, Level: i.Level, Facts: i.Facts, Spends: i.Spends, Egress: i.Egress}.Subject(t.Scope, x.Project)
	s.Tainted, s.Private, s.Untrusted = i.Taint, t.Private, t.Stranger
	if f := x.Effects[i.Within]; f != nil { // what it has read so far is in no conversation yet
		s.Private, s.Untrusted = s.Private || f.Private, s.Untrusted || f.Untrusted
	}
	return s
}

// start has an effect, once that stands in the journal.
func (x *step) start(i event.Intended, by string) {
	if i.Within != "" {
		x.record(event.Permitted{Task: i.Task, Key: i.Key, Within: i.Within, By: by})
		x.intend(event.AnswerEffect{Key: i.Within, Call: i.Call, Answer: tool.Answer{Approved: true}})
		return
	}
	if x.Parallel > 0 && !x.Effects[i.Key].Running() && x.running() >= x.Parallel {
		x.Ready = append(x.Ready, state.ReadyEffect{Key: i.Key, By: by})
		return
	}
	x.record(event.Started{Task: i.Task, Key: i.Key, By: by})
	x.intend(event.Execute{Effect: i})
}

// ended takes an effect's result.
func (x *step) ended(b event.Ended) {
	f := x.Effects[b.Key]
	if f == nil || !f.Started || f.Ended {
		return
	}
	b.Task = f.Task
	if a := x.Presented(); a != nil && x.Effects[a.Key].Within == b.Key {
		x.intend(event.Hush{}) // what it asked for is of no use any more
	}
	x.record(b)
	t := x.Tasks[f.Task]
	defer x.startReady()
	if b.Unknown {
		if f.Cancelled {
			x.tell(t.Language, "say.cancel_unknown", "what", x.in(t.Language).Doing(f.Intended))
			return
		}
		x.askFor(t, b.Key, true)
		return
	}
	if b.Remind != nil {
		x.intend(event.Wake{At: b.Remind.At})
	}
	switch {
	case t.Status == event.Noting && b.Err != "":
		x.tell(t.Language, "say.note_failed", "why", b.Err)
	case !t.Status.Open() && f.Level > policy.Look && b.Err == "":
		// It was too late to stop this one: the owner must know.
		x.tell(t.Language, "say.done_anyway", "what", x.in(t.Language).Done(f.Intended))
	default:
		x.advance(t)
	}
}

// resultElided says whether the result of an earlier call like c has been shortened
// since, so that the model must be able to make it again. Only what looks may be
// had twice.
func (x *step) resultElided(t *state.Task, c model.Call) bool {
	var id string
	for _, m := range t.Messages {
		for _, was := range m.Calls {
			if was.ID != c.ID && was.Tool == c.Tool && bytes.Equal(was.Args, c.Args) {
				id = was.ID
			}
		}
	}
	looked := slices.ContainsFunc(t.Effects, func(key string) bool {
		f := x.Effects[key]
		return f.Call == id && f.Level == policy.Look
	})
	if id == "" || !looked {
		return false
	}
	seen := history.Trim(t.Messages, x.budget())
	return slices.ContainsFunc(t.Messages, func(m model.Message) bool { return m.Role == model.ToolRole && m.Call == id }) &&
		!slices.EqualFunc(t.Messages, seen, func(a, b model.Message) bool { return a.Call != id || a.Text == b.Text })
}

func (x *step) budget() int { return cmp.Or(x.Budget, history.DefaultBudget) }
