package core

import "time"

// Hours are a part of every day, From to To after midnight in local time; where
// To is not after From it ends on the next day. The zero value is no time at all.
type Hours struct{ From, To time.Duration }

// presence is how long after the owner was last heard he counts as there.
const presence = 10 * time.Minute

// end says whether t is in h and when that is over.
func (h Hours) end(t time.Time) (time.Time, bool) {
	if h.From == h.To {
		return time.Time{}, false
	}
	t = t.Local()
	// As the clock shows it: a day can have 23 or 25 hours.
	at := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	next := func(day int) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day()+day, 0, int(h.To/time.Minute), 0, 0, t.Location())
	}
	switch {
	case h.From < h.To && at >= h.From && at < h.To, h.From > h.To && at < h.To:
		return next(0), true
	case h.From > h.To && at >= h.From:
		return next(1), true
	}
	return time.Time{}, false
}

// quiet says whether nothing is to be asked aloud now, and until when. An owner
// who has just spoken is awake.
func (x *step) quiet() (until time.Time, quiet bool) {
	if !x.LastHeard.IsZero() && x.At.Sub(x.LastHeard) < presence {
		return time.Time{}, false
	}
	return x.Quiet.end(x.At)
}
