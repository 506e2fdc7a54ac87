package agent

import (
	"testing"
	"time"

	"deputy/agent/event"
)

// halfHeard is a real person's "yes", as whisper base gives most of them.
func halfHeard(text string) event.Heard {
	return event.Heard{Text: text, Confidence: 0.62, Lowest: 0.43, NoSpeech: 0.13, Voiced: 0.95, SNR: 30}
}

// TestTwoShortYesesApprove: a short yes to each of two posings of one ask approves
// what can be undone; anything else between or beside them doesn't.
func TestTwoShortYesesApprove(t *testing.T) {
	for _, tt := range []struct {
		name string
		tool string
		says []event.Heard
		want int
	}{
		{"one", "run", []event.Heard{halfHeard("Yes.")}, 0},
		{"two", "run", []event.Heard{halfHeard("Yes."), halfHeard("Yeah.")}, 1},
		{"two, Korean", "run", []event.Heard{halfHeard("네."), halfHeard("네.")}, 1},
		{"yes and no", "run", []event.Heard{halfHeard("Yes."), halfHeard("No.")}, 0},
		{"yes and right", "run", []event.Heard{halfHeard("Yes."), halfHeard("Yeah, right.")}, 0},
		{"the first was not heard", "run", []event.Heard{{Text: "Yes.", Confidence: 0.4, Lowest: 0.2, Voiced: 0.9, SNR: 30}, halfHeard("Yes.")}, 0},
		{"the second was not heard", "run", []event.Heard{halfHeard("Yes."), {Text: "Yes.", Confidence: 0.4, Lowest: 0.2, Voiced: 0.9, SNR: 30}}, 0},
		{"something between", "run", []event.Heard{halfHeard("Yes."), {Text: "what's waiting"}, halfHeard("Yes.")}, 0},
		{"what can't be undone", "mail", []event.Heard{halfHeard("Yes."), halfHeard("Yes.")}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.model.replies = []event.Replied{calls(tt.tool, `{"to":"finance"}`), {Text: "Done."}}
				b.start()
				b.hear(map[bool]string{true: "메이크 좀 실행해 줘", false: "run make for me"}[hangul([]rune(tt.says[0].Text)[0])])
				for _, h := range tt.says {
					b.hearWith(h)
				}
				time.Sleep(3 * time.Second)
				b.effects(tt.want)
			})
		})
	}
}

// TestHalfAYesIsForgotten: what was said to one ask is nothing to another, nor to
// the same one after a restart.
func TestHalfAYesIsForgotten(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("run", `{"command":"a"}`), calls("run", `{"command":"b"}`), {Text: "Done."}}
		b.start()
		b.hear("run make for me")
		b.hearWith(halfHeard("Yes."))
		b.stop()
		b.start()
		b.hearWith(halfHeard("Yes."))
		b.effects(0)
		b.hear("no")
		b.hear("run make for me once more")
		b.hearWith(halfHeard("Yes."))
		b.effects(0)
	})
}

// TestABareCodeWordIsAnswered: the owner is told how to say it.
func TestABareCodeWordIsAnswered(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), {Text: "Sent."}}
		b.start()
		b.hear("send the mail to finance")
		code := b.code()
		b.hear(code)
		b.effects(0)
		if !b.mouth.said("say.bare_code") || b.code() == code {
			t.Errorf("said %q, want why, and another word", b.mouth.spoken)
		}
		b.hear("go ahead, " + b.code())
		b.effects(1)
	})
}
