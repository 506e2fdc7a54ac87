package crash

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"deputy/agent"
	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/agent/tool"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
)

// A crash is where a desk kills itself, as kill -9 or a power cut would. The zero
// value is nowhere.
type crash struct {
	Point string `json:"point"` // "before" or "after" append N, "before" or "after" the effect "outside"
	N     int    `json:"n"`     // appends are counted from 1; 0 with "outside"
}

func (c crash) String() string {
	if c.N == 0 {
		return c.Point + " the effect outside"
	}
	return fmt.Sprintf("%s append %d", c.Point, c.N)
}

// die ends the process with no chance to tidy up.
func die() {
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// A crashJob is one order carried out by a desk on a journal in a folder.
type crashJob struct {
	Dir    string       `json:"dir"`
	Repeat tool.Repeat  `json:"repeat"`
	Level  policy.Level `json:"level"`
	// Again is the answer when it isn't known whether the effect happened.
	Again bool  `json:"again"`
	Crash crash `json:"crash"`
}

func (j crashJob) journal() string { return filepath.Join(j.Dir, "journal.db") }
func (j crashJob) outside() string { return filepath.Join(j.Dir, "outside") }

// crashChild is the whole of a process that works on a job until it is done or dead.
func crashChild() int {
	var j crashJob
	if err := json.Unmarshal([]byte(os.Args[1]), &j); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if err := j.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// run opens the journal, gives the order if none was accepted yet, answers what
// is asked, and returns when nothing is left to do.
func (j crashJob) run(ctx context.Context) (err error) {
	file, err := sqlite.Open(ctx, j.journal(), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	d := agent.NewDesk(agent.Options{
		Rules: core.Rules{
			Phrases: app.Words(), System: "test",
			Grace: time.Millisecond,
		},
		Journal: &deadlyJournal{Snapshotter: file, crash: j.Crash}, Model: crashModel{}, Tools: []tool.Tool{j.tool()},
	})
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	work := j.work(ctx, d)
	cancel()
	return errors.Join(work, <-ended)
}

// work is the owner: it orders once, and answers until the desk is at rest.
func (j crashJob) work(ctx context.Context, d *agent.Desk) error {
	ordered := false
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	answered := map[string]int{} // ask -> the posing that was answered
	for {
		var say event.Body
		rest := false
		err := d.View(ctx, func(s *state.State, busy int) {
			if len(s.Order) == 0 {
				if !ordered {
					say, ordered = control.Typed("please send the mail to finance and write it down", "en"), true
				}
				return
			}
			if busy > 0 || len(s.Lines) > 0 {
				return
			}
			for _, a := range s.Asks {
				if answered[a.ID] <= a.Times {
					say, answered[a.ID] = j.answer(a), a.Times+1
					return
				}
			}
			// A task that works while nothing is under way waits for a time that will come.
			rest = !slices.ContainsFunc(s.Order, func(id string) bool { return s.Tasks[id].Status.Open() })
		})
		if err != nil {
			return fmt.Errorf("the desk did not come to rest: %w", err)
		}
		if rest {
			return nil
		}
		if say != nil {
			d.Tell(say)
		}
		<-tick.C
	}
}

// answer approves the first time; of what may have happened already it goes by j.
func (j crashJob) answer(a *state.Ask) event.Body {
	approve := !a.Again || j.Again
	switch {
	case a.Line == "" || a.Deferred || a.Code == "":
		return event.Answered{Ask: a.ID, Approve: approve, By: "terminal"}
	case approve:
		return control.Typed("approve "+a.Code, "en")
	}
	return control.Typed("no", "en")
}

// A deadlyJournal kills its process around one append.
type deadlyJournal struct {
	journal.Snapshotter
	crash crash
	n     int
}

func (d *deadlyJournal) Append(ctx context.Context, events ...journal.Event) error {
	d.n++
	if d.crash == (crash{"before", d.n}) {
		die()
	}
	if err := d.Snapshotter.Append(ctx, events...); err != nil {
		return err
	}
	if d.crash == (crash{"after", d.n}) {
		die()
	}
	return nil
}

// A crashModel wishes for the one tool, and ends when it has an answer. It goes
// by what it is shown, so that it is the same after a restart.
type crashModel struct{}

func (crashModel) Next(_ context.Context, p model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) {
		if slices.ContainsFunc(p.Messages, func(m model.Message) bool { return m.Role == model.ToolRole }) {
			yield(model.Chunk{Text: "That is all."}, nil)
			return
		}
		yield(model.Chunk{Call: &model.Call{ID: "x", Tool: p.Tools[0].Name, Args: json.RawMessage(`{"to":"finance"}`)}}, nil)
	}
}

// A crashTool appends its key to a file outside.
type crashTool struct{ job crashJob }

// A checkableTool can look its key up as well.
type checkableTool struct{ crashTool }

func (j crashJob) tool() tool.Tool {
	if j.Repeat == tool.Checkable {
		return checkableTool{crashTool{j}}
	}
	return crashTool{j}
}

func (crashTool) Spec() tool.Spec {
	return tool.Spec{Name: "send", Description: "Send it.", Params: json.RawMessage(`{"type":"object","properties":{"to":{"type":"string"}}}`)}
}

func (c crashTool) Plan(_ context.Context, args json.RawMessage) (tool.Action, error) {
	return tool.Action{
		Tool: "send", Target: "finance", Args: args, Level: c.job.Level, Summary: "send it to finance",
		Repeat: c.job.Repeat, Do: c.do,
	}, nil
}

func (c crashTool) do(_ context.Context, key string) (tool.Result, error) {
	if c.job.Crash == (crash{Point: "before"}) {
		die()
	}
	seen, err := c.job.effects()
	if err != nil {
		return tool.Result{}, err
	}
	if c.job.Repeat != tool.Idempotent || !slices.Contains(seen, key) {
		f, err := os.OpenFile(c.job.outside(), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return tool.Result{}, err
		}
		_, err = fmt.Fprintln(f, key)
		if err = errors.Join(err, f.Close()); err != nil {
			return tool.Result{}, err
		}
	}
	if c.job.Crash == (crash{Point: "after"}) {
		die()
	}
	return tool.Result{Text: "It is sent."}, nil
}

// Check is tool.Checker's.
func (c checkableTool) Check(_ context.Context, key string, _ json.RawMessage) (bool, tool.Result, error) {
	seen, err := c.job.effects()
	return slices.Contains(seen, key), tool.Result{Text: "It is sent."}, err
}

// effects are the keys that arrived outside, in order.
func (j crashJob) effects() (keys []string, err error) {
	b, err := os.ReadFile(j.outside())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	lines := bufio.NewScanner(strings.NewReader(string(b)))
	for lines.Scan() {
		keys = append(keys, lines.Text())
	}
	return keys, err
}
