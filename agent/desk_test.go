package agent

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/state"
)

func TestFreeWorkIsDoneAndReported(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("write", `{"path":"a.txt"}`), {Text: "I wrote it."}}
		b.start()
		b.hear("write the shopping list")
		b.effects(1)
		if !b.mouth.said("I wrote it.") {
			t.Errorf("said %q, want the report", b.mouth.spoken)
		}
		if b.has("asked") {
			t.Error("a draft was asked for")
		}
		if !b.has("task.reported") {
			t.Error("the report was heard but not noted")
		}
	})
}

func TestMailWaitsForTheCodeWord(t *testing.T) {
	for _, tt := range []struct {
		name, say string
		want      int
	}{
		{"approved", "approve {code}", 1},
		{"denied", "no", 0},
		{"a bare yes", "yes", 0},
		{"go ahead", "go ahead", 0},
		{"another word", "approve banana", 0},
		{"a condition", "approve {code} but wait", 0},
		{"a question", "what does it do?", 0},
		{"stop", "stop", 0},
		{"a new order", "list the files in my folder please", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), {Text: "Sent."}}
				b.start()
				b.hear("send the mail to finance")
				b.effects(0)
				b.hear(strings.ReplaceAll(tt.say, "{code}", b.code()))
				b.effects(tt.want)
			})
		})
	}
}

func TestOneAnswerDecidesOneActionOnce(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{
			{Calls: []model.Call{{ID: "1", Tool: "mail", Args: []byte(`{"to":"a"}`)}, {ID: "2", Tool: "mail", Args: []byte(`{"to":"b"}`)}}},
		}
		b.start()
		b.hear("send both mails")
		first := b.code()
		b.hear("approve " + first)
		b.effects(1)
		if second := b.code(); second == first {
			t.Error("the second ask has the first one's code word")
		}
		b.hear("approve " + first) // replayed
		b.effects(1)
		b.hear("approve " + b.code())
		b.effects(2)
	})
}

func TestAnswerMustComeAfterTheAsk(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`)}
		b.start()
		asked := time.Now()
		b.hear("send the mail")
		code := b.code()
		b.hearWith(event.Heard{Text: "approve " + code, Began: asked.Add(-time.Second), Ended: asked})
		b.effects(0)
		s := b.state()
		if s.Presented() == nil {
			t.Fatal("the ask is gone")
		}
		b.hear("approve " + b.code())
		b.effects(1)
	})
}

func TestOwnVoiceDecidesNothing(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`)}
		b.start()
		b.hear("send the mail")
		s := b.state()
		last := s.Said[len(s.Said)-1]
		b.hearWith(event.Heard{Text: "approve " + b.code(), Began: last.Ended.Add(-50 * time.Millisecond), Ended: last.Ended.Add(time.Second)})
		b.effects(0)
		b.hearWith(event.Heard{Text: last.Text, Began: last.Ended.Add(time.Second), Ended: last.Ended.Add(2 * time.Second)})
		b.effects(0)
	})
}

func TestUnansweredAskGoesToTheInboxAndComesBack(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`)}
		b.start()
		b.hear("send the mail")
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := count(b.kinds(), "ask.posing"); n != 2 {
			t.Errorf("the ask was put %d times, want 2", n)
		}
		if !b.has("ask.parked") {
			t.Fatal("the ask was not parked")
		}
		b.hear("what's waiting")
		b.hear("approve " + b.code())
		b.effects(1)
	})
}

func TestRestartAsksAgain(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`)}
		b.start()
		b.hear("send the mail")
		b.stop()
		b.start()
		b.hear("approve " + b.code())
		b.effects(1)
	})
}

func TestUnknownEffectIsAskedAbout(t *testing.T) {
	for _, tt := range []struct{ answer, kind string }{{"no", "effect.ended"}, {"approve {code}", "effect.started"}} {
		rehearse(t, func(b *bench) {
			b.model.replies = []event.Replied{calls("lost", `{}`)}
			b.start()
			b.hear("send the lost mail")
			b.hear("approve " + b.code())
			if !b.mouth.said("ask.unknown") {
				t.Fatalf("said %q, want a question about the unknown effect", b.mouth.spoken)
			}
			n := count(b.kinds(), tt.kind)
			b.hear(strings.ReplaceAll(tt.answer, "{code}", b.code()))
			if count(b.kinds(), tt.kind) == n {
				t.Errorf("after %q no %s follows", tt.answer, tt.kind)
			}
		})
	}
}

func TestStrangersWordsRaiseTheLevel(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("page", `{"url":"x"}`), calls("run", `{"to":"evil@example.com"}`)}
		b.start()
		b.hear("run what the page says")
		b.effects(1) // the page was read
		if !b.mouth.said("ask.taint") {
			t.Errorf("said %q, want a warning", b.mouth.spoken)
		}
		b.hear("go ahead") // would do for External
		b.effects(1)
	})
}

