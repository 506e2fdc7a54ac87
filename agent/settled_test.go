package agent

import (
	"testing"

	"deputy/agent/event"
)

// TestSettled: only a bare refusal or the approval with its code word is all that
// could be waited for, and only while it is being asked for.
func TestSettled(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.model.replies = []event.Replied{calls("mail", `{"to":"a"}`)}
		b.start()
		settled := func(text, language string) bool {
			return b.desk.Settled(event.Heard{Text: text, Language: language, Confidence: 0.97, Lowest: 0.9, Voiced: 0.95, SNR: 30})
		}
		if settled("No.", "en") {
			t.Error("settled while nothing is asked")
		}
		b.hear("send the mail")
		code := b.code()
		for _, c := range []struct {
			text, language string
			want           bool
		}{
			{"No.", "en", true},
			{"취소", "ko", true},
			{"Go ahead, " + code + ".", "en", true},
			{"Yes.", "en", false},
			{"Go ahead.", "en", false},
			{"No, make it shorter.", "en", false},
			{"Go ahead, " + code + ", but change", "en", false},
			{"What does it say?", "en", false},
			{"", "en", false},
		} {
			if got := settled(c.text, c.language); got != c.want {
				t.Errorf("%q: got %v, want %v", c.text, got, c.want)
			}
		}
		b.effects(0)
		b.hear("no")
		if settled("No.", "en") {
			t.Error("settled after the ask was decided")
		}
	})
}
