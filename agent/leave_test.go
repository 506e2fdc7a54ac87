package agent

import (
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/agent/state"
)

// give has the owner give leave in words, and approve what is read back.
func (b *bench) give(words string) {
	b.t.Helper()
	b.hear(words)
	s := b.state()
	a := s.Presented()
	if a == nil || s.Effects[a.Key].Tool != grantTool {
		b.t.Fatalf("%q: no leave was read back; said %q", words, b.mouth.spoken)
	}
	if len(s.Grants) > 0 && s.Grants[len(s.Grants)-1].Text == a.Text {
		b.t.Fatal("leave was given before it was approved")
	}
	b.hear("approve " + a.Code)
}

func (b *bench) mails(to ...string) {
	for _, t := range to {
		b.model.replies = append(b.model.replies, calls("mail", `{"to":"`+t+`"}`), event.Replied{Text: "Sent."})
	}
}

func TestLeaveSparesTheAsk(t *testing.T) {
	for _, words := range []string{
		"you may mail finance this week without asking",
		"이번 주에는 finance에 메일 묻지 말고 보내도 돼",
	} {
		rehearse(t, func(b *bench) {
			b.mails("finance", "sales")
			b.start()
			b.give(words)
			if n := len(b.state().Grants); n != 1 {
				t.Fatalf("%q: got %d grants, want 1", words, n)
			}
			b.hear("send the mail to finance")
			b.rest()
			b.effects(1)
			if !b.has("grant.used") || b.state().Grants[0].Left != grantUses-1 {
				t.Errorf("%q: the use was not counted", words)
			}
			b.hear("send the mail to sales") // not what the leave is for
			b.rest()
			b.effects(1)
			if b.posedArgs() == "" {
				t.Errorf("%q: a mail to somebody else was not asked for", words)
			}
		})
	}
}

// TestLeaveIsReadBackAndApproved: words alone give nothing.
func TestLeaveIsReadBackAndApproved(t *testing.T) {
	for _, answer := range []string{"no", "yes", "go ahead", "approve banana", "", "make it a month", "later"} {
		rehearse(t, func(b *bench) {
			b.mails("finance")
			b.start()
			b.hear("you may mail finance this week without asking")
			if answer != "" {
				b.hear(answer)
			}
			if n := len(b.state().Grants); n != 0 {
				t.Errorf("%q: got %d grants, want none", answer, n)
			}
			b.hear("no")
			b.hear("send the mail to finance")
			b.rest()
			b.effects(0)
		})
	}
}

func TestLeaveEnds(t *testing.T) {
	give := func(b *bench) {
		b.mails("finance")
		b.start()
		b.give("you may mail finance this week without asking")
	}
	asked := func(t *testing.T, b *bench, why string) {
		t.Helper()
		b.hear("send the mail to finance")
		b.rest()
		b.effects(0)
		if b.posedArgs() == "" {
			t.Errorf("%s: the mail was not asked for", why)
		}
	}
	t.Run("by time", func(t *testing.T) {
		rehearse(t, func(b *bench) { give(b); time.Sleep(8 * 24 * time.Hour); asked(t, b, "a week later") })
	})
	t.Run("revoked by voice", func(t *testing.T) {
		for _, words := range []string{"revoke the permission for finance", "forget all permissions", "모든 허락 취소해"} {
			rehearse(t, func(b *bench) { give(b); b.hear(words); asked(t, b, words) })
		}
	})
	t.Run("revoked by name", func(t *testing.T) {
		rehearse(t, func(b *bench) {
			give(b)
			b.desk.Tell(event.Withdrawn{Grant: b.state().Grants[0].ID, By: "socket"})
			b.rest()
			asked(t, b, "revoked")
		})
	})
	t.Run("used up", func(t *testing.T) {
		rehearse(t, func(b *bench) {
			b.mails("finance", "finance", "finance")
			b.start()
			b.give("you may mail finance twice this week without asking")
			for range 2 {
				b.hear("send the mail to finance")
				b.rest()
			}
			b.effects(2)
			b.hear("send the mail to finance")
			b.rest()
			b.effects(2)
			if b.posedArgs() == "" {
				t.Error("the third mail was not asked for")
			}
		})
	})
	t.Run("not by a clock that was set back", func(t *testing.T) {
		rehearse(t, func(b *bench) {
			give(b)
			if err := b.desk.View(b.t.Context(), func(s *state.State, _ int) { s.Clock = s.Clock.Add(30 * 24 * time.Hour) }); err != nil { // the journal has seen later times
				t.Fatal(err)
			}
			b.hear("send the mail to finance")
			b.rest()
			b.effects(0)
			if b.posedArgs() == "" {
				t.Error("expired leave counts again after the clock was set back")
			}
		})
	})
}