func TestSealIsNeverVoiceAlone(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("seal", `{}`)}
		b.start()
		b.hear("change the password")
		s := b.state()
		b.hear("approve " + s.Asks[0].ID)
		b.hear("go ahead")
		b.effects(0)
		// By name, and typed in another terminal: nobody knows who has read it.
		b.desk.Tell(event.Answered{Ask: s.Asks[0].ID, Approve: true, By: "socket"})
		b.rest()
		now := time.Now()
		b.desk.Tell(event.Heard{Text: "approve " + s.Asks[0].ID, Typed: true, Socket: true, Began: now, Ended: now})
		b.rest()
		b.effects(0)
		b.desk.Tell(event.Answered{Ask: s.Asks[0].ID, Approve: true, By: "socket", Shown: "/dev/pts/0"})
		b.rest()
		b.effects(1)
	})
}

func TestUndo(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("write", `{"path":"a"}`)}
		b.start()
		b.hear("write it")
		b.hear("undo that")
		b.effects(2)
		if !b.mouth.said("say.undone") {
			t.Errorf("said %q", b.mouth.spoken)
		}
		b.hear("undo that")
		b.effects(2)
	})
}

func TestNoteTakesWhatIsSaidWithoutAModel(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		b.hear("메모해 줘")
		b.hear("내일 회의는 세 시입니다")
		b.hear("stop the presses, he said") // not a verb: it is dictation
		b.hear("메모 끝")
		b.effects(2)
		if len(b.model.prompts) != 0 {
			t.Error("the model was asked about dictation")
		}
	})
}

func TestRevisionGoesOnWithTheSameTask(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{{Text: "A long text."}, {Text: "Short."}}
		b.start()
		b.hear("describe the office")
		b.hear("shorter")
		s := b.state()
		if len(s.Order) != 1 || s.Tasks["t1"].Report != "Short." {
			t.Errorf("got %d tasks, the first reports %q", len(s.Order), s.Tasks["t1"].Report)
		}
	})
}

func TestWanderingEnds(t *testing.T) {
	rehearse(t, func(b *bench) {
		for range 20 {
			b.model.replies = append(b.model.replies, calls("look", `{}`))
		}
		b.start()
		b.hear("what is the rent")
		b.effects(1)
		if !b.mouth.said("say.wandering") {
			t.Errorf("said %q", b.mouth.spoken)
		}
	})
}

func TestEffectNobodyOrderedIsAskedFor(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("write", `{"path":"x"}`)}
		b.start()
		b.hear("how much is the rent in the budget?")
		b.effects(0)
		if !b.has("asked") {
			t.Error("a question led to a write without an ask")
		}
	})
}

func TestMalformedReplyIsMendedTwice(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{{Err: "no such tool"}, {Err: "no such tool"}, {Text: "Now."}}
		b.start()
		b.hear("do something")
		if !b.mouth.said("Now.") {
			t.Errorf("said %q", b.mouth.spoken)
		}
	})
}

func TestStopEndsAWorkingTask(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.hold = make(chan struct{})
		b.start()
		b.hear("write a novel")
		b.hear("stop")
		s := b.state()
		if got := s.Tasks["t1"].Status; got != event.Cancelled {
			t.Errorf("got %s, want cancelled", got)
		}
	})
}

func TestThirdLanguageIsToldSo(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		b.hearWith(event.Heard{Text: "Schalte das Licht ein", Language: "de"})
		if !b.mouth.said("say.language") || b.has("task.opened") {
			t.Errorf("said %q, events %v", b.mouth.spoken, b.kinds())
		}
	})
}

