package state

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/tool"
)

// A day is a state made by hand, by events as the journal would hold them.
type day struct {
	s  State
	at time.Time
	n  int
}

func newDay() *day { return &day{s: Empty(), at: time.Unix(1_700_000_000, 0).UTC()} }

func (d *day) Apply(bodies ...event.Body) {
	for _, b := range bodies {
		d.at = d.at.Add(time.Millisecond)
		d.s.Apply(event.Event{At: d.at, Body: b})
	}
}

// open is a new task that has used one tool.
func (d *day) open(level policy.Level, taint ...policy.Taint) (task, key string) {
	d.n++
	task, key = fmt.Sprintf("t%d", d.n), fmt.Sprintf("k%d", d.n)
	d.Apply(
		event.TaskOpened{Task: task, Order: "do it", Language: "en", Prompt: "do it"},
		event.Replied{Task: task, Turn: 1, Calls: []model.Call{{ID: "c1.1", Tool: "write", Args: json.RawMessage(`{}`)}}},
		event.Intended{Task: task, Call: "c1.1", Key: key, Tool: "write", Target: "file" + fmt.Sprint(d.n), Level: level, Taint: taint, Args: json.RawMessage(`{}`)},
		event.Started{Task: task, Key: key},
	)
	return task, key
}

// done is a task that is finished and reported.
func (d *day) done(level policy.Level, taint ...policy.Taint) (task, key string) {
	task, key = d.open(level, taint...)
	d.Apply(event.Ended{Task: task, Key: key, Text: "done"}, event.TaskClosed{Task: task, Status: event.Done, Text: "Done."}, event.Reported{Task: task})
	return task, key
}

func TestFinishedTasksAreForgotten(t *testing.T) {
	d := newDay()
	first, _ := d.done(policy.Draft)
	reminded, timer := d.open(policy.Draft)
	d.Apply(event.Ended{Task: reminded, Key: timer, Remind: &tool.Reminder{At: d.at.Add(24 * time.Hour), Text: "tea"}}, event.TaskClosed{Task: reminded, Status: event.Done})
	running, late := d.open(policy.Draft)
	d.Apply(event.TaskClosed{Task: running, Status: event.Cancelled}) // its effect goes on
	asked, unknown := d.open(policy.Commit)
	d.Apply(event.TaskClosed{Task: asked, Status: event.Cancelled}, event.Ended{Task: asked, Key: unknown, Unknown: true}, event.Asked{Task: asked, Ask: "a1", Key: unknown, Again: true})
	waiting, _ := d.open(policy.Draft) // open all the time
	for range 3 * keepClosed {
		d.done(policy.Draft)
	}
	last, lastKey := d.done(policy.Draft)
	s := &d.s
	if s.Tasks[first] != nil {
		t.Error("the first task is still there")
	}
	for _, id := range []string{reminded, running, asked, waiting, last} {
		if s.Tasks[id] == nil {
			t.Errorf("task %s, which is needed, was forgotten", id)
		}
	}
	if n := len(s.Tasks); n < keepClosed || n > keepClosed+sweepEvery+5 {
		t.Errorf("got %d tasks, want about %d", n, keepClosed)
	}
	if len(s.Order) != len(s.Tasks) || len(s.Closed)+len(s.Active) != len(s.Tasks) || len(s.Effects) != len(s.Tasks) {
		t.Errorf("got %d in order, %d closed, %d active, %d effects for %d tasks", len(s.Order), len(s.Closed), len(s.Active), len(s.Effects), len(s.Tasks))
	}
	for _, key := range s.Latest {
		if s.Effects[key] == nil {
			t.Fatalf("effect %s can be undone and was forgotten", key)
		}
	}
	if got := s.Latest[len(s.Latest)-1]; got != lastKey {
		t.Errorf("got %s as the latest effect, want %s", got, lastKey)
	}
	// What held them back comes to its end: they go too.
	d.Apply(event.Reminded{Key: timer}, event.Ended{Task: running, Key: late, Text: "done"}, event.Decided{Task: asked, Ask: "a1", Key: unknown}, event.Ended{Task: asked, Key: unknown, Err: "not wanted"})
	for range 2 * keepClosed {
		d.done(policy.Draft)
	}
	for _, id := range []string{reminded, running, asked} {
		if s.Tasks[id] != nil {
			t.Errorf("task %s is not needed any more and still there", id)
		}
	}
	if s.Tasks[waiting] == nil || s.Active[0] != waiting {
		t.Error("an open task was forgotten")
	}
}

