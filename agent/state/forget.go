package state

import (
	"maps"
	"slices"
	"time"

	"deputy/agent/event"
)

// What is finished is forgotten by and by, so that the state stays as large as
// what is going on: the journal has all of it. What decides goes by journaled
// events alone, so that a fold forgets the same.
const (
	// keepClosed is how many finished tasks are remembered, with their effects.
	keepClosed = 500
	// KeepTalk is how long a finished task's conversation is.
	KeepTalk = time.Hour
	// sweepEvery is after how many more finished tasks it is looked what to forget.
	sweepEvery = 64
)

// closeTask ends a task and what waits for the owner in it.
func (s *State) closeTask(at time.Time, b event.TaskClosed) {
	t := s.Tasks[b.Task]
	// As precise as the journal, so that a fold finds the same time.
	t.Status, t.Report, t.Closed, t.Open = b.Status, b.Text, at.UTC().Truncate(time.Microsecond), nil
	for _, key := range t.Ended {
		s.Effects[key].Told = true
	}
	t.Ended = nil
	s.dropAsks(func(a *Ask) bool { return a.Task == t.ID })
	maps.DeleteFunc(s.Delayed, func(_ string, h event.EffectDelayed) bool { return h.Task == t.ID })
	s.Active, s.Closed = without(s.Active, t.ID), append(without(s.Closed, t.ID), t.ID)
	s.sweep(t.Closed)
}

// reopen takes a finished task up again, in its old place.
func (s *State) reopen(t *Task) {
	s.Closed = without(s.Closed, t.ID)
	if !slices.Contains(s.Active, t.ID) {
		i := slices.IndexFunc(s.Active, func(id string) bool { return Number(id) > Number(t.ID) })
		if i < 0 {
			i = len(s.Active)
		}
		s.Active = slices.Insert(s.Active, i, t.ID)
	}
	t.Calls = map[string]int{}
}

// without is ids but for one, which is most often among the last.
func without(ids []string, id string) []string {
	for i := len(ids) - 1; i >= 0; i-- {
		if ids[i] == id {
			return slices.Delete(ids, i, i+1)
		}
	}
	return ids
}

// dropAsks takes asks off the queue.
func (s *State) dropAsks(which func(*Ask) bool) {
	s.Asks = slices.DeleteFunc(s.Asks, func(a *Ask) bool {
		if !which(a) {
			return false
		}
		s.Effects[a.Key].Asking = false
		return true
	})
}

// sweep forgets what is finished: conversations that can't be criticised any more,
// and the oldest tasks beyond keepClosed for which nothing waits.
func (s *State) sweep(at time.Time) {
	if len(s.Closed) < s.Left+sweepEvery && !s.Swept.IsZero() && at.Sub(s.Swept) < KeepTalk {
		return
	}
	excess := len(s.Closed) - keepClosed
	var old []*Task
	for _, id := range s.Closed {
		t := s.Tasks[id]
		if len(old) < excess && !s.Waits(t) {
			old = append(old, t)
		} else if at.Sub(t.Closed) > KeepTalk {
			t.Messages, t.Calls, t.Trusted = nil, nil, nil
		}
	}
	s.Forget(old...)
	s.Left, s.Swept = len(s.Closed), at
}

// Waits says whether a finished task is still needed: for an effect that has not
// ended, a decision about one, or a reminder.
func (s *State) Waits(t *Task) bool {
	return slices.ContainsFunc(t.Effects, func(key string) bool {
		f := s.Effects[key]
		_, timed := s.Timers[key]
		return timed || f.Asking || f.Started && !f.Ended && !f.Unknown
	})
}

// Forget drops tasks with their effects, and whatever names those.
func (s *State) Forget(tasks ...*Task) {
	if len(tasks) == 0 {
		return
	}
	for _, t := range tasks {
		for _, key := range t.Effects {
			s.Tainted.settle(s.Effects[key])
			delete(s.Effects, key)
			delete(s.Delayed, key)
			delete(s.Timers, key)
		}
		delete(s.Tasks, t.ID)
	}
	// Made anew: whoever goes through the old ones must not see them change.
	task := func(id string) bool { return s.Tasks[id] == nil }
	s.Order, s.Closed = slices.DeleteFunc(slices.Clone(s.Order), task), slices.DeleteFunc(slices.Clone(s.Closed), task)
	s.Latest = slices.DeleteFunc(slices.Clone(s.Latest), func(key string) bool { return s.Effects[key] == nil })
	s.Asks = slices.DeleteFunc(slices.Clone(s.Asks), func(a *Ask) bool { return s.Effects[a.Key] == nil })
}