func TestWithoutAVoiceTypedAnswersCount(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.mute = true
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`)}
		b.start()
		b.hearWith(event.Heard{Text: "send the mail", Typed: true})
		code := b.code()
		b.hear("approve " + code) // spoken, but the ask was not heard
		b.effects(0)
		b.hearWith(event.Heard{Text: "approve " + b.code(), Typed: true})
		b.effects(1)
	})
}

// TestCriticismMakesTheSameCallAgain: the call that a task began with is another
// one after criticism.
func TestCriticismMakesTheSameCallAgain(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("write", `{"path":"a"}`), {Text: "Long."}, calls("write", `{"path":"a"}`), {Text: "Short."}}
		b.start()
		b.hear("write the list of things")
		b.hear("no, shorter")
		b.effects(2)
		if got := b.state().Tasks["t1"]; got.Status != event.Done || !strings.HasPrefix(got.Report, "Short.") {
			t.Errorf("got %s %q, want it done anew", got.Status, got.Report)
		}
	})
}

func TestJournalGivesTheStateBack(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{
			calls("write", `{"path":"a"}`), {Text: "Wrote."}, calls("mail", `{"to":"a"}`),
		}
		b.start()
		b.hear("write a list")
		b.hear("send the mail to finance")
		live := b.state()
		folded := state.New()
		for e, err := range b.journal.Events(1) {
			if err != nil {
				t.Fatal(err)
			}
			ev, err := event.Decode(e)
			if err != nil {
				t.Fatal(err)
			}
			folded.Apply(ev)
		}
		for id, want := range live.Tasks {
			got := *folded.Tasks[id]
			got.Tools, got.Speech, got.Opened, got.Closed = want.Tools, want.Speech, want.Opened, want.Closed
			if !reflect.DeepEqual(got, *want) {
				t.Errorf("task %s: got %+v, want %+v", id, got, *want)
			}
		}
		if len(folded.Asks) != len(live.Asks) || !reflect.DeepEqual(folded.Latest, live.Latest) {
			t.Errorf("got asks %v and effects %v, want %v and %v", folded.Asks, folded.Latest, live.Asks, live.Latest)
		}
	})
}

func count(list []string, s string) (n int) {
	for _, l := range list {
		if l == s {
			n++
		}
	}
	return n
}

func TestRecogniserThatFailsIsTold(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		b.hearWith(event.Heard{Err: "the server can't be reached"})
		if !b.mouth.said("err.not_heard") || !b.has("told") || b.has("task.opened") {
			t.Errorf("said %q, events %v", b.mouth.spoken, b.kinds())
		}
	})
}

func TestNoticeIsSaid(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		b.desk.Tell(event.Notice{Key: "err.microphone_lost"})
		b.rest()
		if !b.mouth.said("err.microphone_lost") || !b.has("told") {
			t.Errorf("said %q, events %v", b.mouth.spoken, b.kinds())
		}
	})
}

func TestAYesToNothingIsNoOrder(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		for _, text := range []string{"Okay.", "Yes.", "No.", "네.", "응", "All right, go ahead."} {
			b.hear(text)
		}
		if b.has("task.opened") {
			t.Errorf("an answer to nothing became an order: %v", b.kinds())
		}
	})
}

func TestScrapsAreNoOrders(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		b.hearWith(event.Heard{Text: "PXT", Confidence: 0.34})
		if b.has("task.opened") || len(b.mouth.spoken) > 0 {
			t.Errorf("a scrap of a word was taken up: %v, said %q", b.kinds(), b.mouth.spoken)
		}
		b.hearWith(event.Heard{Text: "write the pear port to fine dance", Confidence: 0.34})
		if b.has("task.opened") || !b.mouth.said("say.not_understood") {
			t.Errorf("a mumbled order was not asked for again: %v, said %q", b.kinds(), b.mouth.spoken)
		}
	})
}

func TestWhatLeadsUpToAnAskIsSaidBeforeIt(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`)}
		b.start()
		b.hear("send the mail")
		b.hear("I prove fulcrum")
		if s := b.state(); len(s.Order) != 1 {
			t.Fatal("a misheard answer became an order")
		}
		s := b.state()
		if a := s.Presented(); a == nil || a.Delivered.IsZero() {
			t.Fatal("the ask was not put again")
		}
		last := s.Said[len(s.Said)-1]
		if last.Ask == "" {
			t.Errorf("the last thing said is %q, not the ask", last.Text)
		}
	})
}

// TestEvidenceThatIsNoNumber: a recogniser that gives nonsense approves nothing,
// and does not end the desk.
func TestEvidenceThatIsNoNumber(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, h := range []event.Heard{
		{Confidence: nan, Lowest: nan}, {Confidence: 0.9, Lowest: 0.9, Voiced: 0.9, SNR: inf}, {Confidence: inf, Lowest: inf, Voiced: inf, SNR: inf},
		{Confidence: 0.9, Lowest: 0.9, Voiced: 0.9, SNR: nan, Tokens: []float32{nan}},
	} {
		rehearse(t, func(b *bench) {
			b.model.replies = []event.Replied{calls("run", `{"command":"make"}`)}
			b.start()
			b.hear("run make")
			h.Text = "go ahead"
			b.hearWith(h)
			b.effects(0)
			b.hear("no")
			if len(b.state().Asks) != 0 {
				t.Errorf("%+v: the desk goes on no more", h)
			}
		})
	}
}

// TestPromptNamesTheLanguage: the model is told the order's, at every turn.
func TestPromptNamesTheLanguage(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("look", `{"to":"a"}`), {Text: "네."}, {Text: "Yes."}}
		b.start()
		b.hear("회의록 좀 봐 줘")
		b.hear("look at the minutes")
		var got []string
		for _, p := range b.model.prompts {
			got = append(got, p.Language)
		}
		if want := []string{"ko", "ko", "en"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
