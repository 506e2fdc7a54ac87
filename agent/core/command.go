package core

import (
	"slices"
	"strings"

	"deputy/agent/command"
	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/agent/readback"
	"deputy/agent/state"
)

// do carries out a command.
func (x *step) do(v command.Verb, h event.Heard) {
	lang := x.languageOf(h)
	switch v {
	case command.Stop:
		x.stop(lang)
	case command.Cancel:
		x.cancel(lang)
	case command.Undo:
		x.undo(lang)
	case command.Status:
		x.status(lang)
	case command.Repeat:
		x.repeat(lang)
	case command.Inbox:
		x.inbox(lang)
	case command.Grants:
		x.listGrants(lang)
	case command.Note:
		x.record(event.TaskOpened{Task: x.newTask(), Order: h.Text, Language: lang, Scope: policy.Draft, Note: true})
		x.tell(lang, "say.note_open")
	case command.EndNote:
		x.tell(lang, "say.no_note")
	}
}

// stop ends what can be heard and what runs. An ask that was just put is
// denied: whoever says stop doesn't want it done.
func (x *step) stop(lang string) {
	audible := len(x.Lines) > 0
	x.intend(event.Hush{})
	if a := x.Presented(); a != nil {
		x.decide(a, event.Decided{By: "stop", Why: "the owner said stop"})
		return
	}
	t := x.Youngest(x.Active, func(t *state.Task) bool { return t.Status == event.Working || x.lives(t) })
	switch {
	case t != nil:
		x.end(t, event.Cancelled, x.phrase(lang, "say.stopped", "order", t.Brief()))
	case !audible:
		x.tell(lang, "say.nothing_running")
	}
}

func (x *step) cancel(lang string) {
	t := x.Youngest(x.Active, func(t *state.Task) bool { return true })
	if t == nil {
		x.tell(lang, "say.nothing_running")
		return
	}
	x.end(t, event.Cancelled, x.phrase(lang, "say.cancelled", "order", t.Brief()))
}

// end closes a task, cancels what is under way for it and reports it.
func (x *step) end(t *state.Task, status event.Status, text string) {
	x.intend(event.CancelTask{Task: t.ID})
	x.callOff(t)
	x.record(event.TaskClosed{Task: t.ID, Status: status, Text: text})
	x.report(t)
	x.presentNext()
	x.startReady()
}

// report says a closed task's result, once.
func (x *step) report(t *state.Task) {
	if t.Report == "" {
		x.record(event.Reported{Task: t.ID})
		return
	}
	x.say(t.Language, state.SpokenLine{Text: t.Report, Report: t.ID})
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
			x.tell(lang, "say.cannot_undo", "what", x.in(lang).Done(f.Intended))
			return
		}
		x.intend(event.Undo{Effect: f.Intended, Undo: f.Undo})
		return
	}
	x.tell(lang, "say.nothing_to_undo")
}

func (x *step) undone(b event.Undone) {
	f := x.Effects[b.Key]
	if f == nil {
		return
	}
	x.record(b)
	if b.Err != "" {
		x.tell(x.Language, "say.undo_failed", "what", x.in(x.Language).Done(f.Intended), "why", b.Err)
		return
	}
	x.tell(x.Language, "say.undone", "what", x.in(x.Language).Done(f.Intended), "restored", b.Values["restored"], "removed", b.Values["removed"])
}

func (x *step) status(lang string) {
	var parts []string
	for _, id := range x.Active {
		t := x.Tasks[id]
		switch t.Status {
		case event.Working:
			parts = append(parts, x.phrase(lang, "say.status_working", "order", t.Brief()))
			if how := x.progress(t); how != "" {
				parts = append(parts, x.phrase(lang, "say.status_progress", "text", readback.Speakable(how, lang, 90)))
			}
		case event.Waiting:
			parts = append(parts, x.phrase(lang, "say.status_waiting", "order", t.Brief()))
		case event.Noting:
			parts = append(parts, x.phrase(lang, "say.status_noting"))
		}
	}
	if len(parts) == 0 {
		x.tell(lang, "say.nothing_running")
		return
	}
	x.tellLine(lang, state.SpokenLine{Text: strings.Join(parts, " ")})
}

// progress is what a live effect of the task said last of how far it is.
func (x *step) progress(t *state.Task) string {
	for _, key := range slices.Backward(t.Effects) {
		if f := x.Effects[key]; f.Running() && f.Progress != "" {
			return f.Progress
		}
	}
	return ""
}

// repeat says the last thing again that was heard to its end or cut short.
func (x *step) repeat(lang string) {
	if a := x.Presented(); a != nil {
		x.present(a, a.Times, a.With...)
		return
	}
	if t := x.Youngest(x.Order, func(t *state.Task) bool { return t.Report != "" }); t != nil {
		x.tellLine(t.Language, state.SpokenLine{Text: t.Report, Report: t.ID})
		return
	}
	x.tell(lang, "say.nothing_to_repeat")
}
