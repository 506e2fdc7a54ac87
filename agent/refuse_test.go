package agent

import (
	"fmt"
	"testing"
	"time"

	"deputy/agent/event"
)

// faint is what a noise filter takes for noise.
func faint(text, lang string) event.Heard {
	return event.Heard{Text: text, Language: lang, Noise: "weak", Confidence: 0.3, Lowest: 0.2, NoSpeech: 0.2, Voiced: 0.8, SNR: 25}
}

// TestNoRefusalIsLost: what reads as a no or a stop counts at each moment, however
// badly it was heard.
func TestNoRefusalIsLost(t *testing.T) {
	refusals := []event.Heard{
		faint("Stop.", "en"), faint("No.", "en"), faint("그만.", "ko"), faint("아니.", "ko"), faint("Stop", "de"), faint("no no no no no no", "en"),
		faint("Cancel.", "en"), faint("하지 마.", "ko"), {Text: "Stop!", Language: "nl", Confidence: 0.5}, {Text: "No.", Language: "it", Confidence: 0.5},
		{Text: "하지마!", Language: "ko", Foreign: true, Confidence: 0.4},
	}
	moments := map[string]func(b *bench){
		"the ask stands": func(b *bench) {
			b.hear("send the mail to finance")
		},
		"the ask is being said": func(b *bench) {
			b.desk.Tell(event.Heard{Text: "send the mail to finance", Language: "en", Began: time.Now(), Ended: time.Now(), Confidence: 0.97, Lowest: 0.9})
			time.Sleep(50 * time.Millisecond)
		},
		"the grace runs": func(b *bench) {
			b.hear("send the mail to finance")
			b.hear("approve " + b.code())
		},
		"Deputy speaks in the grace": func(b *bench) {
			b.hear("send the mail to finance")
			b.desk.Tell(event.Heard{Text: "approve " + b.code(), Language: "en", Began: time.Now(), Ended: time.Now(), Confidence: 0.97, Lowest: 0.9, Voiced: 0.9, SNR: 30})
			time.Sleep(50 * time.Millisecond)
		},
		"a note is open": func(b *bench) {
			b.hear("send the mail to finance")
			b.hear("take a note")
		},
	}
	for name, moment := range moments {
		for _, h := range refusals {
			t.Run(fmt.Sprintf("%s/%s %s", name, h.Text, h.Language), func(t *testing.T) {
				rehearse(t, func(b *bench) {
					b.rules.Grace = 2 * time.Second
					b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
					b.start()
					moment(b)
					h.Began, h.Ended = time.Now(), time.Now().Add(10*time.Millisecond)
					b.hearWith(h)
					if s := b.state(); len(s.Delayed) > 0 || len(s.Asks) > 0 {
						t.Errorf("held %v, asked %v, want neither any more", s.Delayed, s.Asks)
					}
					time.Sleep(5 * time.Second)
					b.effects(0)
				})
			})
		}
	}
}

// TestAWaitPutsOff: who says wait while an ask is said, or stands, is asked later.
func TestAWaitPutsOff(t *testing.T) {
	for _, text := range []string{"Wait.", "잠깐"} {
		for name, h := range map[string]event.Heard{"well": {Language: "en", Confidence: 0.9}, "in another language": {Language: "ja", Confidence: 0.4}} {
			for moment, takes := range map[string]time.Duration{"is being said": 50 * time.Millisecond, "stands": 2 * time.Second} {
				t.Run(text+" "+name+", the ask "+moment, func(t *testing.T) {
					rehearse(t, func(b *bench) {
						b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
						b.start()
						b.desk.Tell(event.Heard{Text: "send the mail to finance", Language: "en", Typed: true})
						time.Sleep(takes)
						h.Text, h.Began, h.Ended = text, time.Now(), time.Now().Add(10*time.Millisecond)
						b.hearWith(h)
						if s := b.state(); len(s.Asks) != 1 || !s.Asks[0].Deferred {
							t.Errorf("got %+v, want the ask put off", s.Asks)
						}
					})
				})
			}
		}
	}
}

// TestFaintWordsDoNothingElse: but for refusals nothing follows from what is taken
// for noise, and nothing of it is written down.
func TestFaintWordsDoNothingElse(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.start()
		for _, text := range []string{"", "Okay.", "No.", "Write the shopping list.", "The train is not moving towards the station.", "Take a note."} {
			b.hearWith(faint(text, "en"))
		}
		if got := b.kinds(); len(got) != 1 {
			t.Errorf("got events %v, want the opening", got)
		}
	})
}

