package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/cmd/internal/cmdtest"
)

// A crashRow counts what came of all the crashes of one kind of tool.
type crashRow struct {
	tool  string
	level policy.Level
	// mu guards the counts: the crashes are tried side by side.
	mu      sync.Mutex
	appends int // boundaries: the journal is written so often
	events  int // in those appends
	kills   int
	twice   int // it happened more often than the owner wanted
	lost    int // an accepted order came to nothing, unasked and untold
	asked   int // the owner was asked whether it may be done again
	yes     int // of these, it was wanted again and was done again
}

// TestCrashTable kills a real desk with SIGKILL around every append to its journal
// and around its effect, starts another on the same folder until nothing is left
// to do, and counts what arrived outside: never twice but where the owner said so,
// never lost, and what can't be known is asked.
func TestCrashTable(t *testing.T) {
	t.Parallel()
	tools := []struct {
		name   string
		repeat tool.Repeat
	}{{"idempotent", tool.Idempotent}, {"checkable", tool.Checkable}, {"opaque", tool.Opaque}}
	var rows []*crashRow
	t.Run("crashes", func(t *testing.T) {
		for _, tool := range tools {
			for _, level := range []policy.Level{policy.Draft, policy.Commit} {
				row := &crashRow{tool: tool.name, level: level}
				rows = append(rows, row)
				t.Run(tool.name+" "+level.String(), func(t *testing.T) {
					t.Parallel()
					row.fill(t, crashJob{Repeat: tool.repeat, Level: level})
				})
			}
		}
	})
	table := fmt.Sprintf("\n%-11s %-9s %8s %7s %6s %6s %5s %6s %6s\n",
		"tool", "level", "appends", "events", "kills", "twice", "lost", "asked", "again")
	for _, r := range rows {
		table += fmt.Sprintf("%-11s %-9s %8d %7d %6d %6d %5d %6d %6d\n",
			r.tool, r.level, r.appends, r.events, r.kills, r.twice, r.lost, r.asked, r.yes)
	}
	t.Log(table)
}

// crashing holds a token for each process that works on a job: they mostly wait.
var crashing = make(chan bool, 4*runtime.NumCPU())

// fill tries every place to die. In a second turn, unless the tests
// are to be short or watched for races, what starts after a crash that left an effect under way is
// killed as well, at every place of its own.
func (r *crashRow) fill(t *testing.T, j crashJob) {
	var firsts []crash
	for n := 1; ; n++ {
		j := j
		j.Dir, j.Crash = t.TempDir(), crash{"after", n}
		if !j.killed(t) {
			end, err := j.read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r.events = end.events
			break
		}
		firsts = append(firsts, crash{"before", n}, crash{"after", n})
		r.appends = n
	}
	if r.appends < 5 {
		t.Fatalf("the job had only %d appends", r.appends)
	}
	firsts = append(firsts, crash{Point: "before"}, crash{Point: "after"})
	var all sync.WaitGroup
	defer all.Wait()
	try := func(crashes ...crash) {
		for _, again := range []bool{false, true} {
			all.Go(func() {
				crashing <- true
				defer func() { <-crashing }()
				j := j
				j.Again = again
				r.try(t, j, crashes)
			})
		}
	}
	for _, c := range firsts {
		try(c)
	}
	if testing.Short() || cmdtest.Raced || j.Level < policy.Commit {
		return
	}
	for _, c := range []crash{{Point: "before"}, {Point: "after"}} {
		for n := 1; n <= r.appends; n++ {
			try(c, crash{"before", n})
			try(c, crash{"after", n})
		}
		try(c, crash{Point: "before"})
		try(c, crash{Point: "after"})
	}
}

// killed runs the job in a process of its own; false if it came to its end alive.
func (j crashJob) killed(t *testing.T) bool {
	arg, err := json.Marshal(j)
	if err != nil {
		t.Error(err)
		return false
	}
	out, err := exec.CommandContext(t.Context(), "crashdesk", string(arg)).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		t.Errorf("%s: %v, %s", j.Crash, err, out)
	}
	return false
}

