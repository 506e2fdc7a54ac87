package agent

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"deputy/agent/policy"
)

// BenchmarkStep is one whole order (heard, planned, done, reported) and one status
// of the queue, on an empty desk and on one with much open and much finished.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct{ open, finished int }{{0, 0}, {0, 10_000}, {1_000, 0}, {1_000, 10_000}} {
		b.Run(fmt.Sprintf("%d open %d finished", c.open, c.finished), func(b *testing.B) {
			d := newDay()
			for range c.finished {
				d.done(policy.Draft)
			}
			for range c.open {
				task, key := d.open(policy.Commit)
				d.apply(Asked{Task: task, Ask: "a" + itoa(d.n), Key: key}, Parked{Task: task, Ask: "a" + itoa(d.n)})
			}
			r := &Rules{Phrases: wording{}, Policy: policy.Policy{Table: gadgets([]Tool{gadget{name: "write"}})}, System: "s"}
			s := d.s
			do := func(body Body) (intents []Intent) {
				d.at = d.at.Add(time.Second)
				s, _, intents = r.Step(s, Event{At: d.at, Body: body})
				for _, i := range intents {
					if say, ok := i.(Say); ok {
						s, _, _ = r.Step(s, Event{At: d.at, Body: Spoken{Line: say.Line.ID, Ended: d.at, Whole: true}})
					}
				}
				return intents
			}
			for b.Loop() {
				do(Heard{Text: "write down what we need for the weekend", Language: "en", Typed: true, Began: d.at, Ended: d.at})
				task := "t" + itoa(s.LastTask)
				call := Call{ID: "c1.1", Tool: "write", Args: json.RawMessage(`{"path":"a"}`)}
				do(Replied{Task: task, Turn: 1, Calls: []Call{call}})
				for _, i := range do(Planned{Task: task, Turn: 1, Call: call, Action: Action{Tool: "write", Target: "a", Args: call.Args, Level: policy.Draft}}) {
					if i, ok := i.(Do); ok {
						do(Ended{Task: task, Key: i.Effect.Key, Text: "written"})
					}
				}
				do(Replied{Task: task, Turn: 2, Text: "Written."})
				do(Woke{})
				if t := s.Tasks[task]; t.Status != Done {
					b.Fatalf("the order is %s", t.Status)
				}
			}
		})
	}
}
