package agent

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/agent/tool"
)

// setClock sets the clock on the wall forward or back; by as much and no more it
// goes on while the machine sleeps.
func (b *bench) setClock(by time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.set += by
}

// wall is the time on the wall.
func (b *bench) wall() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Add(b.set)
}

// reminder is a tool that reminds at a time.
type reminder struct{}

func (reminder) Spec() tool.Spec {
	return tool.Spec{Name: "remind", Params: json.RawMessage(`{"type":"object"}`)}
}

func (reminder) Plan(_ context.Context, args json.RawMessage) (tool.Action, error) {
	var r struct {
		N    time.Time
		Text string
	}
	if err := json.Unmarshal(args, &r); err != nil {
		return tool.Action{}, err
	}
	return tool.Action{Tool: "remind", Target: "there", Args: args, Level: policy.Draft, Summary: "remind", Do: func(context.Context, string) (tool.Result, error) {
		return tool.Result{Text: "noted", Remind: &tool.Reminder{At: r.N, Text: r.Text}}, nil
	}}, nil
}

// remind orders a reminder.
func (b *bench) remind(at time.Time, text string) {
	b.t.Helper()
	args, err := json.Marshal(map[string]any{"n": at, "text": text})
	if err != nil {
		b.t.Fatal(err)
	}
	b.model.replies = append(b.model.replies, calls("remind", string(args)), event.Replied{Text: "Noted."})
	b.hear("remind me of the thing")
}

// rung counts how often a reminder was given, and says when last.
func (b *bench) rung(text string) (n int, last time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if told, ok := e.Body.(event.Notified); ok && strings.Contains(told.Text, "say.reminder text="+text+"]") {
			n, last = n+1, e.At
		}
	}
	return n, last
}

// TestReminderAfterSleep: a machine that slept does not ring by so much later.
func TestReminderAfterSleep(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		nine := b.wall().Add(9 * time.Hour)
		b.remind(nine, "tea")
		time.Sleep(30 * time.Minute)
		b.setClock(8 * time.Hour) // the lid is shut, and opened half an hour before nine
		time.Sleep(29 * time.Minute)
		synctest.Wait()
		if n, at := b.rung("tea"); n != 0 {
			b.t.Errorf("rung at %v, want nothing before %v", at, nine)
		}
		time.Sleep(90 * time.Second)
		synctest.Wait()
		if n, at := b.rung("tea"); n != 1 || at.Sub(nine) > time.Minute {
			b.t.Errorf("rung %d times, last at %v; want once soon after %v", n, at, nine)
		}
	})
}

// TestReminderUnderAClockThatIsSet: set forward it rings at once, set back it rings
// when its time comes, and never twice.
func TestReminderUnderAClockThatIsSet(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		at := b.wall().Add(time.Hour)
		b.remind(at, "tea")
		b.remind(at.Add(8*time.Hour), "dinner")
		b.setClock(-2 * time.Hour)
		time.Sleep(2*time.Hour + 55*time.Minute)
		synctest.Wait()
		if n, _ := b.rung("tea"); n != 0 {
			b.t.Error("rung before its time")
		}
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		if n, _ := b.rung("tea"); n != 1 {
			b.t.Errorf("rung %d times, want once", n)
		}
		b.setClock(-2 * time.Hour) // its time comes again
		time.Sleep(3 * time.Hour)
		b.setClock(8 * time.Hour)
		time.Sleep(time.Minute)
		synctest.Wait()
		for _, text := range []string{"tea", "dinner"} {
			if n, _ := b.rung(text); n != 1 {
				b.t.Errorf("%s: rung %d times, want once", text, n)
			}
		}
	})
}

// TestRemindersUnderAnyClock: however the clock is set, each reminder is given once,
// and not before its time.
func TestRemindersUnderAnyClock(t *testing.T) {
	for seed := range uint64(20) {
		rehearse(t, func(b *bench) {
			r := rand.New(rand.NewPCG(seed, 0))
			hours := func(n int) time.Duration { return time.Duration(r.IntN(n*3600)) * time.Second }
			b.start()
			at := map[string]time.Time{}
			for i := range 8 {
				text := strconv.Itoa(i)
				at[text] = b.wall().Add(hours(24) - 2*time.Hour).Round(time.Second)
				b.remind(at[text], text)
				b.setClock(hours(16) - 8*time.Hour)
				time.Sleep(hours(2))
				if r.IntN(3) == 0 {
					b.stop()
					b.setClock(hours(4) - time.Hour)
					b.start()
				}
			}
			time.Sleep(100 * time.Hour)
			synctest.Wait()
			for text, want := range at {
				if n, rang := b.rung(text); n != 1 || rang.Before(want) {
					b.t.Errorf("seed %d: reminder %s was given %d times, last at %v; want once, not before %v", seed, text, n, rang, want)
				}
			}
		})
	}
}

