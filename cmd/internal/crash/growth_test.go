package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent"
	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/cmd/internal/app"
)

// grow makes a journal of n events at path, the way years of orders would.
func grow(ctx context.Context, path string, n int) (err error) {
	j, err := sqlite.Open(ctx, path, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	at := time.Now().Add(-2 * 365 * 24 * time.Hour)
	var some []journal.Event
	for task := 1; n > 0; task++ {
		for _, b := range orderOf(task) {
			body, err := json.Marshal(b)
			if err != nil {
				return err
			}
			at = at.Add(2 * time.Second)
			some = append(some, journal.Event{Time: at, Kind: b.Kind(), Task: fmt.Sprintf("t%d", task), Body: body})
		}
		if len(some) >= min(n, 10_000) {
			some = some[:min(n, len(some))]
			if err := j.Append(ctx, some...); err != nil {
				return err
			}
			n -= len(some)
			some = some[:0]
		}
	}
	return nil
}

// orderOf is one order from what was heard to its report.
func orderOf(n int) []event.Body {
	task, key := fmt.Sprintf("t%d", n), fmt.Sprintf("%032x", n)
	order := fmt.Sprintf("read the report number %d and write a summary of it", n)
	read := model.Call{ID: "c1.1", Tool: "read_file", Args: json.RawMessage(`{"path":"report.txt"}`)}
	write := model.Call{ID: "c2.1", Tool: "write_file", Args: json.RawMessage(fmt.Sprintf(`{"path":"summary-%d.txt","text":%q}`, n, strings.Repeat("Sales rose. ", 20)))}
	intended := func(c model.Call, key string, level policy.Level) event.Intended {
		return event.Intended{Task: task, Call: c.ID, Key: key, Tool: c.Tool, Target: c.Tool, Args: c.Args, Level: level, Phrase: c.Tool, Summary: "one", Rule: "level"}
	}
	return []event.Body{
		event.Heard{Text: order, Language: "en", Confidence: 0.9, Voiced: 0.9, SNR: 20},
		event.TaskOpened{Task: task, Order: order, Language: "en", Scope: policy.Draft, Prompt: order},
		event.Replied{Task: task, Turn: 1, Calls: []model.Call{read}},
		intended(read, key+"r", policy.Look), event.Started{Task: task, Key: key + "r", By: "policy"},
		event.Ended{Task: task, Key: key + "r", Text: strings.Repeat("Sales rose in the north and fell in the south. ", 20)},
		event.Replied{Task: task, Turn: 2, Calls: []model.Call{write}},
		intended(write, key+"w", policy.Draft), event.Started{Task: task, Key: key + "w", By: "policy"},
		event.Ended{Task: task, Key: key + "w", Text: "written", Produced: fmt.Sprintf("summary-%d.txt", n), Undo: json.RawMessage(`{"backup":"x"}`)},
		event.Replied{Task: task, Turn: 3, Text: "I have written the summary."},
		event.TaskClosed{Task: task, Status: event.Done, Text: "I have written the summary."},
		event.Reported{Task: task},
	}
}

// startOnce opens the journal, runs a desk on it until it answers, and ends it.
func startOnce(ctx context.Context, path string) (answered time.Duration, err error) {
	began := time.Now()
	j, err := sqlite.Open(ctx, path, nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	d := agent.NewDesk(agent.Options{Rules: core.Rules{Phrases: app.Words()}, Journal: j, Model: crashModel{}})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	viewed := make(chan error, 1)
	go func() { viewed <- d.View(ctx, func(*state.State, int) {}) }()
	select {
	case err := <-viewed:
		if err != nil {
			return 0, err
		}
	case err := <-ended:
		return 0, err
	}
	answered = time.Since(began)
	cancel()
	return answered, <-ended
}

// BenchmarkStart is what a start takes, from opening the journal to the first
// answer: first without a snapshot, then from that of a clean end.
//
//	go test ./cmd/deputy -run - -bench Start -benchtime 5x
func BenchmarkStart(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if testing.Short() && n > 1_000 {
				b.Skip("a long journal takes a minute to make")
			}
			path := filepath.Join(b.TempDir(), "journal.db")
			if err := grow(b.Context(), path, n); err != nil {
				b.Fatal(err)
			}
			first, err := startOnce(b.Context(), path)
			if err != nil {
				b.Fatal(err)
			}
			var all time.Duration
			for b.Loop() {
				took, err := startOnce(b.Context(), path)
				if err != nil {
					b.Fatal(err)
				}
				all += took
			}
			b.ReportMetric(first.Seconds(), "s/first")
			b.ReportMetric(all.Seconds()/float64(b.N), "s/start")
			if fi, err := os.Stat(path + ".snapshot.1"); err == nil {
				b.ReportMetric(float64(fi.Size())/1024, "KiB/snapshot")
			}
		})
	}
}
