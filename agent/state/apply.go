package state

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/policy"
)

// KeepSaid is how long a spoken line is remembered for the echo tests.
const KeepSaid = 30 * time.Second

// Apply folds one event into the state. It decides nothing, so that an old
// journal means the same to a new version. What it speaks of may have been forgotten,
// since that goes by constants of this version: then nothing follows from it.
func (s *State) Apply(e event.Event) {
	if e.At.After(s.Clock) {
		s.Clock = e.At
	}
	if !s.knows(e.Body) {
		return
	}
	switch b := e.Body.(type) {
	case event.Repaired:
		s.Repaired, s.Era = true, e.At
		s.Grants = nil // what was used of them, or revoked, may stand in the part that was cut off
	case event.Opened:
		s.Repaired, s.Era = false, cmp.Or(s.Era, e.At)
		s.notAhead(e.At) // the clock may have been set back meanwhile
		// Whatever was being said when the last session ended was not heard.
		for _, a := range s.Asks {
			a.Line, a.Delivered, a.Times, a.Half = "", time.Time{}, 0, false
		}
		s.Queue, s.Speech, s.Listened = nil, map[int64]Utterance{}, time.Time{}
	case event.Heard:
		s.LastHeardID = max(s.LastHeardID, Number(b.Origin.Heard))
		if b.Ignored == "" && b.Err == "" && b.Text != "" {
			s.LastHeard = e.At
			if b.Language == "en" || b.Language == "ko" {
				s.Language = b.Language
			}
		}
	case event.Ignored:
		s.Overheard++
	case event.Overheard:
		s.Overheard = 0
	case event.TaskOpened:
		s.openTask(e.At, b)
	case event.Dictated:
		t := s.Tasks[b.Task]
		t.called(b.Call.ID)
		t.Open = append(t.Open, b.Call)
	case event.TaskRevised:
		t := s.Tasks[b.Task]
		s.reopen(t)
		t.Status, t.Scope, t.Reported = event.Working, max(t.Scope, b.Scope), false
		t.Revised = t.Turn // turns count on: a call made again is another one
		t.Orders, t.Origin = append(t.Orders, b.Order), b.Origin
		t.note(model.Message{Role: model.User, Text: b.Order})
	case event.TaskClosed:
		s.closeTask(e.At, b)
	case event.Reported:
		s.Tasks[b.Task].Reported = true
	case event.Replied:
		s.applyReply(b)
	case event.Refused:
		s.answerCall(b.Task, &Effect{Intended: event.Intended{Call: b.Call}}, b.Text, b.Owner)
	case event.RetryRequested:
		t := s.Tasks[b.Task]
		t.Mends++
		t.note(model.Message{Role: model.User, Text: b.Text})
	case event.Intended:
		if t := s.Tasks[b.Task]; s.Effects[b.Key] == nil {
			t.Effects = append(t.Effects, b.Key)
		}
		s.Effects[b.Key] = &Effect{Intended: b}
	case event.Asked:
		s.applyAsked(b)
	case event.AskPresented:
		if b.Code != "" {
			s.LastCode = b.Code
		}
		if a := s.Ask(b.Ask); a != nil {
			a.Line, a.Text, a.Code, a.Delivered, a.Begun, a.Deferred = b.Line, b.Text, b.Code, time.Time{}, e.At, false
			a.Times, a.With, a.Until, a.Cut = b.Times, b.With, time.Time{}, b.Cut
			a.Half = b.Half
		}
		s.Queue = nil
	case event.Explained:
		if a := s.Ask(b.Ask); a != nil {
			a.Part = b.Part
		}
	case event.AskDelivered:
		if a := s.Ask(b.Ask); a != nil {
			a.Delivered = b.At
		}
	case event.AskSuspended:
		if a := s.Ask(b.Ask); a != nil {
			a.Line, a.Delivered = "", time.Time{}
		}
	case event.AskDeferred:
		if a := s.Ask(b.Ask); a != nil {
			a.Deferred, a.Line, a.Delivered, a.Until, a.With = true, "", time.Time{}, b.Until, nil
		}
	case event.AskResumed:
		if a := s.Ask(b.Ask); a != nil {
			a.Deferred, a.Times, a.Until = false, 0, time.Time{}
		}
	case event.QueueRead:
		s.Queue = b.Asks
	case event.Decided:
		s.dropAsks(func(a *Ask) bool { return a.ID == b.Ask })
		t := s.Tasks[b.Task]
		if t == nil {
			break
		}
		if t.Status == event.Waiting && !s.Asking(b.Task) {
			t.Status = event.Working
		}
		if b.Rest != "" {
			t.Orders = append(t.Orders, b.Rest) // the owner's words, as good as the order's
		}
	case event.EffectDelayed:
		s.Delayed[b.Key] = b
	case event.Retracted:
		delete(s.Delayed, b.Key)
	case event.Granted:
		s.LastGrant = max(s.LastGrant, Number(b.Grant.ID))
		s.Grants = append(s.Grants, &Grant{Grant: b.Grant, Text: b.Text})
	case event.Used:
		if g := s.Grant(b.Grant); g != nil {
			g.Left--
		}
	case event.Revoked:
		s.Grants = slices.DeleteFunc(s.Grants, func(g *Grant) bool { return g.ID == b.Grant })
	case event.Permitted:
		s.Effects[b.Key].Permitted = true
		delete(s.Delayed, b.Key)
	case event.Steered:
		s.Tasks[b.Task].Orders = append(s.Tasks[b.Task].Orders, b.Text)
	case event.CancelRequested:
		s.Effects[b.Key].Cancelled = true
	case event.Progressed:
		s.Effects[b.Key].Progress = b.Text
	case event.Started:
		delete(s.Delayed, b.Key)
		f := s.Effects[b.Key]
		f.Started, f.Ended, f.Unknown = true, false, false
	case event.Ended:
		s.applyEnd(e.At, b)
	case event.Undone:
		if f := s.Effects[b.Key]; b.Err == "" {
			f.Undone = true
			s.Tainted.remove(f)
			if t := s.Tasks[f.Task]; len(t.Messages) > 0 {
				t.note(model.Message{Role: model.User, Text: "(the owner has taken back: " + f.Summary + ")"})
			}
		}
	case event.ClockSet:
		s.setClock(e.At, b.By)
	case event.Reminded:
		delete(s.Timers, b.Key)
	case event.Chimed:
		s.Chimed = b
	case event.Speaking:
		if l, ok := s.Lines[b.Line]; ok {
			l.Began = b.At
			s.Lines[b.Line] = l
		}
	case event.Spoken:
		if l, ok := s.Lines[b.Line]; ok {
			delete(s.Lines, b.Line)
			l.Ended, l.Whole = b.Ended, b.Whole
			s.Said = append(s.Said, l)
		}
		s.Said = slices.DeleteFunc(s.Said, func(l SpokenLine) bool { return e.At.Sub(l.Ended) > KeepSaid })
	}
}

