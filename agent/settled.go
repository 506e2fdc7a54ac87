package agent

import (
	"deputy/agent/consent"
	"deputy/agent/policy"
)

// question is what the owner is being asked now, in the voice's own words; nil if
// nothing is, or nothing that a voice can decide.
func (s *State) question() *consent.Question {
	a := s.posed()
	if a == nil || a.Posed.IsZero() || a.Cut {
		return nil
	}
	level := s.Effects[a.Key].Level
	if level == policy.Seal {
		return nil
	}
	return &consent.Question{Level: int(level) - int(policy.Look), Code: a.Code}
}

// Holding says whether an effect waits in its grace: whoever listens then tells
// again and again how far (Listened).
func (d *Desk) Holding() bool { return d.holding.Load() }

// Settled says whether h, as far as it was heard, is all that could be waited for:
// a bare refusal of what is being asked, or its approval with the code word. It
// decides nothing; whoever listens may take the speaker to be done sooner. A bare
// yes is not settled: a "but" may follow it.
func (d *Desk) Settled(h Heard) bool {
	q := d.asking.Load()
	if q == nil {
		return false
	}
	v := consent.Read(*q, answerOf(h, false))
	return v.Reading == consent.Deny && v.Rest == "" || v.Reading == consent.Approve && q.Code != ""
}
