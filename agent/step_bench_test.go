package agent

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/agent/tool"
)

// withTasks is a state in which so many tasks are open, with an effect under way, and
// so many finished behind them.
func withTasks(open, finished int) state.State {
	s := state.Empty()
	for n := range open + finished {
		task, key, level := fmt.Sprint("t", n+1), fmt.Sprint("k", n+1), policy.Commit
		if n >= open {
			level = policy.Draft
		}
		applyAll(&s,
			event.TaskOpened{Task: task, Order: "do it", Language: "en", Prompt: "do it"},
			event.Replied{Task: task, Turn: 1, Calls: []model.Call{{ID: "c1.1", Tool: "write", Args: json.RawMessage(`{}`)}}},
			event.Intended{Task: task, Call: "c1.1", Key: key, Tool: "write", Target: "file" + key, Level: level, Args: json.RawMessage(`{}`)},
			event.Started{Task: task, Key: key},
		)
		if n >= open {
			applyAll(&s, event.Ended{Task: task, Key: key, Text: "done"}, event.TaskClosed{Task: task, Status: event.Done, Text: "Done."}, event.Reported{Task: task})
		}
	}
	return s
}

// applyAll folds events, each a millisecond after the one before.
func applyAll(s *state.State, bodies ...event.Body) {
	for _, b := range bodies {
		at := s.Clock.Add(time.Millisecond)
		if s.Clock.IsZero() {
			at = time.Unix(1_700_000_000, 0).UTC()
		}
		s.Apply(event.Event{At: at, Body: b})
	}
}

// BenchmarkStep is one whole order (heard, planned, done, reported) and one status
// of the queue, on an empty desk and on one with much open and much finished.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct{ open, finished int }{{0, 0}, {0, 10_000}, {1_000, 0}, {1_000, 10_000}} {
		b.Run(fmt.Sprintf("%d open %d finished", c.open, c.finished), func(b *testing.B) {
			s := withTasks(c.open, c.finished)
			at := s.Clock
			for n := range c.open {
				task, ask, key := fmt.Sprint("t", n+1), fmt.Sprint("a", n+1), fmt.Sprint("k", n+1)
				applyAll(&s, event.Asked{Task: task, Ask: ask, Key: key}, event.AskDeferred{Task: task, Ask: ask})
			}
			r := &core.Rules{Phrases: wording{}, Policy: policy.Policy{Table: gadgets([]tool.Tool{gadget{name: "write"}})}, System: "s"}
			do := func(body event.Body) (intents []event.Intent) {
				at = at.Add(time.Second)
				s, _, intents = r.Step(s, event.Event{At: at, Body: body})
				for _, i := range intents {
					if say, ok := i.(event.Say); ok {
						s, _, _ = r.Step(s, event.Event{At: at, Body: event.Spoken{Line: say.Line.ID, Ended: at, Whole: true}})
					}
				}
				return intents
			}
			for b.Loop() {
				do(event.Heard{Text: "write down what we need for the weekend", Language: "en", Typed: true, Began: at, Ended: at})
				task := "t" + strconv.Itoa(s.LastTask)
				call := model.Call{ID: "c1.1", Tool: "write", Args: json.RawMessage(`{"path":"a"}`)}
				do(event.Replied{Task: task, Turn: 1, Calls: []model.Call{call}})
				for _, i := range do(event.Planned{Task: task, Turn: 1, Call: call, Action: tool.Action{Tool: "write", Target: "a", Args: call.Args, Level: policy.Draft}}) {
					if i, ok := i.(event.Execute); ok {
						do(event.Ended{Task: task, Key: i.Effect.Key, Text: "written"})
					}
				}
				do(event.Replied{Task: task, Turn: 2, Text: "Written."})
				do(event.TimerFired{})
				if t := s.Tasks[task]; t.Status != event.Done {
					b.Fatalf("the order is %s", t.Status)
				}
			}
		})
	}
}