// knows says whether the task or effect that an event can't do without is there. An
// effect is there only with its task; see forget.
func (s *State) knows(b event.Body) bool {
	switch b.(type) {
	case event.TaskOpened:
		return s.Tasks[event.TaskOf(b)] == nil
	case event.TaskRevised, event.Dictated, event.TaskClosed, event.Reported, event.Replied, event.Refused, event.RetryRequested,
		event.Intended, event.Steered:
		return s.Tasks[event.TaskOf(b)] != nil
	case event.EffectDelayed, event.Started, event.Ended, event.Undone, event.Permitted, event.CancelRequested, event.Progressed:
		return s.Effects[event.KeyOf(b)] != nil
	}
	return true
}

// applyAsked counts the ask even if nobody knows any more what it is about: no other
// may have its name.
func (s *State) applyAsked(b event.Asked) {
	s.LastAsk = max(s.LastAsk, Number(b.Ask))
	f := s.Effects[b.Key]
	if f == nil || s.Ask(b.Ask) != nil {
		return
	}
	delete(s.Delayed, b.Key)
	s.Asks = append(s.Asks, &Ask{ID: b.Ask, Task: f.Task, Key: b.Key, Again: b.Again, Asked: s.Clock})
	f.Asking = true
	if t := s.Tasks[f.Task]; t.Status == event.Working {
		t.Status = event.Waiting
	}
}

