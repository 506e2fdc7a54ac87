package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"
)

// apply puts what a command changed in place, or carries on with it; it takes
// all of it back if it can't.
func (s *Store) apply(id string, r *record) error {
	if r.Kind == Overlay {
		if err := s.put(id, r); err != nil {
			o, rerr := s.takeBack(id, r, true)
			rerr = errors.Join(rerr, clear(s.own, path.Join(place(id), layers)))
			return errors.Join(fmt.Errorf("what the command changed can't be put in place: %w; %s", err, o.Text()), rerr)
		}
		if err := clear(s.own, path.Join(place(id), layers)); err != nil {
			return fmt.Errorf("clear the command's layer away: %w", err)
		}
	}
	r.State, r.Bytes = applied, used(s.own, path.Join(place(id), olds))
	return s.write(id, *r)
}

// put moves what was there to the store and what the layer holds in its place.
// Each step can be seen afterwards, so that it is not done again.
func (s *Store) put(id string, r *record) error {
	upper := path.Join(place(id), layers, "upper")
	for _, c := range r.Changes { // what is closed to its owner is opened meanwhile
		if c.Before.dir() && c.After.dir() && !c.Fresh {
			if err := s.work.Chmod(c.Path, c.Before.Mode|0o700); err != nil {
				return err
			}
			if err := s.own.Chmod(path.Join(upper, c.Path), c.After.Mode|0o700); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	for _, c := range r.Changes {
		s.died()
		if c.Old > 0 {
			if err := s.moveOut(c, oldName(id, c.Old)); err != nil {
				return fmt.Errorf("keep %q: %w", c.Path, err)
			}
		}
		s.died()
		if from := path.Join(upper, c.Path); c.Fresh && there(s.own, from) {
			if err := move(s.own, from, s.work, c.Path); err != nil {
				return fmt.Errorf("%q: %w", c.Path, err)
			}
		}
	}
	for _, t := range r.Times {
		_ = s.work.Chtimes(t.Path, time.Time{}, time.Unix(0, t.After)) // a lost time harms nobody
	}
	for _, c := range slices.Backward(r.Changes) {
		if c.Before.dir() && c.After.dir() && !c.Fresh {
			if err := s.work.Chmod(c.Path, c.After.Mode); err != nil {
				return err
			}
		}
	}
	return nil
}

// moveOut puts what is at c's path into the store. A file that another one will
// replace stays where it is until then: nobody may see it missing.
func (s *Store) moveOut(c Change, to string) error {
	switch {
	case there(s.own, to):
		return nil
	case c.Before.Mode.IsRegular() && c.After != nil && !c.After.dir():
		if link(s.work, c.Path, s.own, to) == nil {
			return nil
		}
	}
	err := move(s.work, c.Path, s.own, to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // somebody else was first
	}
	return err
}
