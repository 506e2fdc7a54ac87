package control

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/journaltest"
)

// TestForgottenRows: what the desk has forgotten is listed from its journal, once.
func TestForgottenRows(t *testing.T) {
	m := &journaltest.Memory{}
	put := func(task string, b event.Body) {
		t.Helper()
		body, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Append(t.Context(), journal.Event{Time: time.Unix(9, 0), Kind: b.Kind(), Task: task, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 4 {
		task := fmt.Sprintf("t%d", i+1)
		put(task, event.TaskOpened{Task: task, Order: "order " + task})
		put(task, event.Ended{Task: task, Key: task, Produced: task + ".txt"})
		put(task, event.Ended{Task: task, Key: task, Produced: task + ".txt"})
		if i < 3 {
			put(task, event.TaskClosed{Task: task, Status: event.Done, Text: "first"})
			put(task, event.TaskClosed{Task: task, Status: event.Done, Text: "report " + task})
		}
	}
	rows, err := forgottenRows(t.Context(), m, []TaskRow{{ID: "t3"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "[t1 done order t1 report t1 [t1.txt]][t2 done order t2 report t2 [t2.txt]]"
	got := ""
	for _, r := range rows {
		got += fmt.Sprint([]any{r.ID, r.Status, r.Order, r.Report, r.Produced})
	}
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
