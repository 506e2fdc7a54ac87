package agent

import (
	"testing"

	"deputy/agent/event"
)

// TestOrigins: each order, ask and decision in the journal says for whom, by which way
// and from which device it came, and of which utterance.
func TestOrigins(t *testing.T) {
	mic := event.Origin{Device: "headset"}
	for _, tt := range []struct {
		name   string
		answer func(b *bench) event.Body
		want   event.Origin
	}{
		{"by voice", func(b *bench) event.Body {
			return event.Heard{Origin: mic, Text: "approve " + b.code()}
		}, event.Origin{Actor: "owner", Channel: event.Voice, Device: "headset", Heard: "h2"}},
		{"with the key", func(b *bench) event.Body {
			return event.Heard{Origin: mic, Text: "approve " + b.code(), Key: true}
		}, event.Origin{Actor: "owner", Channel: event.KeyedVoice, Device: "headset", Heard: "h2"}},
		{"in the terminal", func(b *bench) event.Body {
			return event.Heard{Text: "approve " + b.code(), Typed: true}
		}, event.Origin{Actor: "owner", Channel: event.Terminal, Heard: "h2"}},
		{"by name", func(b *bench) event.Body {
			return event.Answered{Origin: event.Origin{Device: "process 7"}, Ask: "a1", By: "socket"}
		}, event.Origin{Actor: "owner", Channel: event.Socket, Device: "process 7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
				b.start()
				b.hearWith(event.Heard{Origin: mic, Text: "send the mail to finance"})
				ordered := event.Origin{Actor: "owner", Channel: event.Voice, Device: "headset", Heard: "h1"}
				switch a := tt.answer(b).(type) {
				case event.Heard:
					b.hearWith(a)
				default:
					b.desk.Tell(a)
					b.rest()
				}
				decided := 0
				for _, e := range b.events {
					switch v := e.Body.(type) {
					case event.TaskOpened:
						if v.Origin != ordered {
							t.Errorf("got the order from %+v, want %+v", v.Origin, ordered)
						}
					case event.Asked:
						if v.To != ordered {
							t.Errorf("got the ask to %+v, want %+v", v.To, ordered)
						}
					case event.Decided:
						if decided++; v.Origin != tt.want {
							t.Errorf("got the decision from %+v, want %+v", v.Origin, tt.want)
						}
					}
				}
				if decided != 1 {
					t.Errorf("got %d decisions, want 1", decided)
				}
			})
		})
	}
}
