package main

import (
	"context"
	"slices"
	"time"

	"deputy/agent"
	"deputy/agent/journal"
)

// A taskRow is a task as it is listed.
type taskRow struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"`
	Order    string    `json:"order"`
	Report   string    `json:"report,omitempty"`
	Produced []string  `json:"produced,omitempty"`
	Opened   time.Time `json:"opened"`
	Closed   time.Time `json:"closed,omitzero"`
}

// taskRows lists the open tasks and the last finished ones, or all of them.
func taskRows(s *agent.State, all bool) []taskRow {
	rows := []taskRow{}
	for i, id := range s.Order {
		t := s.Tasks[id]
		if !all && !t.Status.Open() && i < len(s.Order)-20 {
			continue
		}
		rows = append(rows, taskRow{
			ID: t.ID, Status: string(t.Status), Order: t.Order, Report: t.Report,
			Produced: t.Produced, Opened: t.Opened, Closed: t.Closed,
		})
	}
	return rows
}

// forgottenRows lists the tasks of the journal that are not among rows: finished
// ones that the desk has forgotten, oldest first.
func forgottenRows(ctx context.Context, j journal.Journal, rows []taskRow) ([]taskRow, error) {
	known := map[string]bool{}
	for _, r := range rows {
		known[r.ID] = true
	}
	at := map[string]int{}
	var old []taskRow
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
		ev, err := agent.Decode(e)
		if err != nil {
			return nil, err
		}
		i, there := at[e.Task]
		switch b := ev.Body.(type) {
		case agent.TaskOpened:
			at[e.Task] = len(old)
			old = append(old, taskRow{ID: b.Task, Order: b.Order, Opened: e.Time})
		case agent.TaskClosed:
			if there {
				old[i].Status, old[i].Report, old[i].Closed = string(b.Status), b.Text, e.Time
			}
		case agent.Ended:
			if there && b.Produced != "" && !slices.Contains(old[i].Produced, b.Produced) {
				old[i].Produced = append(old[i].Produced, b.Produced)
			}
		}
	}
	// What isn't closed was opened since rows were made.
	return slices.DeleteFunc(old, func(r taskRow) bool { return r.Status == "" }), nil
}

// An askRow is a waiting decision as it is listed.
type askRow struct {
	ID      string    `json:"id"`
	Task    string    `json:"task"`
	Level   string    `json:"level"`
	Summary string    `json:"summary"`
	Text    string    `json:"text,omitempty"`
	Asked   time.Time `json:"asked"`
	Parked  bool      `json:"parked,omitempty"`
}

func askRows(s *agent.State) []askRow {
	rows := []askRow{}
	for _, a := range s.Asks {
		f := s.Effects[a.Key]
		rows = append(rows, askRow{
			ID: a.ID, Task: a.Task, Level: f.Level.String(), Summary: f.Summary, Text: a.Text, Asked: a.Asked, Parked: a.Parked,
		})
	}
	return rows
}