// approveMail orders a mail and approves it; the grace runs then.
func (b *bench) approveMail() {
	b.t.Helper()
	b.model.replies = append(b.model.replies, calls("mail", `{"to":"finance"}`), event.Replied{Text: "Sent."})
	b.hear("send the report to finance")
	b.desk.Tell(event.Heard{Text: "approve " + b.code(), Language: "en", Typed: true, Began: time.Now(), Ended: time.Now()})
	synctest.Wait()
	if !b.has("effect.held") {
		b.t.Fatalf("got %v, want an effect that is held", b.kinds())
	}
}

// TestGraceUnderAClockThatIsSet: what waits in its grace when the clock is set, or
// the machine slept, does not begin: it is asked about again.
func TestGraceUnderAClockThatIsSet(t *testing.T) {
	for _, by := range []time.Duration{8 * time.Hour, -2 * time.Hour, time.Hour, 3 * time.Second, -3 * time.Second} {
		t.Run(by.String(), func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.rules.Grace = 2 * time.Second
				b.start()
				b.approveMail()
				time.Sleep(500 * time.Millisecond)
				b.setClock(by)
				b.desk.Tell(event.TimerFired{}) // something else is due
				synctest.Wait()
				b.effects(0)
				time.Sleep(10 * time.Second)
				synctest.Wait()
				b.effects(0)
				b.hear("approve " + b.code())
				time.Sleep(10 * time.Second)
				synctest.Wait()
				b.effects(1)
			})
		})
	}
}

// TestGraceIsNotCutShort: no grace is shorter than it should be, by however little
// the clock is set.
func TestGraceIsNotCutShort(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Grace = 2 * time.Second
		b.start()
		b.approveMail()
		began := time.Now()
		for range 4 {
			b.setClock(40 * time.Millisecond)
			time.Sleep(10 * time.Millisecond)
			b.desk.Tell(event.TimerFired{})
		}
		for time.Since(began) < 1990*time.Millisecond {
			time.Sleep(5 * time.Millisecond)
			b.desk.Tell(event.TimerFired{})
			synctest.Wait()
			if b.world.count() > 0 {
				b.t.Errorf("it began after %v, want 2 s", time.Since(began))
				return
			}
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		b.effects(1)
	})
}

// TestAskUnderAClockThatIsSet: an ask is put again, so that its answer is timed by
// one clock; what was said before the clock was set decides nothing later.
func TestAskUnderAClockThatIsSet(t *testing.T) {
	for _, by := range []time.Duration{8 * time.Hour, -2 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.start()
				b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), {Text: "Sent."}}
				b.hear("send the report to finance")
				code := b.code()
				early := event.Heard{Text: "approve " + code, Began: time.Now(), Ended: time.Now()} // told when the clock is set
				b.setClock(by)
				time.Sleep(5 * time.Second)
				b.hearWith(early)
				if b.has("decided") {
					b.t.Error("an answer to the ask of before the clock was set decided")
				}
				if s := b.state(); s.Presented() == nil || s.Presented().Delivered.Before(b.wall().Add(-6*time.Second)) {
					b.t.Fatalf("got %+v, want the ask put again", s.Presented())
				}
				b.hear("approve " + b.code())
				b.effects(1)
			})
		})
	}
}

// TestLaterAfterSleep: what was put off for ten minutes comes back after ten
// minutes on the wall.
func TestLaterAfterSleep(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), {Text: "Sent."}}
		b.hear("send the report to finance")
		b.hear("in ten minutes")
		if s := b.state(); s.Presented() != nil {
			b.t.Fatalf("got %+v posed, want it put off", s.Presented())
		}
		b.setClock(time.Hour)
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if s := b.state(); s.Presented() == nil {
			b.t.Error("an hour later it is not back")
		}
	})
}

// TestOldClockLosesNoAsk: a clock that was years ahead for a moment, and is right
// again, must not let every ask lapse until then.
func TestOldClockLosesNoAsk(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.setClock(10 * 365 * 24 * time.Hour)
		b.start()
		b.hear("list my files please")
		b.setClock(-10 * 365 * 24 * time.Hour)
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), {Text: "Sent."}}
		b.hear("send the report to finance")
		b.desk.Tell(event.TimerFired{})
		b.rest()
		b.hear("approve " + b.code())
		b.effects(1)
	})
}

// TestClockSetBackBetweenTwoStarts: what was done before is not to come.
func TestClockSetBackBetweenTwoStarts(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		b.hear("write the list of things")
		b.stop()
		b.setClock(-8 * time.Hour)
		b.start()
		time.Sleep(15 * time.Minute)
		b.hear("no, shorter")
		if n := len(b.state().Order); n != 2 {
			b.t.Errorf("got %d tasks, want a second: the first was done more than ten minutes ago", n)
		}
	})
}
