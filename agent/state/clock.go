package state

import "time"

// setClock moves what was said lately to the clock that was set, so that it is as
// long ago as it was.
func (s *State) setClock(at time.Time, by time.Duration) {
	move := func(t *time.Time) {
		if !t.IsZero() {
			*t = t.Add(by)
		}
	}
	for id, l := range s.Lines {
		move(&l.Began)
		s.Lines[id] = l
	}
	for i := range s.Said {
		move(&s.Said[i].Began)
		move(&s.Said[i].Ended)
	}
	for id, u := range s.Speech {
		move(&u.Began)
		move(&u.Told)
		s.Speech[id] = u
	}
	move(&s.Listened)
	move(&s.Chimed.Began)
	move(&s.Chimed.Ended)
	move(&s.Called)
	s.notAhead(at)
}

// notAhead lets no time lie ahead of now from which something is counted.
func (s *State) notAhead(at time.Time) {
	at = at.UTC().Truncate(time.Microsecond) // as precise as the journal
	back := func(t *time.Time) {
		if t.After(at) {
			*t = at
		}
	}
	back(&s.LastHeard)
	back(&s.Swept)
	for _, t := range s.Tasks {
		back(&t.Closed)
	}
}