// TestManyThatWait: the sweep doesn't come at every step when nothing can go.
func TestManyThatWait(t *testing.T) {
	d := newDay()
	for range 2 * keepClosed {
		task, key := d.open(policy.Draft)
		d.Apply(event.Ended{Task: task, Key: key, Remind: &tool.Reminder{At: d.at, Text: "tea"}}, event.TaskClosed{Task: task, Status: event.Done})
	}
	if len(d.s.Tasks) != 2*keepClosed || d.s.Left < keepClosed {
		t.Errorf("got %d tasks and %d left by the last sweep, want all of them", len(d.s.Tasks), d.s.Left)
	}
}

func TestTalkIsForgotten(t *testing.T) {
	d := newDay()
	old, _ := d.done(policy.Draft)
	d.s.Tasks[old].Private = true
	d.Apply(event.TaskOpened{Task: "t900", Order: "x", Prompt: "x"}, event.Replied{Task: "t900", Turn: 1, Calls: []model.Call{{ID: "c1.1", Tool: "page"}}},
		event.Intended{Task: "t900", Call: "c1.1", Key: "p", Tool: "page", Untrusted: true, Source: "a page of x", Level: policy.Look}, event.Started{Task: "t900", Key: "p"},
		event.Ended{Task: "t900", Key: "p", Text: "evil"}, event.TaskClosed{Task: "t900", Status: event.Done})
	d.at = d.at.Add(KeepTalk / 2)
	d.done(policy.Draft)
	if len(d.s.Tasks[old].Messages) == 0 {
		t.Error("a conversation that can be criticised was forgotten")
	}
	d.at = d.at.Add(KeepTalk)
	d.done(policy.Draft)
	got := d.s.Tasks["t900"]
	if got.Messages != nil || got.Calls != nil || !got.Stranger || got.Source != "a page of x" {
		t.Errorf("got %+v, want only that strangers had a part in it", got)
	}
	if got := d.s.Tasks[old]; got.Messages != nil || !got.Private || got.Report != "Done." {
		t.Errorf("got %+v, want its report", got)
	}
}

// TestReopenedInItsPlace: a task that is criticised is as old as it was.
func TestReopenedInItsPlace(t *testing.T) {
	d := newDay()
	a, _ := d.open(policy.Draft)
	b, _ := d.done(policy.Draft)
	c, _ := d.open(policy.Draft)
	e, _ := d.done(policy.Draft)
	d.Apply(event.TaskRevised{Task: b, Order: "shorter"}, event.TaskRevised{Task: e, Order: "shorter"})
	if want := []string{a, b, c, e}; !reflect.DeepEqual(d.s.Active, want) || len(d.s.Closed) != 0 {
		t.Errorf("got %v open and %v closed, want %v", d.s.Active, d.s.Closed, want)
	}
	d.Apply(event.TaskClosed{Task: e, Status: event.Done}, event.TaskClosed{Task: b, Status: event.Done}, event.TaskClosed{Task: b, Status: event.Cancelled})
	if want := []string{e, b}; !reflect.DeepEqual(d.s.Closed, want) {
		t.Errorf("got %v closed, want %v", d.s.Closed, want)
	}
	if got := d.s.YoungestSince(d.at, time.Hour, func(*Task) bool { return true }); got.ID != e {
		t.Errorf("got %s as the youngest, want %s: it was ordered last", got.ID, e)
	}
}

