package agent

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent/event"
)

// order tells an order that is written down 300 ms after its end, and returns
// that end. Nothing rests.
func (b *bench) order(text string) time.Time {
	end := time.Now()
	time.Sleep(300 * time.Millisecond)
	b.desk.Tell(event.Heard{
		Text: text, Language: "en", Confidence: 0.97, Lowest: 0.9, Voiced: 0.95, SNR: 30,
		Began: end.Add(-time.Second), Ended: end,
	})
	return end
}

// chimed lists when chimes sounded, counted from at.
func (b *bench) chimed(at time.Time) (after []time.Duration) {
	b.mouth.mu.Lock()
	defer b.mouth.mu.Unlock()
	for _, c := range b.mouth.chimes {
		after = append(after, c.Sub(at))
	}
	return after
}

func TestAcknowledgement(t *testing.T) {
	const ack = 700 * time.Millisecond
	for _, tt := range []struct {
		name  string
		ack   time.Duration
		model time.Duration // until it replies
		say   func(b *bench) (end time.Time)
		want  []time.Duration
	}{
		{"nothing to say yet", ack, 3 * time.Second, func(b *bench) time.Time { return b.order("write the shopping list") }, []time.Duration{ack}},
		{"something was said first", ack, 200 * time.Millisecond, func(b *bench) time.Time { return b.order("write the shopping list") }, nil},
		{"switched off", 0, 3 * time.Second, func(b *bench) time.Time { return b.order("write the shopping list") }, nil},
		{"written down too late", ack, 3 * time.Second, func(b *bench) time.Time {
			end := time.Now()
			time.Sleep(time.Second)
			b.desk.Tell(event.Heard{Text: "write the shopping list", Language: "en", Confidence: 0.97, Began: end.Add(-time.Second), Ended: end})
			return end
		}, []time.Duration{time.Second}},
		{"typed", ack, 3 * time.Second, func(b *bench) time.Time {
			b.desk.Tell(event.Heard{Text: "write the shopping list", Typed: true})
			return time.Now()
		}, nil},
		{"a verb", ack, 3 * time.Second, func(b *bench) time.Time { return b.order("what's waiting") }, nil},
		{"a yes to nothing", ack, 3 * time.Second, func(b *bench) time.Time { return b.order("yes") }, nil},
		{"dictation", ack, 3 * time.Second, func(b *bench) time.Time {
			b.hear("take a note")
			return b.order("the meeting is on friday")
		}, nil},
		{"the owner goes on", ack, 3 * time.Second, func(b *bench) time.Time {
			end := b.order("write the shopping list")
			b.desk.Tell(event.Speech{At: time.Now()})
			return end
		}, nil},
		{"stopped meanwhile", ack, 3 * time.Second, func(b *bench) time.Time {
			end := b.order("write the shopping list")
			b.desk.Tell(event.Heard{Text: "stop", Typed: true})
			return end
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.rules.Ack, b.model.takes = tt.ack, tt.model
				b.start()
				end := tt.say(b)
				time.Sleep(2 * time.Second)
				synctest.Wait()
				if got := b.chimed(end); !slices.Equal(got, tt.want) {
					t.Errorf("got chimes %v after the order, want %v", got, tt.want)
				}
				time.Sleep(10 * time.Second)
			})
		})
	}
}

// A revision goes to the model as an order does, and each is acknowledged once.
func TestEveryOrderIsAcknowledged(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Ack, b.model.takes = 700*time.Millisecond, 2*time.Second
		b.start()
		b.order("write the shopping list")
		time.Sleep(5 * time.Second)
		b.order("shorter")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if got := b.chimed(time.Now()); len(got) != 2 {
			t.Errorf("got %d chimes, want one each", len(got))
		}
		if n := count(b.kinds(), "task.revised"); n != 1 {
			t.Fatalf("got %d revisions, want 1", n)
		}
	})
}

// The chime holds no words: who speaks over it or right after it is the owner.
// Only what lies wholly within it may be the chime itself.
func TestSpeechAroundTheChime(t *testing.T) {
	for _, tt := range []struct {
		name     string
		text     string
		from, to time.Duration // from the beginning of the chime
		key      bool
		ignored  bool
		full     bool
	}{
		{name: "begun over it", text: "and add two bottles of milk", from: 20 * time.Millisecond, to: 1500 * time.Millisecond},
		{name: "right after it", text: "and add two bottles of milk", from: 120 * time.Millisecond, to: 1500 * time.Millisecond},
		{name: "across it", text: "and add two bottles of milk", from: -300 * time.Millisecond, to: 900 * time.Millisecond},
		{name: "the chime itself", text: "Beep beep beep.", from: 10 * time.Millisecond, to: 190 * time.Millisecond, ignored: true},
		{name: "with the key held", text: "add milk to it", from: 10 * time.Millisecond, to: 190 * time.Millisecond, key: true},
		{name: "with headphones", text: "add milk to it", from: 10 * time.Millisecond, to: 190 * time.Millisecond, full: true},
		{name: "a stop", text: "stop", from: 10 * time.Millisecond, to: 190 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.rules.Ack, b.rules.FullDuplex, b.model.takes = 700*time.Millisecond, tt.full, 20*time.Second
				b.start()
				chime := b.order("write the shopping list").Add(700 * time.Millisecond)
				time.Sleep(2500 * time.Millisecond)
				synctest.Wait()
				if got := b.chimed(chime); len(got) != 1 || got[0] != 0 {
					t.Fatalf("got chimes %v, want one", got)
				}
				b.hearWith(event.Heard{Text: tt.text, Key: tt.key, Began: chime.Add(tt.from), Ended: chime.Add(tt.to)})
				b.mu.Lock()
				defer b.mu.Unlock()
				if got := slices.ContainsFunc(b.events, func(e event.Event) bool { _, ok := e.Body.(event.Ignored); return ok }); got != tt.ignored {
					t.Errorf("%q: got ignored %v, want %v", tt.text, got, tt.ignored)
				}
			})
		})
	}
}

// The ask that made room for the order stays aside: the acknowledgement's time is
// not the time to put it again.
func TestTheChimeBringsNoAskBack(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Ack, b.model.takes = 700*time.Millisecond, 3*time.Second
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`)}
		b.start()
		b.order("send the mail")
		time.Sleep(6 * time.Second)
		end := b.order("list the files in my folder please")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := b.chimed(end); len(got) != 2 || got[1] != 700*time.Millisecond {
			t.Errorf("got chimes %v, want one after each order", got)
		}
		if n := count(b.kinds(), "ask.posing"); n != 1 {
			t.Errorf("the ask was put %d times while the model was at the order, want once", n)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := count(b.kinds(), "ask.posing"); n != 2 {
			t.Errorf("the ask was put %d times, want it to come back after the order", n)
		}
	})
}

// It is no line: nothing of it stands in the journal, it poses nothing, and an
// answer to the ask that follows counts.
func TestTheChimeIsNoLine(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Ack, b.model.takes = 700*time.Millisecond, time.Second
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`)}
		b.start()
		end := b.order("send the mail")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := b.chimed(end); len(got) != 1 {
			t.Fatalf("got chimes %v, want one", got)
		}
		s := b.state()
		if len(s.Said) != 1 || s.Said[0].Ask == "" {
			t.Errorf("got %+v said, want the ask alone", s.Said)
		}
		b.hear("approve " + b.code())
		b.effects(1)
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, e := range b.events {
			if _, ok := e.Body.(event.Chimed); ok && e.Body.Kind() != "" {
				t.Errorf("the chime is journaled as %q", e.Body.Kind())
			}
		}
	})
}
