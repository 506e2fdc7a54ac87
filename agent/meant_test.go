package agent

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
)

// listening is a desk that goes by its name.
func (b *bench) listening() {
	b.rules.Names = []string{"Deputy", "데퓨티"}
	b.start()
}

// orders are the texts of the tasks so far.
func (b *bench) orders() (out []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if t, ok := e.Body.(event.TaskOpened); ok {
			out = append(out, t.Order)
		}
	}
	return out
}

// ignored says why what was said last came to nothing; "" if it didn't.
func (b *bench) ignored() event.Why {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range slices.Backward(b.events) {
		switch e := e.Body.(type) {
		case event.Ignored:
			return e.Why
		case event.Heard:
			return ""
		}
	}
	return ""
}

func TestMeant(t *testing.T) {
	for _, tt := range []struct {
		name  string
		h     event.Heard
		order string // "": it is ignored
	}{
		{"the name", event.Heard{Text: "Deputy, write the list of things"}, "write the list of things"},
		{"a greeting", event.Heard{Text: "Hey Deputy, write the list of things"}, "write the list of things"},
		{"Korean", event.Heard{Text: "데퓨티야, 목록을 좀 만들어 줘"}, "목록을 좀 만들어 줘"},
		{"no name", event.Heard{Text: "write the list of things"}, ""},
		{"no name in Korean", event.Heard{Text: "목록을 좀 만들어 줘"}, ""},
		{"the name in the middle", event.Heard{Text: "I told the deputy to write the list"}, ""},
		{"about a deputy", event.Heard{Text: "Deputy mayor Kim wrote the list of things"}, ""},
		{"a note", event.Heard{Text: "take a note"}, ""},
		{"leave", event.Heard{Text: "you may mail finance about the report without asking"}, ""},
		{"another language", event.Heard{Text: "schreib die Liste", Language: "de"}, ""},
		{"nothing to stop", event.Heard{Text: "stop"}, ""},
		{"the key", event.Heard{Text: "write the list of things", Key: true}, "write the list of things"},
		{"typed", event.Heard{Text: "write the list of things", Typed: true}, "write the list of things"},
		{"typed with the name", event.Heard{Text: "deputy, write the list of things", Typed: true}, "write the list of things"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.model.replies = []event.Replied{{Text: "Here it is."}}
				b.listening()
				b.hearWith(tt.h)
				got := strings.Join(b.orders(), "|")
				if got != tt.order {
					t.Errorf("got the orders %q, want %q", got, tt.order)
				}
				if asked := len(b.model.prompts); (asked > 0) != (tt.order != "") {
					t.Errorf("the model was asked %d times", asked)
				}
				if tt.order == "" && b.ignored() != event.NotAddressed {
					t.Errorf("got ignored %q, want %q", b.ignored(), event.NotAddressed)
				}
			})
		})
	}
}

// Of what isn't meant for Deputy the journal holds how much it was, and no word.
func TestOverheardIsCountedOnly(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{{Text: "Here it is."}}
		b.listening()
		for range 3 {
			b.hear("the password of the safe is swordfish")
			time.Sleep(time.Minute)
		}
		b.hear("Deputy, write the list of things")
		count := 0
		for e, err := range b.journal.Events(1) {
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(e.Body, []byte("swordfish")) {
				t.Errorf("the journal holds what was overheard: %s", e.Body)
			}
			if d, err := event.Decode(e); err != nil {
				t.Fatal(err)
			} else if o, ok := d.Body.(event.Overheard); ok {
				count += o.Count
			}
		}
		if count != 3 {
			t.Errorf("the journal counts %d overheard, want 3", count)
		}
	})
}

func TestTheNameAloneOpensTheFloor(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{{Text: "Here it is."}}
		b.listening()
		b.hear("Deputy?")
		if len(b.mouth.chimes) == 0 {
			t.Error("the name alone was answered by no sound")
		}
		b.hear("write the list of things")
		if got := b.orders(); !slices.Equal(got, []string{"write the list of things"}) {
			t.Errorf("got the orders %q", got)
		}
		time.Sleep(time.Minute)
		b.hear("and what about tomorrow evening then")
		if got := b.orders(); len(got) != 1 {
			t.Errorf("a minute later it still listens: %q", got)
		}
	})
}

// What follows Deputy's words closely needs no name, but not without end: other
// people's talk would go on and on with the answers to it.
func TestWhatFollowsDeputysWords(t *testing.T) {
	rehearse(t, func(b *bench) {
		for range 10 {
			b.model.replies = append(b.model.replies, event.Replied{Text: "Here it is."})
		}
		b.listening()
		b.hear("Deputy, write the list of things")
		for range 8 {
			b.rest()
			time.Sleep(2 * time.Second)
			b.hear("and then we went home by the river")
		}
		if got := len(b.orders()); got != 1+unnamedLimit {
			t.Errorf("got %d orders, want %d", got, 1+unnamedLimit)
		}
		b.hear("Deputy, write the list of things")
		b.rest()
		time.Sleep(2 * time.Second)
		b.hear("and send it to nobody at all")
		if got := len(b.orders()); got != 3+unnamedLimit {
			t.Errorf("after the name got %d orders, want %d", got, 3+unnamedLimit)
		}
	})
}

