package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/agent/tool"
)

// coder is a tool whose effect lives.
type coder struct {
	live  func(ctx context.Context, key string, s tool.Session) (tool.Result, error)
	reads bool
}

func (coder) Spec() tool.Spec {
	return tool.Spec{Name: "code", Params: json.RawMessage(`{"type":"object"}`)}
}

func (c coder) Plan(_ context.Context, args json.RawMessage) (tool.Action, error) {
	return tool.Action{Tool: "code", Target: "here", Args: args, Level: policy.Draft, Phrase: "code", Summary: "code", Live: c.live, Steerable: true, Untrusted: c.reads, Source: "a page of strangers.example"}, nil
}

// part is what the coder wants to have by itself.
func part(name string, level policy.Level) tool.Action {
	return tool.Action{Tool: name, Target: "there", Args: json.RawMessage(`{"to":"finance"}`), Level: level, Phrase: name, Summary: name}
}

// develop begins a live effect on an order.
func (b *bench) develop(live func(ctx context.Context, key string, s tool.Session) (tool.Result, error)) {
	b.t.Helper()
	b.live = live
	b.model.replies = []event.Replied{calls("code", `{"x":"1"}`), {Text: "It is written."}}
	b.start()
	b.hear("write the program for the weekend")
}

// ends counts the ends of effects in the journal.
func (b *bench) ends() (n int) {
	for _, k := range b.kinds() {
		if k == "effect.ended" {
			n++
		}
	}
	return n
}

func TestProgressOfALiveEffect(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.develop(func(ctx context.Context, _ string, s tool.Session) (tool.Result, error) {
			for i := range 20 {
				s.Progress(fmt.Sprintf("file %d", i))
				time.Sleep(time.Second)
			}
			return tool.Result{Text: "written"}, nil
		})
		time.Sleep(5 * time.Second)
		b.hear("what are you doing")
		if !b.mouth.said("say.status_progress text=file ") {
			t.Errorf("got %q, want how far it is", b.mouth.spoken)
		}
		time.Sleep(20 * time.Second)
		b.rest()
		if s := b.state(); s.Tasks["t1"].Status != event.Done || b.ends() != 1 {
			t.Errorf("got %s and %d ends, want one end", s.Tasks["t1"].Status, b.ends())
		}
	})
}

// TestLiveEffectAsks: what a live effect wants to have by itself is judged like any
// other action, and had by nobody but the effect.
func TestLiveEffectAsks(t *testing.T) {
	for _, tt := range []struct {
		name, tool string
		level      policy.Level
		say        string
		approved   bool
		asks       int
	}{
		{"free", "look", policy.Look, "", true, 0},
		{"approved", "mail", policy.Commit, "approve {code}", true, 1},
		{"denied", "mail", policy.Commit, "no", false, 1},
		{"with a reason", "mail", policy.Commit, "no, only to the boss", false, 1},
		{"stopped", "mail", policy.Commit, "stop", false, 1},
		{"taken back in the grace", "mail", policy.Commit, "approve {code}|no", false, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.rules.Grace = 10 * time.Second
				var got []tool.Answer
				b.develop(func(ctx context.Context, _ string, s tool.Session) (tool.Result, error) {
					a, err := s.Ask(ctx, part(tt.tool, tt.level))
					got = append(got, a)
					return tool.Result{Text: "written"}, err
				})
				for said := range strings.SplitSeq(tt.say, "|") {
					if strings.Contains(said, "{code}") {
						said = strings.ReplaceAll(said, "{code}", b.code())
					}
					if said != "" {
						b.hear(said)
					}
				}
				time.Sleep(20 * time.Second)
				b.rest()
				if len(got) != 1 || got[0].Approved != tt.approved {
					t.Fatalf("got the answers %+v, want one: %v", got, tt.approved)
				}
				if strings.Contains(tt.say, "boss") && !strings.Contains(got[0].Words, "boss") {
					t.Errorf("got %q, want the owner's words", got[0].Words)
				}
				b.effects(0) // the desk itself has none of it
				asked := 0
				for _, k := range b.kinds() {
					if k == "asked" {
						asked++
					}
				}
				if s := b.state(); asked != tt.asks || len(s.Asks) != 0 || s.Tasks["t1"].Status != event.Done || b.ends() != 1 {
					t.Errorf("got %d asks, %d open, task %s, %d ends; want %d, none, done, 1", asked, len(s.Asks), s.Tasks["t1"].Status, b.ends(), tt.asks)
				}
			})
		})
	}
}

