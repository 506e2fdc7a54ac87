package agent

import (
	"slices"
	"strings"

	"deputy/agent/policy"
)

// do carries out a verb.
func (x *step) do(v verb, h Heard) {
	lang := x.languageOf(h)
	switch v {
	case verbStop:
		x.stop(lang)
	case verbCancel:
		x.cancel(lang)
	case verbUndo:
		x.undo(lang)
	case verbStatus:
		x.status(lang)
	case verbRepeat:
		x.repeat(lang)
	case verbInbox:
		x.inbox(lang)
	case verbGrants:
		x.listGrants(lang)
	case verbNote:
		x.record(TaskOpened{Task: x.newTask(), Order: h.Text, Language: lang, Scope: policy.Draft, Note: true})
		x.tell(lang, "say.note_open")
	case verbEndNote:
		x.tell(lang, "say.no_note")
	}
}

// stop ends what can be heard and what runs. An ask that was just posed is
// denied: whoever says stop doesn't want it done.
func (x *step) stop(lang string) {
	audible := len(x.Lines) > 0
	x.intend(Hush{})
	if a := x.posed(); a != nil {
		x.decide(a, Decided{By: "stop", Why: "the owner said stop"})
		return
	}
	t := x.youngest(x.Active, func(t *Task) bool { return t.Status == Working })
	switch {
	case t != nil:
		x.end(t, Cancelled, x.phrase(lang, "say.stopped", "order", clip(t.Order, 60)))
	case !audible:
		x.tell(lang, "say.nothing_running")
	}
}

func (x *step) cancel(lang string) {
	t := x.youngest(x.Active, func(t *Task) bool { return true })
	if t == nil {
		x.tell(lang, "say.nothing_running")
		return
	}
	x.end(t, Cancelled, x.phrase(lang, "say.cancelled", "order", clip(t.Order, 60)))
}

// end closes a task, drops what runs for it and reports it.
func (x *step) end(t *Task, status Status, text string) {
	x.intend(Drop{Task: t.ID})
	x.record(TaskClosed{Task: t.ID, Status: status, Text: text})
	x.report(t)
	x.poseNext()
}

// report says a closed task's result, once.
func (x *step) report(t *Task) {
	if t.Report == "" {
		x.record(Reported{Task: t.ID})
		return
	}
	x.say(t.Language, Spoke{Text: t.Report, Report: t.ID})
}

func (x *step) undo(lang string) {
	for _, key := range slices.Backward(x.Latest) {
		f := x.Effects[key]
		if f.Undone || f.Failed {
			continue
		}
		if f.Level <= policy.Look {
			continue // nothing was changed: look further back
		}
		if f.Undo == nil {
			x.tell(lang, "say.cannot_undo", "what", x.done(lang, f))
			return
		}
		x.intend(TakeBack{Effect: f.Intended, Undo: f.Undo})
		return
	}
	x.tell(lang, "say.nothing_to_undo")
}

func (x *step) undone(b Undone) {
	f := x.Effects[b.Key]
	if f == nil {
		return
	}
	x.record(b)
	if b.Err != "" {
		x.tell(x.Language, "say.undo_failed", "what", x.done(x.Language, f), "why", b.Err)
		return
	}
	x.tell(x.Language, "say.undone", "what", x.done(x.Language, f), "restored", b.Values["restored"], "removed", b.Values["removed"])
}

// done names an effect in the owner's words: "wrote rent.txt".
func (x *step) done(lang string, f *Effect) string {
	if f.Phrase == "" {
		return f.Summary
	}
	values := map[string]string{}
	for name, v := range f.Values {
		values[name] = speakable(v, lang, sayDecisive)
	}
	return x.Phrases.Phrase(lang, "done."+f.Phrase, values)
}

func (x *step) status(lang string) {
	var parts []string
	for _, id := range x.Active {
		t := x.Tasks[id]
		switch t.Status {
		case Working:
			parts = append(parts, x.phrase(lang, "say.status_working", "order", clip(t.Order, 60)))
		case Waiting:
			parts = append(parts, x.phrase(lang, "say.status_waiting", "order", clip(t.Order, 60)))
		case Noting:
			parts = append(parts, x.phrase(lang, "say.status_noting"))
		}
	}
	if len(parts) == 0 {
		x.tell(lang, "say.nothing_running")
		return
	}
	x.tellLine(lang, Spoke{Text: strings.Join(parts, " ")})
}

// repeat says the last thing again that was heard to its end or cut short.
func (x *step) repeat(lang string) {
	if a := x.posed(); a != nil {
		x.pose(a, a.Posings, a.With...)
		return
	}
	if t := x.youngest(x.Order, func(t *Task) bool { return t.Report != "" }); t != nil {
		x.tellLine(t.Language, Spoke{Text: t.Report, Report: t.ID})
		return
	}
	x.tell(lang, "say.nothing_to_repeat")
}
