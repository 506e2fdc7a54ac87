package control

import (
	"context"
	"slices"
	"time"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/agent/timing"
)

// A TaskRow is a task as it is listed.
type TaskRow struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"`
	Order    string    `json:"order"`
	Report   string    `json:"report,omitempty"`
	Produced []string  `json:"produced,omitempty"`
	Opened   time.Time `json:"opened"`
	Closed   time.Time `json:"closed,omitzero"`
	// Timing holds the turns that belong to it, oldest first, where they were asked for.
	Timing []timing.Turn `json:"timing,omitempty"`
}

// addTiming gives each task its turns.
func addTiming(rows []TaskRow, turns []timing.Turn) {
	for i := range rows {
		for _, t := range turns {
			if t.Task == rows[i].ID {
				rows[i].Timing = append(rows[i].Timing, t)
			}
		}
	}
}

// taskRows lists the open tasks and the last finished ones, or all of them.
func taskRows(s *state.State, all bool) []TaskRow {
	rows := []TaskRow{}
	for i, id := range s.Order {
		t := s.Tasks[id]
		if !all && !t.Status.Open() && i < len(s.Order)-20 {
			continue
		}
		rows = append(rows, TaskRow{
			ID: t.ID, Status: string(t.Status), Order: t.Order, Report: t.Report,
			Produced: t.Produced, Opened: t.Opened, Closed: t.Closed,
		})
	}
	return rows
}

// forgottenRows lists the tasks of the journal that are not among rows: finished
// ones that the desk has forgotten, oldest first.
func forgottenRows(ctx context.Context, j journal.Journal, rows []TaskRow) ([]TaskRow, error) {
	known := map[string]bool{}
	for _, r := range rows {
		known[r.ID] = true
	}
	at := map[string]int{}
	var old []TaskRow
	for e, err := range j.Events(1) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if e.Task == "" || known[e.Task] || e.Kind != "task.opened" && e.Kind != "task.closed" && e.Kind != "effect.ended" {
			continue
		}
		ev, err := event.Decode(e)
		if err != nil {
			return nil, err
		}
		i, there := at[e.Task]
		switch b := ev.Body.(type) {
		case event.TaskOpened:
			at[e.Task] = len(old)
			old = append(old, TaskRow{ID: b.Task, Order: b.Order, Opened: e.Time})
		case event.TaskClosed:
			if there {
				old[i].Status, old[i].Report, old[i].Closed = string(b.Status), b.Text, e.Time
			}
		case event.Ended:
			if there && b.Produced != "" && !slices.Contains(old[i].Produced, b.Produced) {
				old[i].Produced = append(old[i].Produced, b.Produced)
			}
		}
	}
	// What isn't closed was opened since rows were made.
	return slices.DeleteFunc(old, func(r TaskRow) bool { return r.Status == "" }), nil
}

// An AskRow is a waiting decision as it is listed.
type AskRow struct {
	ID      string    `json:"id"`
	Task    string    `json:"task"`
	Level   string    `json:"level"`
	Summary string    `json:"summary"`
	Text    string    `json:"text,omitempty"`
	Asked   time.Time `json:"asked"`
	Parked  bool      `json:"parked,omitempty"`
	Tool    string    `json:"tool"`
	// Args are all of the frozen arguments, Taint names those that come from others.
	Args  map[string]string `json:"args"`
	Taint map[string]string `json:"taint,omitempty"`
}

func askRows(s *state.State) []AskRow {
	rows := []AskRow{}
	for _, a := range s.Asks {
		f := s.Effects[a.Key]
		rows = append(rows, AskRow{
			ID: a.ID, Task: a.Task, Level: f.Level.String(), Summary: f.Summary, Text: a.Text, Asked: a.Asked, Parked: a.Deferred,
			Tool: f.Tool, Args: policy.Flatten(f.Args), Taint: taints(f),
		})
	}
	return rows
}

func taints(f *state.Effect) map[string]string {
	out := map[string]string{}
	for _, t := range f.Taint {
		out[t.Arg] = t.Source
	}
	return out
}

// A GrantRow is a standing permission as it is listed.
type GrantRow struct {
	ID      string            `json:"id"`
	Tool    string            `json:"tool"`
	Target  string            `json:"target"`
	Args    map[string]string `json:"args,omitempty"`
	Left    int               `json:"left"`
	Expires time.Time         `json:"expires"`
	Text    string            `json:"text"`
}

func grantRows(s *state.State) []GrantRow {
	rows := []GrantRow{}
	for _, g := range s.Grants {
		rows = append(rows, GrantRow{
			ID: g.ID, Tool: g.Tool, Target: g.Target, Args: g.Args, Left: g.Left, Expires: g.Expires, Text: g.Text,
		})
	}
	return rows
}
