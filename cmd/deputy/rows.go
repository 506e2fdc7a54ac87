package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"deputy/agent"
	"deputy/agent/journal"
	"deputy/agent/policy"
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
	Tool    string    `json:"tool"`
	// Args are all of the frozen arguments, Taint names those that come from others.
	Args  map[string]string `json:"args"`
	Taint map[string]string `json:"taint,omitempty"`
}

func askRows(s *agent.State) []askRow {
	rows := []askRow{}
	for _, a := range s.Asks {
		f := s.Effects[a.Key]
		rows = append(rows, askRow{
			ID: a.ID, Task: a.Task, Level: f.Level.String(), Summary: f.Summary, Text: a.Text, Asked: a.Asked, Parked: a.Parked,
			Tool: f.Tool, Args: policy.Flatten(f.Args), Taint: taints(f),
		})
	}
	return rows
}

func taints(f *agent.Effect) map[string]string {
	out := map[string]string{}
	for _, t := range f.Taint {
		out[t.Arg] = t.Source
	}
	return out
}

// whole writes everything that is frozen in a decision, nothing cut off: what
// could not be said in full is approved by whoever has read it here.
func (r askRow) whole(w io.Writer) {
	fmt.Fprintf(w, "%s  %s  %s  %s\n%s\n", r.ID, r.Level, r.Tool, r.Asked.Local().Format("2006-01-02 15:04"), printable(r.Text))
	for _, name := range slices.Sorted(maps.Keys(r.Args)) {
		from := ""
		if source, tainted := r.Taint[name]; tainted {
			from = " [!] " + printable(source)
		}
		fmt.Fprintf(w, "%s:%s\n", name, from)
		for line := range strings.Lines(r.Args[name]) {
			fmt.Fprintf(w, "    %s\n", printable(strings.TrimRight(line, "\r\n")))
		}
	}
}