// TestEndWithAnOpenQuestion: what a live effect asked for goes with it.
func TestEndWithAnOpenQuestion(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.develop(func(ctx context.Context, _ string, s tool.Session) (tool.Result, error) {
			ctx, stop := context.WithTimeout(ctx, 5*time.Second)
			defer stop()
			_, err := s.Ask(ctx, part("mail", policy.Commit))
			return tool.Result{}, err
		})
		if !b.has("asked") {
			t.Fatal("nothing was asked")
		}
		time.Sleep(10 * time.Second)
		b.rest()
		if s := b.state(); len(s.Asks) != 0 || s.Tasks["t1"].Status != event.Done {
			t.Errorf("got %d asks and task %s, want none, and the task gone on with", len(s.Asks), s.Tasks["t1"].Status)
		}
	})
}

// TestSteering: criticism of what is going on reaches it.
func TestSteering(t *testing.T) {
	rehearse(t, func(b *bench) {
		var heard []string
		b.develop(func(ctx context.Context, _ string, s tool.Session) (tool.Result, error) {
			select {
			case text := <-s.Steered():
				heard = append(heard, text)
			case <-time.After(time.Minute):
			}
			return tool.Result{Text: "written"}, nil
		})
		b.hear("no, shorter")
		b.rest()
		if s := b.state(); !slices.Equal(heard, []string{"no, shorter"}) || len(s.Order) != 1 || !b.has("effect.steered") {
			t.Errorf("got %q, %d tasks; want the words and no other task", heard, len(s.Order))
		}
	})
}

// TestCallingOff: a stop ends a live effect, and it ends once, whatever it comes to.
func TestCallingOff(t *testing.T) {
	for name, err := range map[string]error{"failed": nil, "unknown": tool.ErrUnknown} {
		t.Run(name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				var why error
				b.develop(func(ctx context.Context, _ string, s tool.Session) (tool.Result, error) {
					<-ctx.Done()
					why = context.Cause(ctx)
					time.Sleep(3 * time.Second)
					return tool.Result{}, errors.Join(why, err)
				})
				b.hear("stop")
				if s := b.state(); s.Tasks["t1"].Status != event.Cancelled || !b.has("effect.cancel_requested") {
					t.Fatalf("got task %s", s.Tasks["t1"].Status)
				}
				time.Sleep(10 * time.Second)
				b.rest()
				if s := b.state(); !errors.Is(why, tool.ErrCancelled) || b.ends() != 1 || len(s.Asks) != 0 {
					t.Errorf("it ended %d times, for %v, with %d asks; want once, called off, none", b.ends(), why, len(s.Asks))
				}
				if said := b.mouth.said("say.cancel_unknown"); said != (err != nil) {
					t.Errorf("told that nobody knows: %v, want %v", said, err != nil)
				}
			})
		})
	}
}

// TestLiveEffectIsCutOff: what it asked for in the last session is no more, and it is
// not simply run again.
func TestLiveEffectIsCutOff(t *testing.T) {
	for _, say := range []string{"", "approve {code}"} {
		rehearse(t, func(b *bench) {
			b.rules.Grace = time.Minute
			begun := 0
			b.develop(func(ctx context.Context, _ string, s tool.Session) (tool.Result, error) {
				begun++
				s.Ask(ctx, part("mail", policy.Commit))
				<-ctx.Done()
				return tool.Result{}, tool.ErrUnknown
			})
			if say != "" {
				b.hear(strings.ReplaceAll(say, "{code}", b.code()))
			}
			events := all(t, b.journal)
			b.stop()
			b.journal = journalOf(t, events) // as after a power cut
			b.start()
			s := b.state()
			if len(s.Asks) != 1 || s.Asks[0].Again != true || s.Effects[s.Asks[0].Key].Tool != "code" || len(s.Delayed) != 0 || begun != 1 {
				t.Errorf("%q: got %d asks, %d held, begun %d times; want to be asked whether the effect is wanted again", say, len(s.Asks), len(s.Delayed), begun)
			}
		})
	}
}

