package main

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
	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/agent/policy"
	"deputy/configs/phrases"
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
func orderOf(n int) []agent.Body {
	task, key := fmt.Sprintf("t%d", n), fmt.Sprintf("%032x", n)
	order := fmt.Sprintf("read the report number %d and write a summary of it", n)
	read := agent.Call{ID: "c1.1", Tool: "read_file", Args: json.RawMessage(`{"path":"report.txt"}`)}
	write := agent.Call{ID: "c2.1", Tool: "write_file", Args: json.RawMessage(fmt.Sprintf(`{"path":"summary-%d.txt","text":%q}`, n, strings.Repeat("Sales rose. ", 20)))}
	intended := func(c agent.Call, key string, level policy.Level) agent.Intended {
		return agent.Intended{Task: task, Call: c.ID, Key: key, Tool: c.Tool, Target: c.Tool, Args: c.Args, Level: level, Phrase: c.Tool, Summary: "one", Rule: "level"}
	}
	return []agent.Body{
		agent.Heard{Text: order, Language: "en", Confidence: 0.9, Voiced: 0.9, SNR: 20},
		agent.TaskOpened{Task: task, Order: order, Language: "en", Scope: policy.Draft, Prompt: order},
		agent.Replied{Task: task, Turn: 1, Calls: []agent.Call{read}},
		intended(read, key+"r", policy.Look), agent.Started{Task: task, Key: key + "r", By: "policy"},
		agent.Ended{Task: task, Key: key + "r", Text: strings.Repeat("Sales rose in the north and fell in the south. ", 20)},
		agent.Replied{Task: task, Turn: 2, Calls: []agent.Call{write}},
		intended(write, key+"w", policy.Draft), agent.Started{Task: task, Key: key + "w", By: "policy"},
		agent.Ended{Task: task, Key: key + "w", Text: "written", Produced: fmt.Sprintf("summary-%d.txt", n), Undo: json.RawMessage(`{"backup":"x"}`)},
		agent.Replied{Task: task, Turn: 3, Text: "I have written the summary."},
		agent.TaskClosed{Task: task, Status: agent.Done, Text: "I have written the summary."},
		agent.Reported{Task: task},
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
	d := agent.NewDesk(agent.Options{Rules: agent.Rules{Phrases: phrases.Embedded()}, Journal: j, Model: crashModel{}})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	viewed := make(chan error, 1)
	go func() { viewed <- d.View(ctx, func(*agent.State, int) {}) }()
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
