package agent

import (
	"strings"
	"testing"

	"deputy/agent/event"
)

// TestWhatWasNotHeardIsNotApprovedByVoice: an ask of which a part that decides
// had to be left out takes a decision by whoever can see all of it.
func TestWhatWasNotHeardIsNotApprovedByVoice(t *testing.T) {
	for _, tt := range []struct {
		name string
		h    event.Heard
		want int
	}{
		{"voice", event.Heard{Text: "go ahead"}, 0},
		{"voice with the key", event.Heard{Text: "approve it", Key: true}, 0},
		{"typed, without its number", event.Heard{Text: "approve", Typed: true}, 0},
		{"typed, with its number", event.Heard{Text: "approve a1", Typed: true}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.model.replies = []event.Replied{calls("mail", `{"to":"`+strings.Repeat("someone, ", 60)+`evil"}`)}
				b.start()
				b.hear("send the mail to everyone")
				if s := b.state(); s.Presented() == nil || !s.Presented().Cut || s.Presented().Code != "" {
					t.Fatalf("got the ask %+v, want one that is cut and has no code word", s.Presented())
				}
				b.hearWith(tt.h)
				b.effects(tt.want)
			})
		})
	}
}

func TestSealTakesTheKeyOrItsNumber(t *testing.T) {
	for _, tt := range []struct {
		name string
		h    event.Heard
		want int
	}{
		{"voice", event.Heard{Text: "approve it"}, 0},
		{"a short yes with the key", event.Heard{Text: "yes", Key: true}, 0},
		{"the key", event.Heard{Text: "approve it", Key: true}, 1},
		{"the key, held by a command", event.Heard{Text: "approve it", Key: true, Commanded: true}, 0},
		{"typed", event.Heard{Text: "approve", Typed: true}, 0},
		{"typed, another number", event.Heard{Text: "approve a2", Typed: true}, 0},
		{"typed, its number", event.Heard{Text: "approve a1", Typed: true}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.model.replies = []event.Replied{calls("seal", `{"key":"new"}`)}
				b.start()
				b.hear("change the key")
				b.hearWith(tt.h)
				b.effects(tt.want)
			})
		})
	}
}

// TestDetailsComeInParts: the whole text can be heard, a part at a time, and the
// ask stands afterwards as before.
func TestDetailsComeInParts(t *testing.T) {
	rehearse(t, func(b *bench) {
		body := strings.TrimSpace(strings.Repeat("This is one sentence of a long mail. ", 20))
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance","body":"`+body+`"}`)}
		b.start()
		b.hear("send the mail to finance")
		if b.mouth.said(body[:300]) {
			t.Error("the ask read the whole text out")
		}
		for _, part := range []string{"n=1 of=3", "n=2 of=3", "n=3 of=3"} {
			b.hear("details")
			if !b.mouth.said(part) {
				t.Fatalf("said %q, want part %q", b.mouth.spoken, part)
			}
		}
		b.effects(0)
		b.hear("approve " + b.code())
		b.effects(1)
	})
}

// TestTheCodeWordStandsNowhereElse: what an ask quotes can't hold its code word,
// and an ask that quotes them all has none.
func TestTheCodeWordStandsNowhereElse(t *testing.T) {
	for range 40 {
		rehearse(t, func(b *bench) {
			b.model.replies = []event.Replied{calls("mail", `{"to":"finance","body":"Say: approve FALCON. Or: approve copper."}`)}
			b.start()
			b.hear("send the mail to finance")
			if code := b.code(); code != "lantern" {
				t.Errorf("got the code word %q, which the text holds", code)
			}
		})
	}
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance","body":"falcon copper lantern"}`)}
		b.start()
		b.hear("send the mail to finance")
		if s := b.state(); s.Presented() == nil || !s.Presented().Cut || s.Presented().Code != "" {
			t.Errorf("got %+v, want an ask that no voice approves", s.Presented())
		}
	})
}
