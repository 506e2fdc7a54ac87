package agent

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent/event"
	"deputy/agent/history"
	"deputy/agent/model"
	"deputy/agent/policy"
	"deputy/agent/tool"
)

func sizeOfAll(conv []model.Message) (n int) {
	for _, m := range conv {
		n += history.Size(m)
	}
	return n
}

// TestFadedResultCanBeHadAgain: a call whose result the model doesn't see any more
// is no idle repetition, if it only looks.
func TestFadedResultCanBeHadAgain(t *testing.T) {
	for _, c := range []struct {
		tool   string
		budget int
		want   int
	}{{"look", 3000, 2}, {"look", 0, 1}, {"write", 3000, 1}} {
		rehearse(t, func(b *bench) {
			b.rules.Budget, b.long = c.budget, 2000
			b.model.replies = []event.Replied{calls(c.tool, `{"path":"a"}`), calls("look", `{"path":"b"}`), calls(c.tool, `{"path":"a"}`), {Text: "Done."}}
			b.start()
			b.hear("compare the files")
			n := 0
			for _, e := range b.events {
				if i, ok := e.Body.(event.Intended); ok && strings.Contains(string(i.Args), `"a"`) {
					n++
				}
			}
			if n != c.want {
				t.Errorf("%s, budget %d: the call was made %d times, want %d", c.tool, c.budget, n, c.want)
			}
			for _, p := range b.model.prompts {
				if got := sizeOfAll(p.Messages); c.budget > 0 && got > c.budget {
					t.Errorf("a prompt of %d bytes was sent, want at most %d", got, c.budget)
				}
			}
		})
	}
}

// TestADecisionStaysWhole: what the owner said to an ask is never shortened.
func TestADecisionStaysWhole(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Budget, b.long = 2500, 1500
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`), calls("look", `{"n":"1"}`), calls("look", `{"n":"2"}`), calls("look", `{"n":"3"}`), {Text: "Done."}}
		b.start()
		b.hear("send the mail to finance")
		words := "only on Friday" + strings.Repeat(" and only if the numbers are right", 20)
		b.hear("no, " + words)
		last := b.model.prompts[len(b.model.prompts)-1]
		i := slices.IndexFunc(last.Messages, func(m model.Message) bool { return m.Owner })
		if i < 0 || !strings.HasSuffix(last.Messages[i].Text, words) {
			t.Errorf("got %+v, want the owner's words in it", last.Messages)
		}
		if len(b.model.prompts) != 5 {
			t.Errorf("got %d turns, want 5", len(b.model.prompts))
		}
	})
}

// TestWakesAreLetGo: times of the past don't pile up over the day.
func TestWakesAreLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, a := NewDesk(Options{}), alarm{}
		a.set(event.Wake{At: time.Now().Add(1000 * time.Hour)})
		n := 0
		for range 5000 {
			a.set(event.Wake{At: time.Now().Add(time.Second)})
			time.Sleep(time.Minute)
			n += len(a.due(d.now()))
		}
		if len(a.times) != 1 || n != 5000 {
			t.Errorf("got %d times left and %d that came, want 1 and 5000", len(a.times), n)
		}
	})
}

// TestPlansAreLetGo: what was planned and denied is forgotten with its task.
func TestPlansAreLetGo(t *testing.T) {
	h := newExecutor(t.Context(), NewDesk(Options{}))
	defer h.close(0)
	for _, task := range []string{"t1", "t12"} {
		h.keep(event.Planned{Task: task, Call: model.Call{ID: "c1.1"}, Action: tool.Action{Level: policy.Commit}})
	}
	h.carryOut(event.CancelTask{Task: "t1"}, "")
	if _, ok := h.plans["t12 c1.1"]; !ok || len(h.plans) != 1 {
		t.Errorf("got %v, want only the other task's", h.plans)
	}
}
