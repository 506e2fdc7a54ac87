package core

import (
	"strings"
	"time"

	"deputy/agent/command"
	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/ground"
	"deputy/agent/hearing"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/internal/textnorm"
)

// hear works out what an utterance is: a refusal, which counts at any moment; not
// meant for Deputy; else an answer, dictation, a local verb, criticism or an order. Nothing here asks a model.
func (x *step) hear(h event.Heard) {
	h.Text, h.Heard = strings.TrimSpace(h.Text), "h"+itoa(x.LastHeardID+1)
	h.Origin = h.From()
	x.origin = h.Origin
	hearing.Finite(&h)
	whole := h
	h.Text, x.Named = x.Names.Read(h.Text)
	verb := command.Read(h.Text, h.Language)
	overlapped := !h.Typed && x.Overlaps(h)
	switch {
	case whole.Text == "" && h.Err == "" && h.Noise == "":
		return
	case x.retracted(h, verb, overlapped):
		return
	case h.Err != "":
		x.unheard(h)
		return
	case x.refused(h, whole, verb, overlapped):
		return
	case h.Noise != "":
		x.unread(h)
		return
	}
	switch {
	case overlapped && !h.Key && !x.FullDuplex:
		x.ignore(h, event.OwnVoice)
		return
	case verb == command.None && x.IsChime(h):
		x.ignore(h, event.OwnSound)
		return
	case x.Named && h.Text == "":
		x.summoned(whole)
		return
	case !x.Named && !x.Meant(h, verb, overlapped):
		x.ignore(h, event.NotAddressed)
		return
	case !x.understood(h):
		return
	case x.AnswersNothing(h, verb):
		if !h.Typed {
			x.ignore(h, event.Unasked)
			return
		}
		x.takeIn(whole)
		x.tell(x.languageOf(h), "say.nothing_asked")
		return
	}
	x.countUnnamed(h, verb)
	x.takeIn(whole)
	if a := x.Presented(); a != nil && (verb == command.None || verb == command.Cancel) {
		if x.answer(a, h, overlapped) {
			return
		}
	}
	if len(x.Queue) > 0 && verb == command.None && x.namedOne(h) {
		return
	}
	if t := x.Noting(); t != nil && x.dictated(t, h, verb) {
		return
	}
	if verb != command.None {
		x.do(verb, h)
		return
	}
	if l, ok := consent.ReadGrantRequest(h.Text, h.Language); ok {
		x.grantRequested(l, h)
		return
	}
	if x.steered(h) {
		return
	}
	if t := x.revisable(h); t != nil {
		x.revise(t, h)
		return
	}
	if !h.Typed && !h.Key && h.Confidence > 0 && h.Confidence < hearing.LeastConfidence {
		x.mumbled(h)
		x.presentNext() // what was set aside for it comes back
		return
	}
	x.order(h)
}

// mumbled asks for an order again that was not understood; a scrap of a word or
// two is nobody's order and gets no answer.
func (x *step) mumbled(h event.Heard) {
	if len(strings.Fields(h.Text)) > 2 {
		x.tell(x.languageOf(h), "say.not_understood")
	}
}

// understood says whether the utterance is in a language that Deputy takes
// orders in, and tells the speaker if it isn't.
func (x *step) understood(h event.Heard) bool {
	other := h.Foreign && !h.Key && x.Presented() == nil // the answer to an ask is read, though it approves nothing
	if h.Typed || !other && (h.Language == "en" || h.Language == "ko" || h.Language == "") {
		return true
	}
	if x.Noting() != nil {
		return true // a note takes any language
	}
	x.ignore(h, event.Foreign)
	x.tell(x.Language, "say.language")
	return false
}

// unheard tells the speaker that the recogniser failed, unless what it failed at
// may have been Deputy's own voice: that would go on for ever.
func (x *step) unheard(h event.Heard) {
	x.record(h)
	if !x.Speaking(h.Began, h.Ended) && !x.IsChime(h) {
		x.tell(x.Language, "err.not_heard", "why", h.Err)
	}
}

// order opens a task.
func (x *step) order(h event.Heard) {
	lang := x.languageOf(h)
	o := ground.Read(x.State, x.At, x.Room.Revisable, h.Text)
	x.record(event.TaskOpened{
		Task: x.newTask(), Order: h.Text, Language: lang, Scope: policy.Scope(h.Text, lang), Before: o.Before, Private: o.Private, Prompt: o.Prompt,
	})
	t := x.Tasks["t"+itoa(x.LastTask)]
	t.Tools = x.Rules.Tools
	x.think(t)
	x.acknowledge(t, h)
}

func (x *step) newTask() string { return "t" + itoa(x.LastTask+1) }

// languageOf is the language to answer in.
func (x *step) languageOf(h event.Heard) string {
	if h.Language == "en" || h.Language == "ko" {
		return h.Language
	}
	if textnorm.HasHangul(h.Text) {
		return "ko"
	}
	return x.Language
}

// revisable is the task that the utterance criticises; nil if it is an order of
// its own.
func (x *step) revisable(h event.Heard) *state.Task {
	if !command.IsRevision(h.Text) {
		return nil
	}
	return x.YoungestSince(x.At, x.Room.Revisable, func(t *state.Task) bool { return t.Status == event.Done && len(t.Messages) > 0 })
}

func (x *step) revise(t *state.Task, h event.Heard) {
	x.record(event.TaskRevised{Task: t.ID, Order: h.Text, Scope: policy.Scope(h.Text, t.Language)})
	t.Tools = x.Rules.Tools
	x.think(t)
	x.acknowledge(t, h)
}

// dictated puts what was said into the open note; false if it is a verb that a
// note leaves to the desk.
func (x *step) dictated(t *state.Task, h event.Heard, v command.Verb) bool {
	switch v {
	case command.EndNote, command.Stop, command.Cancel:
		x.record(event.TaskClosed{Task: t.ID, Status: event.Done, Text: x.phrase(t.Language, "say.note_closed")})
		x.report(t)
		return true
	case command.None:
		n := len(t.Calls) + 1
		call := command.NoteCall(n, h.Text)
		x.record(event.Dictated{Task: t.ID, Call: call})
		x.intend(event.Plan{Task: t.ID, Turn: n, Calls: []model.Call{call}})
		return true
	}
	return false
}

// Beginning is all of the next order's prompt but the order. It changes nothing.
func (r *Rules) Beginning(s *state.State, at time.Time) model.Prompt {
	return model.Prompt{System: r.System, Tools: r.Tools, Messages: ground.Read(s, at, r.revisableFor(), "").Messages()}
}