// TestDoubtInTheGraceHolds: what may have been a stop keeps the effect from
// beginning; what can't have been one doesn't.
func TestDoubtInTheGraceHolds(t *testing.T) {
	for _, tt := range []struct {
		h    event.Heard
		want int
	}{
		{event.Heard{Text: "Dump."}, 0},
		{event.Heard{Text: "Star", Confidence: 0.43}, 0},
		{event.Heard{Text: "Now"}, 0},
		{event.Heard{Text: "Stock."}, 0},
		{event.Heard{Text: "투마.", Confidence: 0.5}, 0},
		{event.Heard{Text: "ストップ", Language: "ja"}, 0},
		{event.Heard{Text: "", Noise: "empty", Voiced: 0.9}, 0},
		{event.Heard{Text: "[Music]", Noise: "tag", Voiced: 0.9}, 0},
		{event.Heard{Text: "Yeah.", Noise: "weak", Confidence: 0.3, Voiced: 0.9}, 0},
		{event.Heard{Err: "out of memory"}, 0},
		{event.Heard{Text: "what is it about"}, 0},
		{event.Heard{Text: "say that again"}, 0},
		{event.Heard{Text: "", Noise: "empty", Confidence: 0.1, Voiced: 0.1}, 1},
		{event.Heard{Text: "Thank you."}, 1},
		{event.Heard{Text: "okay great"}, 1},
		{event.Heard{Text: "네, 고마워요"}, 1},
		{event.Heard{Text: "오늘 날씨가 좋다"}, 1},
		{event.Heard{Text: "star pit now", Confidence: 0.5}, 0},
		{event.Heard{Text: "what's running"}, 1},
		{event.Heard{Text: "write the shopping list for tomorrow's party"}, 1},
	} {
		t.Run(tt.h.Text+tt.h.Noise+tt.h.Err, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.sendMail()
				b.hearWith(tt.h)
				time.Sleep(5 * time.Second)
				b.effects(tt.want)
				if tt.want > 0 {
					return
				}
				if b.mouth.said("say.unread") != (b.state().Asks != nil) || b.code() == "" {
					t.Fatalf("said %q, want it asked about again", b.mouth.spoken)
				}
				b.hear("yes")
				b.effects(0)
				b.hear("approve " + b.code())
				time.Sleep(3 * time.Second)
				b.effects(1)
			})
		})
	}
}

// TestANoisyRoomEndsInTheInbox: a room in which something is always heard neither
// sends nor is asked for ever.
func TestANoisyRoomEndsInTheInbox(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.sendMail()
		for range 60 {
			b.hearWith(event.Heard{Noise: "empty", Voiced: 0.9})
		}
		b.effects(0)
		asked := 0
		for _, k := range b.kinds() {
			if k == "ask.posing" {
				asked++
			}
		}
		if s := b.state(); len(s.Asks) != 1 || !s.Asks[0].Deferred || asked != 3 {
			t.Errorf("asked %d times, open asks %+v; want once before and twice after, then the inbox", asked, s.Asks)
		}
	})
}

// TestANoEndsAReport: who says no while Deputy reports something has heard enough;
// Deputy's own "no" ends nothing.
func TestANoEndsAReport(t *testing.T) {
	for report, want := range map[string]bool{"Revenue rose by a tenth.": true, "There is no change.": false} {
		rehearse(t, func(b *bench) {
			b.model.replies = []event.Replied{{Text: report}}
			b.start()
			b.desk.Tell(event.Heard{Text: "what is new", Language: "en", Typed: true})
			time.Sleep(50 * time.Millisecond)
			b.hearWith(event.Heard{Text: "No.", Language: "en", Noise: "weak", Confidence: 0.4, Voiced: 0.9, Began: time.Now(), Ended: time.Now()})
			if got := !b.state().Tasks["t1"].Reported; got != want {
				t.Errorf("%q: got it hushed %v, want %v", report, got, want)
			}
		})
	}
}

// aloud says one line in plain words.
type aloud struct{ wording }

func (a aloud) Phrase(lang, key string, values map[string]string) string {
	if key == "say.grace" {
		return "All right, in a moment."
	}
	return a.wording.Phrase(lang, key, values)
}

// TestOwnEchoHoldsNothing: a room that gives Deputy's own voice back keeps nothing
// from being done.
func TestOwnEchoHoldsNothing(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Grace, b.rules.Phrases = 2*time.Second, aloud{}
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), {Text: "Sent."}}
		b.start()
		b.hear("send the mail to finance")
		b.desk.Tell(event.Heard{Text: "approve " + b.code(), Language: "en", Began: time.Now(), Ended: time.Now(), Confidence: 0.97, Lowest: 0.9, Voiced: 0.9, SNR: 30})
		time.Sleep(50 * time.Millisecond)
		b.hearWith(event.Heard{Text: "in a moment", Began: time.Now(), Ended: time.Now()})
		time.Sleep(3 * time.Second)
		b.effects(1)
	})
}