// TestParallel: no more than so many effects and turns at once, and none is lost.
func TestParallel(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Parallel = 2
		var mu sync.Mutex
		running, most := 0, 0
		count := func(n int) (atMost int) {
			mu.Lock()
			defer mu.Unlock()
			running += n
			most = max(most, running)
			return most
		}
		b.live = func(ctx context.Context, _ string, s tool.Session) (tool.Result, error) {
			count(1)
			time.Sleep(time.Minute)
			count(-1)
			return tool.Result{Text: "written"}, nil
		}
		var want []event.Replied
		for range 5 {
			want = append(want, calls("code", `{"x":"1"}`))
		}
		b.model.replies = want
		b.start()
		for i := range 5 {
			b.hearWith(event.Heard{Text: fmt.Sprintf("write program number %d for the weekend", i), Typed: true})
		}
		if n := count(0); n != 2 || len(b.state().Ready) != 3 {
			t.Errorf("got %d at once and %d that wait, want 2 and 3", n, len(b.state().Ready))
		}
		b.hear("cancel that") // the last one, which waits
		time.Sleep(5 * time.Minute)
		b.rest()
		if n := count(0); n != 2 || b.ends() != 4 {
			t.Errorf("got %d at once, %d ends; want 2, 4", n, b.ends())
		}
	})
}

// TestLiveEffectIsStoppedWhileItAsks: that its question was put off keeps nobody from
// calling it off.
func TestLiveEffectIsStoppedWhileItAsks(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.develop(func(ctx context.Context, _ string, s tool.Session) (tool.Result, error) {
			_, err := s.Ask(ctx, part("mail", policy.Commit))
			return tool.Result{}, err
		})
		b.hear("later")
		b.hear("stop")
		b.rest()
		if s := b.state(); s.Tasks["t1"].Status != event.Cancelled || len(s.Asks) != 0 || b.ends() != 1 {
			t.Errorf("got task %s, %d asks, %d ends; want it called off", s.Tasks["t1"].Status, len(s.Asks), b.ends())
		}
	})
}

// TestLiveEffectOfStrangers: what an effect asks for that reads what strangers wrote may
// come from them.
func TestLiveEffectOfStrangers(t *testing.T) {
	for _, reads := range []bool{false, true} {
		rehearse(t, func(b *bench) {
			b.reads = reads
			b.develop(func(ctx context.Context, _ string, s tool.Session) (tool.Result, error) {
				_, err := s.Ask(ctx, part("mail", policy.Commit))
				return tool.Result{}, err
			})
			s := b.state()
			a := s.Presented()
			if a == nil {
				t.Fatal("nothing was asked")
			}
			if f := s.Effects[a.Key]; (f.Level == policy.Restricted) != reads || (len(f.Taint) > 0) != reads {
				t.Errorf("it reads strangers' text: %v; got level %v and %+v", reads, f.Level, f.Taint)
			}
			b.hear("no")
		})
	}
}

// TestPermissionGoesWithItsEffect: what was approved and waits out its grace is not
// given to an effect that has ended.
func TestPermissionGoesWithItsEffect(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Grace = 20 * time.Second
		b.develop(func(ctx context.Context, _ string, s tool.Session) (tool.Result, error) {
			ctx, stop := context.WithTimeout(ctx, 10*time.Second)
			defer stop()
			_, err := s.Ask(ctx, part("mail", policy.Commit))
			return tool.Result{}, err
		})
		b.hear("approve " + b.code())
		time.Sleep(time.Minute)
		b.rest()
		if s := b.state(); b.has("effect.permitted") || len(s.Delayed) != 0 || s.Tasks["t1"].Status != event.Done {
			t.Errorf("got %d delayed, task %s, permitted: %v", len(s.Delayed), s.Tasks["t1"].Status, b.has("effect.permitted"))
		}
	})
}

// TestToolsChange: a task goes on with the tools that it began with; the next one has
// those that there are.
func TestToolsChange(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.takes = 2 * time.Second
		b.model.replies = []event.Replied{calls("write", `{"n":"1"}`), {Text: "Done."}, calls("write", `{"n":"1"}`), {Text: "Done."}}
		b.start()
		b.desk.Tell(event.Heard{Text: "write the list of things", Language: "en", Typed: true, Began: time.Now(), Ended: time.Now()})
		b.rest()
		b.desk.SetTools([]tool.Tool{coder{}})
		time.Sleep(10 * time.Second)
		b.rest()
		b.effects(1)
		b.desk.Tell(event.Heard{Text: "write another list of things", Language: "en", Typed: true, Began: time.Now(), Ended: time.Now()})
		time.Sleep(10 * time.Second)
		b.rest()
		b.effects(1)
		first, last := b.model.prompts[1], b.model.prompts[len(b.model.prompts)-1]
		if len(first.Tools) < 10 || len(last.Tools) != 1 || last.Tools[0].Name != "code" {
			t.Errorf("got %d tools in the first task and %d in the second, want all and one", len(first.Tools), len(last.Tools))
		}
	})
}
