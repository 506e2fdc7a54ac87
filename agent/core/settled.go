package core

import (
	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/agent/state"
)

// Question is what the owner is being asked now, in the voice's own words; nil if
// nothing is, or nothing that a voice can decide.
func Question(s *state.State) *consent.Question {
	a := s.Posed()
	if a == nil || a.Posed.IsZero() || a.Cut {
		return nil
	}
	level := s.Effects[a.Key].Level
	if level == policy.Restricted {
		return nil
	}
	return &consent.Question{Level: int(level) - int(policy.Look), Code: a.Code}
}

// Settled says whether h, as far as it was heard, is all that could be waited for: a
// bare refusal of what is being asked, or its approval with the code word. A bare yes
// is not: a "but" may follow it.
func Settled(q consent.Question, h event.Heard) bool {
	v := consent.Read(q, answerOf(h, false))
	return v.Reading == consent.Deny && v.Rest == "" || v.Reading == consent.Approve && q.Code != ""
}