// While an ask stands, only what answers it needs no name.
func TestTalkAtAnOpenAsk(t *testing.T) {
	for _, tt := range []struct {
		text  string
		after time.Duration
		asks  int // still open
		tasks int
	}{
		{"we should go to the seaside with the children", time.Second, 1, 1},
		{"we should go to the seaside with the children", 10 * time.Second, 1, 1},
		{"the train leaves at nine", 10 * time.Second, 1, 1},
		{"Deputy, what did my own files say yesterday", time.Second, 1, 2},
		{"no", 10 * time.Second, 0, 1},
		{"no, I told you that I don't like it there", 10 * time.Second, 0, 1},
		{"stop", 10 * time.Second, 0, 1},
		{"approve {code}", 10 * time.Second, 0, 1},
		{"Deputy, approve {code}", 10 * time.Second, 0, 1},
	} {
		t.Run(tt.text, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), {Text: "Well."}, {Text: "Well."}}
				b.listening()
				b.hear("Deputy, send the mail to finance")
				b.rest()
				time.Sleep(tt.after)
				b.hear(strings.ReplaceAll(tt.text, "{code}", b.code()))
				if s := b.state(); len(s.Asks) != tt.asks || len(b.orders()) != tt.tasks {
					t.Errorf("got %d asks and the orders %q, want %d and %d", len(s.Asks), b.orders(), tt.asks, tt.tasks)
				}
				for _, p := range b.model.prompts {
					for _, m := range p.Messages {
						if strings.Contains(m.Text, "like it there") || strings.Contains(m.Text, "seaside") {
							t.Errorf("the model was told %q", m.Text)
						}
					}
				}
			})
		})
	}
}

// With audio.address open, whatever is said is an order, as it always was; the name
// is taken off all the same.
func TestOpenAddress(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{{Text: "Here it is."}, {Text: "Here it is."}}
		b.rules.Open = true
		b.listening()
		b.hear("write the list of things")
		b.hear("Deputy, read the list of things")
		if got := b.orders(); !slices.Equal(got, []string{"write the list of things", "read the list of things"}) {
			t.Errorf("got the orders %q", got)
		}
	})
}

// What sounds like a third language, and a scrap in the other one, approves nothing;
// a refusal counts in any.
func TestForeignApprovesNothing(t *testing.T) {
	for _, tt := range []struct {
		h       event.Heard
		decided bool
	}{
		{event.Heard{Text: "go ahead"}, true},
		{event.Heard{Text: "go ahead", Foreign: true}, false},
		{event.Heard{Text: "go ahead", Foreign: true, Key: true}, true},
		{event.Heard{Text: "네", Key: true}, true},
		{event.Heard{Text: "네"}, false},
		{event.Heard{Text: "no", Foreign: true}, true},
		{event.Heard{Text: "아니"}, true},
	} {
		t.Run(tt.h.Text, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.model.replies = []event.Replied{calls("run", `{"command":"x"}`), {Text: "Well."}}
				b.listening()
				b.hear("Deputy, run the command x")
				b.rest()
				if s := b.state(); s.Presented() == nil {
					t.Fatal("nothing is asked")
				}
				time.Sleep(time.Second)
				b.hearWith(tt.h)
				if got := len(b.state().Asks) == 0; got != tt.decided {
					t.Errorf("%+v: got decided %v, want %v", tt.h, got, tt.decided)
				}
			})
		})
	}
}

// A typed yes or no to nothing is no order; to a report that ended in a question
// it may be one.
func TestTypedAnswerToNothing(t *testing.T) {
	for _, text := range []string{"yes", "no", "go ahead", "네", "아니"} {
		rehearse(t, func(b *bench) {
			b.model.replies = []event.Replied{{Text: "Here it is."}, {Text: "Shall I sort it?"}, {Text: "It is sorted."}}
			b.start()
			b.hearWith(event.Heard{Text: "write the list of things", Typed: true})
			b.hearWith(event.Heard{Text: text, Typed: true})
			if got := b.orders(); len(got) != 1 || !b.has("told") {
				t.Errorf("%q: got the orders %q and %v, want one and a sentence", text, got, b.kinds())
			}
			b.hearWith(event.Heard{Text: "read the list of things", Typed: true})
			b.hearWith(event.Heard{Text: text, Typed: true})
			if got := b.orders(); len(got) != 3 {
				t.Errorf("%q after a question: got the orders %q, want three", text, got)
			}
		})
	}
}

// An order that sounds like a language of nobody's is not carried out as what was
// written for it, unless the key is held.
func TestForeignOrder(t *testing.T) {
	for _, key := range []bool{false, true} {
		rehearse(t, func(b *bench) {
			b.model.replies = []event.Replied{{Text: "Here it is."}}
			b.listening()
			b.hearWith(event.Heard{Text: "Deputy, ascend the lamp of the saloon", Foreign: true, Key: key})
			if got := len(b.orders()) == 1; got != key || !key && b.ignored() != event.Foreign {
				t.Errorf("key %v: got the orders %q and ignored %q", key, b.orders(), b.ignored())
			}
		})
	}
}
