package control

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent"
	"deputy/agent/core"
	"deputy/agent/journal/journaltest"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/agent/tool"
	"deputy/configs/phrases"
)

// post is a tool that must be approved and works for a second.
type post struct{}

func (post) Spec() tool.Spec {
	return tool.Spec{Name: "post", Params: json.RawMessage(`{"type":"object"}`)}
}

func (post) Plan(_ context.Context, args json.RawMessage) (tool.Action, error) {
	return tool.Action{Tool: "post", Target: "there", Args: args, Level: policy.Commit, Summary: "post it",
		Do: func(context.Context, string) (tool.Result, error) {
			time.Sleep(time.Second)
			return tool.Result{Text: "posted"}, nil
		}}, nil
}

// slowModel is at each turn for a minute, unless the order speaks of haste; it posts
// what it is told to.
type slowModel struct{}

func (slowModel) Next(ctx context.Context, p model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) {
		last := p.Messages[len(p.Messages)-1]
		if !strings.Contains(p.Messages[0].Text, "quickly") {
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
				yield(model.Chunk{}, ctx.Err())
				return
			}
		}
		if strings.Contains(last.Text, "post") && last.Role == model.User {
			yield(model.Chunk{Call: &model.Call{Tool: "post", Args: json.RawMessage(`{}`)}}, nil)
			return
		}
		yield(model.Chunk{Text: "It is done."}, nil)
	}
}

// desk runs f beside a desk whose time passes only while everything waits.
func desk(t *testing.T, f func(t *testing.T, s *Server)) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{Feed: NewFeed()}
		words := phrases.Embedded()
		s.Desk = agent.NewDesk(agent.Options{
			Rules:   core.Rules{Phrases: words, Policy: policy.Policy{Table: policy.Table{Tools: map[string]policy.Tool{"post": {Level: policy.Commit}}}}},
			Journal: &journaltest.Memory{}, Model: slowModel{}, Tools: []tool.Tool{post{}}, Observe: s.Feed.Observe,
		})
		ended := make(chan error)
		go func() { ended <- s.Desk.Run(t.Context()) }()
		t.Cleanup(func() {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		f(t, s)
	})
}

// A call is a request under way.
type call struct {
	out  bytes.Buffer
	err  error
	done chan struct{}
}

func start(t *testing.T, s *Server, r Request) *call {
	c := &call{done: make(chan struct{})}
	go func() {
		c.err = s.handle(t.Context(), r, &conn{out: json.NewEncoder(&c.out)})
		close(c.done)
	}()
	return c
}

func (c *call) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// within lets time pass and says what a request came to.
func (c *call) within(t *testing.T, d time.Duration) string {
	t.Helper()
	time.Sleep(d)
	synctest.Wait()
	if !c.ended() {
		t.Fatalf("not answered within %v", d)
	}
	if c.err != nil {
		t.Error(c.err)
	}
	return c.out.String()
}

// TestSayFollowsItsOwn: whatever else is under way, a line is answered when what it
// led to is over, and shows nothing else.
func TestSayFollowsItsOwn(t *testing.T) {
	desk(t, func(t *testing.T, s *Server) {
		slow := start(t, s, Request{Do: "say", Text: "write the long report", Language: "en"})
		time.Sleep(time.Second)
		if got := start(t, s, Request{Do: "say", Text: "status", Language: "en"}).within(t, time.Second); !strings.Contains(got, "long report") || strings.Contains(got, "task.") {
			t.Errorf("got %s", got)
		}
		quick := start(t, s, Request{Do: "say", Text: "write a note quickly", Language: "en"}).within(t, time.Second)
		if !strings.Contains(quick, `"task.closed"`) || strings.Contains(quick, "t1") {
			t.Errorf("got %s, want the end of its own task and nothing of the other's", quick)
		}
		if slow.ended() {
			t.Error("the long report is at work, and its line is answered")
		}
		if got := slow.within(t, time.Minute); strings.Count(got, `"task.closed"`) != 1 || strings.Contains(got, "t2") {
			t.Errorf("got %s, want the end of its own task and nothing of the other's", got)
		}
	})
}

// TestSayWaitsForItsEffect: an approval that is typed is answered when what was
// approved has happened, its grace before it too.
func TestSayWaitsForItsEffect(t *testing.T) {
	desk(t, func(t *testing.T, s *Server) {
		start(t, s, Request{Do: "say", Text: "write the long report", Language: "en"})
		synctest.Wait() // told first: an order would set the ask aside
		if got := start(t, s, Request{Do: "say", Text: "post it quickly", Language: "en"}).within(t, time.Second); !strings.Contains(got, `"ask.posing"`) {
			t.Fatalf("got %s, want an ask", got)
		}
		var code string
		if err := s.Desk.View(t.Context(), func(st *state.State, _ int) { code = st.Asks[0].Code }); err != nil {
			t.Fatal(err)
		}
		yes := start(t, s, Request{Do: "say", Text: "approve " + code, Language: "en"})
		time.Sleep(1500 * time.Millisecond)
		if yes.ended() {
			t.Error("the grace runs, and the approval is answered")
		}
		if got := yes.within(t, 5*time.Second); !strings.Contains(got, `"effect.ended"`) || !strings.Contains(got, `"task.closed"`) {
			t.Errorf("got %s, want what was approved", got)
		}
	})
}

// TestManyDecide: of many that decide about the same ask one does, and each is told
// whether it was the one.
func TestManyDecide(t *testing.T) {
	desk(t, func(t *testing.T, s *Server) {
		start(t, s, Request{Do: "say", Text: "post it quickly", Language: "en"}).within(t, time.Second)
		// All are there before the desk looks at the first.
		gate := make(chan struct{})
		go s.Desk.View(t.Context(), func(*state.State, int) { <-gate })
		synctest.Wait()
		var calls []*call
		for i := range 20 {
			calls = append(calls, start(t, s, Request{Do: "decide", ID: "a1", Approve: i%2 == 0}))
		}
		synctest.Wait()
		close(gate)
		time.Sleep(time.Minute)
		synctest.Wait()
		waiting, decided := 0, 0
		for _, c := range calls {
			switch {
			case !c.ended():
				waiting++
			case c.err == nil:
				decided++
			case !strings.Contains(c.err.Error(), "deputy inbox"):
				t.Errorf("got %v", c.err)
			}
		}
		if waiting > 0 || decided != 1 {
			t.Errorf("%d of %d wait for ever, %d were told that they have decided; want 0 and 1", waiting, len(calls), decided)
		}
	})
}