// try crashes a job, once or twice, finishes it, and judges what came of it.
func (r *crashRow) try(t *testing.T, j crashJob, crashes []crash) {
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Error(err)
		return
	}
	j.Dir = dir
	name := fmt.Sprintf("%v, again=%v", crashes, j.Again)
	kills := 0
	for _, c := range crashes {
		j.Crash = c
		if j.killed(t) {
			kills++
		}
	}
	if kills == 0 {
		t.Errorf("%s: it was not killed", name)
	}
	left, err := j.read(t.Context())
	if err != nil {
		t.Errorf("%s: after the crash: %v", name, err)
		return
	}
	j.Crash = crash{}
	if err := j.run(t.Context()); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	end, err := j.read(t.Context())
	if err != nil {
		t.Errorf("%s: at the end: %v", name, err)
		return
	}
	r.judge(t, name, j, left, end, kills)
}

// A crashTrace is what a journal and the world tell of a job.
type crashTrace struct {
	events  int
	effects int             // that arrived outside
	tasks   map[string]bool // accepted -> closed
	asked   bool            // the owner decides at all
	again   int             // asks whether it may be done again
	failed  bool            // an effect ended with a reason why it isn't there
	flying  bool            // an effect was started and has no end
}

// read proves the journal and reads it; an empty trace if nothing was ever written.
func (j crashJob) read(ctx context.Context) (c crashTrace, err error) {
	keys, err := j.effects()
	c.effects, c.tasks = len(keys), map[string]bool{}
	if err != nil {
		return c, err
	}
	f, err := sqlite.OpenReadOnly(ctx, j.journal(), nil)
	if errors.Is(err, os.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Verify(ctx); err != nil {
		return c, err
	}
	for e, err := range f.Events(1) {
		if err != nil {
			return c, err
		}
		if err := c.take(e); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c *crashTrace) take(e journal.Event) error {
	ev, err := event.Decode(e)
	if err != nil {
		return err
	}
	c.events++
	switch b := ev.Body.(type) {
	case event.TaskOpened:
		c.tasks[b.Task] = false
	case event.TaskClosed:
		c.tasks[b.Task] = true
	case event.Asked:
		c.asked = true
		if b.Again {
			c.again++
		}
	case event.Started:
		c.flying = true
	case event.Ended:
		c.flying = false
		c.failed = c.failed || b.Err != ""
	}
	return nil
}

// judge compares what was left after the crash with what came of it in the end.
func (r *crashRow) judge(t *testing.T, name string, j crashJob, left, end crashTrace, kills int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kills += kills
	r.asked += end.again
	if end.effects > 1 {
		r.yes++
	}
	most := 1
	if j.Again {
		most += end.again
	}
	if end.effects > most {
		r.twice++
		t.Errorf("%s: it happened %d times, want at most %d", name, end.effects, most)
	}
	lost := end.effects == 0 && end.again == 0 && !end.failed
	for task := range left.tasks {
		if closed, there := end.tasks[task]; !there || !closed {
			lost = true
		}
	}
	if lost {
		r.lost++
		t.Errorf("%s: the order is lost: %+v, after the crash %+v", name, end, left)
	}
	switch {
	case j.Repeat != tool.Opaque && end.again > 0:
		t.Errorf("%s: it was asked about though the tool could tell", name)
	case j.Repeat != tool.Opaque && end.effects != 1:
		t.Errorf("%s: it happened %d times, want once", name, end.effects)
	case j.Repeat == tool.Opaque && left.flying && end.again == 0:
		t.Errorf("%s: it was not known whether it happened, and nobody was asked", name)
	case j.Repeat == tool.Opaque && left.flying && !j.Again && end.effects != left.effects:
		t.Errorf("%s: it was done again against the owner's no", name)
	}
	if j.Level >= policy.Commit && !end.asked {
		t.Errorf("%s: it was done unasked", name)
	}
}