func TestAlwaysGivesLeaveAndGoesOn(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		grants, had  int
	}{{"approved", "approve {code}", 1, 1}, {"denied", "no", 0, 0}} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.mails("finance")
				b.start()
				b.hear("send the mail to finance")
				b.hear("yes, and always allow this")
				s := b.state()
				a := s.Presented()
				if a == nil || s.Effects[a.Key].Tool != grantTool {
					t.Fatalf("no leave was read back; said %q", b.mouth.spoken)
				}
				b.effects(0)
				b.hear(strings.ReplaceAll(tt.answer, "{code}", a.Code))
				b.rest()
				b.effects(tt.had)
				if n := len(b.state().Grants); n != tt.grants {
					t.Errorf("got %d grants, want %d", n, tt.grants)
				}
				if tt.had == 0 && b.posedArgs() == "" {
					t.Error("the first ask was forgotten")
				}
			})
		})
	}
}

// TestNoLeaveForWhatNoToolCanFrame: guesses are not made, and a model can't ask.
func TestNoLeaveForWhatNoToolCanFrame(t *testing.T) {
	for _, words := range []string{
		"you may pay the invoices without asking",
		"you may do anything you like without asking",
		"you may mail sales, marketing and finance without asking",
	} {
		rehearse(t, func(b *bench) {
			b.start()
			b.hear(words)
			if s := b.state(); len(s.Asks) != 0 || len(s.Grants) != 0 {
				t.Errorf("%q: leave was read back: %s", words, b.posedArgs())
			}
		})
	}
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("seal", `{"key":"x"}`)}
		b.start()
		b.hear("change the key")
		b.hear("always allow this")
		if s := b.state(); len(s.Grants) != 0 || s.Presented() == nil || s.Effects[s.Presented().Key].Tool != "seal" {
			t.Error("leave was offered for what is sealed")
		}
	})
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls(grantTool, `{"ID":"g1","Tool":"mail","Target":"there","Left":99}`)}
		b.start()
		b.hear("do what you like")
		if len(b.state().Grants) != 0 || b.posedArgs() != "" {
			t.Error("a model asked for leave")
		}
	})
}

func TestLeaveIsForOneProject(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Project = "/home/kim/one"
		b.mails("finance")
		b.start()
		b.give("you may mail finance this week without asking")
		b.stop()
		b.rules.Project = "/home/kim/other"
		b.start()
		b.hear("send the mail to finance")
		b.rest()
		b.effects(0)
		if b.posedArgs() == "" {
			t.Error("leave given in another project counted")
		}
	})
}

// TestLeaveSurvivesARestart: the leave, and what was used of it, is in the journal.
func TestLeaveSurvivesARestart(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.mails("finance")
		b.start()
		b.give("you may mail finance this week without asking")
		b.hear("send the mail to finance")
		b.rest()
		b.stop()
		b.start()
		if g := b.state().Grants; len(g) != 1 || g[0].Left != grantUses-1 {
			t.Errorf("got %+v after the restart, want one grant with %d left", g, grantUses-1)
		}
	})
	rehearse(t, func(b *bench) {
		b.start()
		b.hear("you may mail finance this week without asking")
		b.stop()
		b.start()
		if s := b.state(); s.Presented() == nil || s.Effects[s.Presented().Key].Tool != grantTool || len(s.Grants) != 0 {
			t.Error("leave that was being asked for is not asked for again")
		}
	})
}

// TestExpiredLeaveStaysExpired: the end of leave is an event, so that it is known
// after a restart with a clock that was set back.
func TestExpiredLeaveStaysExpired(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.mails("finance")
		b.start()
		b.give("you may mail finance this week without asking")
		time.Sleep(8 * 24 * time.Hour)
		if n := len(b.state().Grants); n != 0 || !b.has("grant.revoked") {
			t.Errorf("got %d grants after they expired, want none", n)
		}
	})
}
