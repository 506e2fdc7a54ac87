package main

import (
	"time"

	"deputy/agent"
	"deputy/agent/trace"
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
	// Timing holds the turns that belong to it, oldest first, where they were asked for.
	Timing []trace.Turn `json:"timing,omitempty"`
}

// addTiming gives each task its turns.
func addTiming(rows []taskRow, turns []trace.Turn) {
	for i := range rows {
		for _, t := range turns {
			if t.Task == rows[i].ID {
				rows[i].Timing = append(rows[i].Timing, t)
			}
		}
	}
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
