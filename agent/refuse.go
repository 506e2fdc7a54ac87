package agent

import "deputy/agent/consent"

// refused takes a no to what is being asked, and a stop, in whatever state Deputy
// is: however badly it was heard, in whatever language, over Deputy's own voice.
// Whatever else is looked at in an utterance comes after this, so that no doubt
// about it loses a refusal. whole is h with the name before it.
func (x *step) refused(h, whole Heard, v verb, overlapped bool) bool {
	own := overlapped && !h.Key && !x.FullDuplex
	a := x.posed()
	switch {
	case v != verbStop && own && (x.ownWords(h, overlapped) || a == nil):
		return false
	case a != nil && (v == verbNone || v == verbCancel):
		if x.read(a, h, overlapped).Reading != consent.Deny {
			return false
		}
		x.takeIn(whole)
		return x.answer(a, h, overlapped)
	case v != verbStop && v != verbCancel, !x.named && !x.meant(h, v, overlapped):
		return false
	}
	x.takeIn(whole)
	if t := x.noting(); t != nil && a == nil {
		return x.dictated(t, h, v)
	}
	x.do(v, h)
	return true
}

// ownWords says whether what was heard may be Deputy's own voice: it overlaps that,
// and stands in what was being said. No plain refusal is taken for it.
func (x *step) ownWords(h Heard, overlapped bool) bool {
	return overlapped && !h.Key && !x.FullDuplex && consent.Echoes(h.Text, x.audible(h.Began.Add(-x.tail()), h.Ended))
}