// TestTaintsOutliveTheirTasks: a file that holds a stranger's text is that
// stranger's, however many tasks were forgotten since.
func TestTaintsOutliveTheirTasks(t *testing.T) {
	d := newDay()
	evil := policy.Taint{Source: "a page of evil.example"}
	d.done(policy.Draft, evil) // file1
	_, again := d.done(policy.Draft, policy.Taint{Source: "a mail from x"})
	d.s.Effects[again].Target = "file1" // not so in a journal; see remove below
	d.done(policy.Draft)                // file3 is clean
	d.done(policy.Look, evil)           // nothing was written
	whose := func(target, text string) string {
		f := &Effect{Intended: event.Intended{Key: "x", Private: true, Target: target}}
		w, ok := d.s.tainted(f, text)
		if !ok {
			return "clean"
		}
		return w
	}
	for range 2 {
		for _, c := range []struct{ target, text, want string }{
			{"file1", "", evil.Source}, {"file2", "", "a mail from x"}, {"file3", "", "clean"}, {"file4", "", "clean"}, {"file", "", "clean"},
			{".", "file1:3: hello", evil.Source}, {".", "a\nfile1: x\nfile2: y", "a mail from x"}, {".", "file1 hello", "clean"},
			{".", "my/file1: x", evil.Source}, {".", ":", "clean"}, {".", "", "clean"}, {".", "file3:1:x file4:2:y", "clean"},
		} {
			if got := whose(c.target, c.text); got != c.want {
				t.Errorf("%q %q: got %s, want %s", c.target, c.text, got, c.want)
			}
		}
		for range 2 * keepClosed {
			d.done(policy.Draft)
		}
	}
	if n := len(d.s.Tainted); n != 2 {
		t.Errorf("got %d tainted targets, want 2", n)
	}
}

func TestTaintIsTakenBack(t *testing.T) {
	of := func(key, target, source string) *Effect {
		return &Effect{Intended: event.Intended{Key: key, Target: target, Taint: []policy.Taint{{Source: source}}}}
	}
	s := TaintedTargets{}
	one, two, three := of("1", "a", "x"), of("2", "a", "y"), of("3", "a", "z")
	want := func(source string) {
		t.Helper()
		if got, ok := s.in("a", ""); got != source || ok != (source != "") {
			t.Errorf("got %q, want %q", got, source)
		}
	}
	s.add(one)
	s.add(two)
	s.add(three)
	want("z")
	s.remove(three)
	want("y")
	s.settle(two)
	s.remove(one) // it was forgotten with what the second wrote over it
	want("y")
	s.add(three)
	s.remove(three)
	want("y")
	s.remove(two)
	want("")
	s.remove(two)
	s.settle(one)
	if len(s) != 0 {
		t.Errorf("got %v, want nothing", s)
	}
}

// TestTaintsAreBounded: of very many tainted files the oldest are known by their
// folders, and none of them is ever taken for clean.
func TestTaintsAreBounded(t *testing.T) {
	s := TaintedTargets{}
	name := func(i int) string { return fmt.Sprintf("notes/n%d/f%d.md", i%50, i) }
	const many = 5 * maxTainted
	for i := range many {
		s.add(&Effect{Intended: event.Intended{Key: fmt.Sprint(i), Target: name(i), Taint: []policy.Taint{{Source: "evil"}}}})
		if len(s) > maxTainted {
			t.Fatalf("got %d targets after %d, want at most %d", len(s), i+1, maxTainted)
		}
	}
	for i := range many {
		if _, ok := s.in(name(i), ""); !ok {
			t.Fatalf("%s is taken for clean", name(i))
		}
		if _, ok := s.in(".", "a\n"+name(i)+":3: x"); !ok {
			t.Fatalf("%s, found by a search, is taken for clean", name(i))
		}
	}
	if _, ok := s.in("clean.md", ""); ok {
		t.Error("clean.md is taken for tainted: only folders with many are")
	}
	for i := range 3 * maxTainted { // each in a folder of its own
		s.add(&Effect{Intended: event.Intended{Key: fmt.Sprint("k", i), Target: fmt.Sprintf("d%d/f", i), Taint: []policy.Taint{{Source: "evil"}}}})
	}
	if len(s) > maxTainted+4 {
		t.Errorf("got %d targets, want about %d at most", len(s), maxTainted)
	}
}
