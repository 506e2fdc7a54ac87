package agent

import (
	"slices"
	"strings"
	"testing"
	"time"

	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/state"
)

// threeAsks has two mails and a post waiting, none of them decided.
func (b *bench) threeAsks() {
	b.t.Helper()
	b.model.replies = []event.Replied{{Calls: []model.Call{
		{Tool: "mail", Args: []byte(`{"to":"finance"}`)},
		{Tool: "mail", Args: []byte(`{"to":"sales"}`)},
		{Tool: "post", Args: []byte(`{"to":"board"}`)},
	}}}
	b.start()
	b.hear("send them all")
	if n := len(b.state().Asks); n != 3 {
		b.t.Fatalf("got %d asks, want 3", n)
	}
}

// posedArgs are the arguments of the action that is being asked about. They are
// read on the desk's own goroutine: a timer may wake it at the same moment.
func (b *bench) posedArgs() (args string) {
	b.t.Helper()
	if err := b.desk.View(b.t.Context(), func(s *state.State, _ int) {
		if a := s.Presented(); a != nil {
			args = string(s.Effects[a.Key].Args)
		}
	}); err != nil {
		b.t.Fatal(err)
	}
	return args
}

// notified counts what was shown on the desktop.
func (b *bench) notified() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.notes)
}

func TestTheQueueIsReadOut(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.threeAsks()
		b.hear("what's waiting")
		for _, want := range []string{"inbox_count n=3", "inbox_item n=1", "inbox_item n=3", "say.which"} {
			if !b.mouth.said(want) {
				t.Errorf("said %q, want %q in it", b.mouth.spoken, want)
			}
		}
		if b.posedArgs() != "" {
			t.Error("an ask is posed while the queue is read out")
		}
	})
}

func TestOneIsNamed(t *testing.T) {
	for say, want := range map[string]string{
		"number two":          "sales",
		"the second one":      "sales",
		"three":               "board",
		"the post":            "board",
		"두 번째":                "sales",
		"approve number one":  "finance",
		"the mail to finance": "finance",
	} {
		t.Run(say, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.threeAsks()
				b.hear("what's waiting")
				b.hear(say)
				b.effects(0) // naming approves nothing
				if got := b.posedArgs(); !strings.Contains(got, want) {
					t.Errorf("got %q posed, want the one to %s; said %q", got, want, b.mouth.spoken)
				}
				b.hear("approve " + b.code())
				b.effects(1)
			})
		})
	}
}

// TestOneYesNeverResolvesTwo: after the queue was read out, and while one is
// posed, a yes decides at most the one that was put.
func TestOneYesNeverResolvesTwo(t *testing.T) {
	for _, say := range []string{"yes", "go ahead", "approve", "승인", "approve falcon", "네 진행해"} {
		rehearse(t, func(b *bench) {
			b.threeAsks()
			code := b.code()
			b.hear("what's waiting")
			b.hear(strings.ReplaceAll(say, "falcon", code))
			b.effects(0)
			if n := len(b.state().Asks); n != 3 {
				t.Errorf("%q: got %d asks left, want 3", say, n)
			}
		})
	}
}

func TestABatchIsOfOneKindAndReadOut(t *testing.T) {
	for _, say := range []string{"all of them", "모두"} {
		rehearse(t, func(b *bench) {
			b.threeAsks()
			b.hear("what's waiting")
			b.hear(say)
			s := b.state()
			a := s.Presented()
			if a == nil || len(a.With) != 1 {
				t.Fatalf("%q: got %+v posed, want two mails together; said %q", say, a, b.mouth.spoken)
			}
			last := b.mouth.spoken[len(b.mouth.spoken)-1]
			if !strings.Contains(last, "finance") || !strings.Contains(last, "sales") || strings.Contains(last, "board") {
				t.Errorf("%q: said %q, want both mails and not the post", say, last)
			}
			b.effects(0)
			b.hear("yes")
			b.effects(0)
			b.hear("approve " + b.code())
			b.rest()
			b.effects(2)
			if got := b.posedArgs(); !strings.Contains(got, "board") {
				t.Errorf("%q: got %q posed afterwards, want the post", say, got)
			}
		})
	}
}

func TestABatchIsDeniedAsOne(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.threeAsks()
		b.hear("what's waiting")
		b.hear("all of them")
		b.hear("no")
		b.effects(0)
	})
}

func TestNamingOneOnTheScreenDecidesThatOne(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.threeAsks()
		b.hear("what's waiting")
		b.hear("all of them")
		s := b.state()
		b.desk.Tell(event.Answered{Ask: s.Presented().ID, Approve: true, By: "socket"})
		b.rest()
		b.effects(1)
	})
}

