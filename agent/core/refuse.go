package core

import (
	"deputy/agent/command"
	"deputy/agent/consent"
	"deputy/agent/event"
)

// refused takes a no or a wait to what is being asked, and a stop, in whatever state
// Deputy is: however badly it was heard, in whatever language, over Deputy's own voice.
// Whatever else is looked at in an utterance comes after this, so that no doubt
// about it loses a refusal. whole is h with the name before it.
func (x *step) refused(h, whole event.Heard, v command.Verb, overlapped bool) bool {
	a, own := x.Presented(), overlapped && !h.Key && !x.FullDuplex
	switch {
	case a != nil && (v == command.None || v == command.Cancel) && !(own && x.OwnWords(h)):
		if r := x.Read(a, h, overlapped).Reading; r != consent.Deny && (r != consent.Later || !consent.Refuses(h.Text)) {
			return false
		}
		x.takeIn(whole)
		return x.answer(a, h, overlapped)
	case a == nil && own && v != command.Stop:
		return x.hushed(h, whole)
	case v != command.Stop && v != command.Cancel, !x.Named && !x.Meant(h, v, overlapped):
		return false
	}
	x.takeIn(whole)
	if t := x.Noting(); t != nil && a == nil {
		return x.dictated(t, h, v)
	}
	x.do(v, h)
	return true
}

// hushed takes a no or a wait that is said into a report for what it is: nobody wants to hear
// it. Deputy says "no" itself at times, which must not end what it says.
func (x *step) hushed(h, whole event.Heard) bool {
	if !consent.Refuses(h.Text) || consent.Echoes(h.Text, x.Saying(h)) {
		return false
	}
	x.takeIn(whole)
	x.intend(event.Hush{})
	return true
}