func (s *State) openTask(at time.Time, b event.TaskOpened) {
	t := &Task{
		ID: b.Task, Order: b.Order, Orders: []string{b.Order}, Origin: b.Origin, Language: b.Language, Scope: b.Scope, Status: event.Working,
		Calls: map[string]int{}, Opened: at, GrantRequest: b.GrantRequest,
	}
	switch {
	case b.Note:
		t.Status = event.Noting
	case b.GrantRequest == nil:
		if b.Before != nil {
			t.note(*b.Before)
		}
		t.note(model.Message{Role: model.User, Text: b.Prompt})
		t.Private = b.Private
	}
	s.LastTask = max(s.LastTask, Number(b.Task))
	s.Tasks[t.ID] = t
	s.Order, s.Active = append(s.Order, t.ID), append(s.Active, t.ID)
}

// called counts a call.
func (t *Task) called(call string) {
	if t.Calls == nil { // it was forgotten with the conversation
		t.Calls = map[string]int{}
	}
	t.Calls[call]++
}

// note adds to the conversation.
func (t *Task) note(m model.Message) {
	t.Messages = append(t.Messages, m)
	if m.Untrusted {
		t.Stranger, t.Source = true, m.Source
	}
}

func (s *State) applyReply(b event.Replied) {
	t := s.Tasks[b.Task]
	t.Turn, t.Speech = b.Turn, 0
	if b.Err != "" {
		if b.Text != "" {
			t.note(model.Message{Role: model.Assistant, Text: b.Text})
		}
		return
	}
	t.Mends = 0
	t.note(model.Message{Role: model.Assistant, Text: b.Text, Calls: b.Calls})
	t.Open = slices.Clone(b.Calls)
	for _, c := range b.Calls {
		t.called(c.Tool + string(c.Args))
	}
}

func (s *State) applyEnd(at time.Time, b event.Ended) {
	f := s.Effects[b.Key]
	f.Ended, f.Unknown, f.Failed = !b.Unknown, b.Unknown, b.Err != ""
	t := s.Tasks[f.Task]
	s.dropAsks(func(a *Ask) bool { return s.Effects[a.Key].Within == f.Key })
	maps.DeleteFunc(s.Delayed, func(key string, _ event.EffectDelayed) bool { return s.Effects[key].Within == f.Key })
	if t.Status == event.Waiting && !s.Asking(t.ID) {
		t.Status = event.Working
	}
	if b.Unknown {
		return
	}
	if b.Err != "" {
		s.answerCall(f.Task, f, "It failed: "+b.Err, false)
		return
	}
	f.Undo, f.Remind = b.Undo, b.Remind
	if b.Remind != nil {
		s.Timers[b.Key] = b.Remind.At
	}
	if b.Produced != "" && !slices.Contains(t.Produced, b.Produced) {
		t.Produced, t.Files = append(t.Produced, b.Produced), append(t.Files, f.Target)
	}
	if f.Level > policy.Look {
		s.Latest, t.Ended = append(s.Latest, b.Key), append(t.Ended, b.Key)
		s.Tainted.add(f)
	}
	s.answerCall(f.Task, f, b.Text, false)
}

// answerCall gives the model the answer to one of its calls, which f came of; owner
// says that it is the owner's decision.
func (s *State) answerCall(task string, f *Effect, text string, owner bool) {
	t := s.Tasks[task]
	n := len(t.Open)
	t.Open = slices.DeleteFunc(t.Open, func(c model.Call) bool { return c.ID == f.Call })
	if len(t.Open) == n || t.Status == event.Noting {
		return // a task that was closed or revised meanwhile, or a note: nobody reads it
	}
	t.Private = t.Private || f.Private
	m := model.Message{Role: model.ToolRole, Call: f.Call, Text: text, Untrusted: f.Untrusted, Source: f.Source, Owner: owner}
	if whose, ok := s.tainted(f, text); ok {
		m.Untrusted, m.Source = true, whose
	}
	if f.Key != "" && len(f.Taint) == 0 && !m.Untrusted {
		t.Trusted = append(t.Trusted, text)
	}
	t.note(m)
}

// Asking says whether the task has an open ask.
func (s *State) Asking(task string) bool {
	return slices.ContainsFunc(s.Asks, func(a *Ask) bool { return a.Task == task })
}

// Number is the counter behind an ID such as "t12".
func Number(id string) int {
	n, _ := strconv.Atoi(strings.TrimLeft(id, "abcdefghijklmnopqrstuvwxyz"))
	return n
}