func TestLaterComesBack(t *testing.T) {
	for _, tt := range []struct {
		say   string
		after time.Duration
	}{{"in ten minutes", 10 * time.Minute}, {"십 분 뒤에", 10 * time.Minute}} {
		rehearse(t, func(b *bench) {
			b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
			b.start()
			b.hear("send the mail to finance")
			b.hear(tt.say)
			if b.posedArgs() != "" {
				t.Fatalf("%q: the ask is still posed", tt.say)
			}
			time.Sleep(tt.after - 10*time.Second)
			if b.posedArgs() != "" {
				t.Errorf("%q: the ask came back too early", tt.say)
			}
			time.Sleep(10 * time.Second)
			b.effects(0)
			b.hear("approve " + b.code())
			b.effects(1)
		})
	}
}

// TestLaterSurvivesARestart: what was put off comes back in the next session.
func TestLaterSurvivesARestart(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
		b.start()
		b.hear("send the mail to finance")
		b.hear("in ten minutes")
		b.stop()
		b.start()
		if b.posedArgs() != "" {
			t.Error("the ask came back with the restart")
		}
		time.Sleep(10 * time.Minute)
		if b.posedArgs() == "" {
			t.Error("the ask did not come back")
		}
	})
}

func TestQuietHoursAskNothing(t *testing.T) {
	rehearse(t, func(b *bench) {
		now := time.Now().Local()
		at := now.Sub(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()))
		b.rules.Quiet = core.Hours{From: at, To: at + 8*time.Hour}
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
		b.model.hold = make(chan struct{})
		b.start()
		b.hear("send the mail to finance")
		time.Sleep(awakeFor) // the owner has gone to bed while the model worked
		close(b.model.hold)
		b.rest()
		if b.posedArgs() != "" {
			t.Error("an ask was put in quiet hours")
		}
		if b.notified() != 1 {
			t.Errorf("got %d notifications, want 1", b.notified())
		}
		time.Sleep(time.Until(now.Add(8*time.Hour + time.Second)))
		if b.posedArgs() == "" {
			t.Error("the ask did not come back in the morning")
		}
	})
	rehearse(t, func(b *bench) {
		b.rules.Quiet = core.Hours{From: 0, To: 24 * time.Hour}
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
		b.start()
		b.hear("send the mail to finance")
		if b.posedArgs() == "" {
			t.Error("an owner who has just spoken was not asked")
		}
	})
}

// TestAsksAreRepeatedTwiceThenParked: nobody is nagged; the desktop shows it once.
func TestAsksAreRepeatedTwiceThenParked(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
		b.start()
		b.hear("send the mail to finance")
		time.Sleep(10 * time.Minute)
		asked := 0
		for _, k := range b.kinds() {
			if k == "ask.posing" {
				asked++
			}
		}
		if asked != 2 || !slices.Contains(b.kinds(), "ask.parked") || b.notified() != 1 {
			t.Errorf("got %d posings and %d notifications, parked %v; want 2, 1, true", asked, b.notified(), b.has("ask.parked"))
		}
	})
}

// TestAsksLapse: what nobody decides about is not done, and goes away.
func TestAsksLapse(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Lapse = time.Hour
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
		b.start()
		b.hear("send the mail to finance")
		time.Sleep(30 * time.Minute)
		if n := len(b.state().Asks); n != 1 {
			t.Fatalf("got %d asks after half an hour, want 1", n)
		}
		b.stop()
		b.start() // a restart keeps the time
		time.Sleep(31 * time.Minute)
		if n := len(b.state().Asks); n != 0 {
			t.Errorf("got %d asks after the lapse, want 0", n)
		}
		b.effects(0)
	})
}

// TestAMumbleDoesNotLoseTheAsk: what was set aside for words that nobody could
// make out is put again.
func TestAMumbleDoesNotLoseTheAsk(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
		b.start()
		b.hear("send the mail to finance")
		b.hearWith(event.Heard{Text: "our favourite floor is the one over there", Confidence: 0.3, Lowest: 0.1, Voiced: 0.9, SNR: 20})
		if b.posedArgs() == "" {
			t.Error("the ask is not put any more")
		}
	})
}

// TestABatchThatIsDeniedIsNotAskedAgain: asks of two tasks that were read out
// together are both closed before anything is put again.
func TestABatchThatIsDeniedIsNotAskedAgain(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), calls("mail", `{"to":"sales"}`)}
		b.start()
		b.hear("send the mail to finance")
		b.hearWith(event.Heard{Text: "please send a letter to our sales people about the prices", Typed: true})
		if n := len(b.state().Asks); n != 2 {
			t.Fatalf("got %d asks, want 2 of two tasks", n)
		}
		b.hear("what's waiting")
		b.hear("all of them")
		before := len(b.mouth.spoken)
		b.hear("no")
		for _, said := range b.mouth.spoken[before:] {
			if strings.Contains(said, "ask.") {
				t.Errorf("said %q after the batch was denied", said)
			}
		}
		b.effects(0)
	})
}
