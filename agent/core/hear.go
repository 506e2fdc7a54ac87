package core

import (
	"regexp"
	"strings"
	"time"

	"deputy/agent/command"
	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/hearing"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/state"
)

// hear works out what an utterance is: an answer, a local verb, dictation,
// criticism of what was just done, or a new order. Nothing here asks a model.
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
	a := x.around(h.Text)
	x.record(event.TaskOpened{
		Task: x.newTask(), Order: h.Text, Language: lang, Scope: policy.Scope(h.Text, lang), Before: a.before, Private: a.private, Prompt: a.prompt,
	})
	t := x.Tasks["t"+itoa(x.LastTask)]
	t.Tools = x.Rules.Tools
	x.think(t)
	x.acknowledge(t, h)
}

// surroundings are an order as the model is given it.
type surroundings struct {
	before  *model.Message // goes before it; nil if nothing does
	private bool
	prompt  string
}

// around puts what the model must know before the order and not after it, so that
// it can be read while the order is being spoken.
func (x *step) around(order string) (a surroundings) {
	now := "now: " + x.At.Local().Format("Monday 2006-01-02 15:04")
	switch t := x.taskBefore(order); {
	case t == nil:
	case t.Stranger:
		// What strangers had a part in stands by itself, and as theirs.
		a.before = &model.Message{Role: model.User, Text: result(t), Untrusted: true, Source: t.Source}
		a.private = t.Private
	default:
		now += "; " + result(t)
		a.private = t.Private
	}
	a.prompt = "(" + now + ")\n\n" + order
	return a
}

func (x *step) newTask() string { return "t" + itoa(x.LastTask+1) }

// languageOf is the language to answer in.
func (x *step) languageOf(h event.Heard) string {
	if h.Language == "en" || h.Language == "ko" {
		return h.Language
	}
	for _, r := range h.Text {
		if r >= 0xAC00 && r <= 0xD7A3 {
			return "ko"
		}
	}
	return x.Language
}

// backwards are the words of an order that speaks of something before it.
var backwards = regexp.MustCompile(`(?i)\b(?:it|that|this|those|these|them|him|her|same|again|above|instead|summary|result|answer|page|which)\b|그거|그것|그걸|그게|그 |이거|이것|이걸|이 |저거|방금|아까|다시|같은|거기|결과|요약|위에|위의`)

// taskBefore is the task that the owner may speak of without naming it; nil if
// there is none. One that strangers had a part in is that only for an order that
// does speak of something: all that comes of it is doubted then.
func (x *step) taskBefore(order string) *state.Task {
	return x.YoungestSince(x.At, x.Room.Revisable, func(t *state.Task) bool {
		return t.Status == event.Done && (!t.Stranger || backwards.MatchString(order))
	})
}

// result is what the next order's model must know of the task.
func result(t *state.Task) string {
	s := "the order before: " + clip(t.Order, 120)
	if t.Report != "" {
		s += "; its result: " + clip(t.Report, 200)
	}
	if len(t.Files) > 0 {
		s += "; its file: " + strings.Join(t.Files, ", ")
	}
	return s
}

// clip cuts a text to at most n runes.
func clip(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n]) + "..."
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
	x := &step{Room: r.room(s, at), Rules: r}
	a := x.around("")
	p := model.Prompt{System: r.System, Tools: r.Tools}
	if a.before != nil {
		p.Messages = append(p.Messages, *a.before)
	}
	p.Messages = append(p.Messages, model.Message{Role: model.User, Text: a.prompt})
	return p
}
