package agent

import (
	"testing"
	"time"

	"deputy/agent/event"
)

// sendMail has a mail ordered and approved; its grace of two seconds has begun
// when it returns.
func (b *bench) sendMail() {
	b.t.Helper()
	b.rules.Grace = 2 * time.Second
	b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), {Text: "Sent."}}
	b.start()
	b.hear("send the mail to finance")
	b.hear("approve " + b.code()) // rests for a second
	b.effects(0)
}

func TestGraceRetracts(t *testing.T) {
	for _, tt := range []struct {
		name string
		h    event.Heard
		want int
	}{
		{"stop", event.Heard{Text: "Stop."}, 0},
		{"stop, twice", event.Heard{Text: "stop stop"}, 0},
		{"no", event.Heard{Text: "No!"}, 0},
		{"no, wait", event.Heard{Text: "no, wait"}, 0},
		{"wait", event.Heard{Text: "wait a moment"}, 0},
		{"cancel", event.Heard{Text: "cancel that"}, 0},
		{"a change", event.Heard{Text: "yes but make it five hundred"}, 0},
		{"Korean", event.Heard{Text: "아니 잠깐만"}, 0},
		{"Korean stop", event.Heard{Text: "멈춰"}, 0},
		{"mumbled", event.Heard{Text: "no", Confidence: 0.2, Lowest: 0.1}, 0},
		{"a yes", event.Heard{Text: "yes"}, 1},
		{"thanks", event.Heard{Text: "thank you"}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.sendMail()
				b.hearWith(tt.h)
				b.rest()
				b.rest()
				b.effects(tt.want)
				if got := b.has("retracted"); got != (tt.want == 0) {
					t.Errorf("got retracted=%v with %d effects", got, tt.want)
				}
			})
		})
	}
}

func TestGraceEndsByItself(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.sendMail()
		b.rest()
		b.rest()
		b.effects(1)
		b.hear("stop")
		if b.has("retracted") {
			t.Error("an effect was retracted after it had begun")
		}
	})
}

// TestGraceWaitsForSpeechUnderWay: a stop that begins in time counts, however
// long the recogniser takes for it.
func TestGraceWaitsForSpeechUnderWay(t *testing.T) {
	for _, tt := range []struct {
		name, say string
		want      int
	}{{"a stop", "stop", 0}, {"something else", "the weather is lovely in the garden", 1}, {"nothing", "", 1}} {
		t.Run(tt.name, func(t *testing.T) {
			rehearse(t, func(b *bench) {
				b.sendMail()
				began := time.Now()
				b.desk.Tell(event.Speech{ID: 1, At: began})
				time.Sleep(4 * time.Second)
				b.effects(0)
				if tt.say != "" {
					b.hearWith(event.Heard{Text: tt.say, Began: began, Ended: began.Add(time.Second)})
				}
				b.desk.Tell(event.Silence{ID: 1})
				b.rest()
				b.effects(tt.want)
			})
		})
	}
	t.Run("an end that was lost", func(t *testing.T) {
		rehearse(t, func(b *bench) {
			b.sendMail()
			b.desk.Tell(event.Speech{ID: 1, At: time.Now()})
			time.Sleep(holdLimit + 5*time.Second)
			b.effects(0)
			if !b.mouth.said("say.held_too_long") || b.code() == "" {
				t.Errorf("said %q, want it asked about again", b.mouth.spoken)
			}
			b.hear("approve " + b.code())
			time.Sleep(3 * time.Second)
			b.effects(1)
		})
	})
	t.Run("the end of another", func(t *testing.T) {
		rehearse(t, func(b *bench) {
			b.sendMail()
			b.desk.Tell(event.Speech{ID: 1, At: time.Now().Add(-5 * time.Second)})
			b.desk.Tell(event.Speech{ID: 2, At: time.Now()})
			b.desk.Tell(event.Silence{ID: 1})
			time.Sleep(10 * time.Second)
			b.effects(0)
			b.hear("stop")
			b.desk.Tell(event.Silence{ID: 2})
			b.rest()
			b.effects(0)
		})
	})
	t.Run("a sound of 70 s", func(t *testing.T) {
		rehearse(t, func(b *bench) {
			b.sendMail()
			began := time.Now()
			for id := range int64(3) {
				b.desk.Tell(event.Speech{ID: id + 1, At: began})
				if id > 0 {
					b.desk.Tell(event.Heard{Text: "and so on and so forth and on", Language: "en", Began: began.Add(time.Duration(id-1) * 30 * time.Second), Ended: time.Now(), Confidence: 0.9, Lowest: 0.9})
					b.desk.Tell(event.Silence{ID: id})
				}
				time.Sleep([]time.Duration{30, 30, 10}[id] * time.Second)
				b.effects(0)
			}
			b.hearWith(event.Heard{Text: "stop", Began: began.Add(time.Minute), Ended: time.Now()})
			b.desk.Tell(event.Silence{ID: 3})
			b.rest()
			b.effects(0)
			if !b.has("retracted") {
				t.Error("the stop at its end did not count")
			}
		})
	})
	t.Run("a sound that does not end", func(t *testing.T) {
		rehearse(t, func(b *bench) {
			b.sendMail()
			began := time.Now()
			for id := range int64(20) {
				b.desk.Tell(event.Speech{ID: id + 1, At: began})
				b.desk.Tell(event.Silence{ID: id})
				time.Sleep(30 * time.Second)
			}
			b.effects(0)
			if s := b.state(); len(s.Asks) != 1 || !s.Asks[0].Deferred {
				t.Errorf("got asks %+v, want it in the inbox", s.Asks)
			}
		})
	})
	t.Run("a lost end holds nothing that comes later", func(t *testing.T) {
		rehearse(t, func(b *bench) {
			b.sendMail()
			time.Sleep(3 * time.Second)
			b.effects(1)
			b.desk.Tell(event.Speech{ID: 1, At: time.Now()})
			time.Sleep(holdLimit + time.Second)
			b.model.replies = []event.Replied{calls("mail", `{"to":"sales"}`), {Text: "Sent."}}
			b.hear("send the mail to sales")
			b.hear("approve " + b.code())
			time.Sleep(3 * time.Second)
			b.effects(2)
		})
	})
	t.Run("speech that began too late", func(t *testing.T) {
		rehearse(t, func(b *bench) {
			b.sendMail()
			time.Sleep(2 * time.Second)
			b.effects(1)
			b.desk.Tell(event.Speech{ID: 1, At: time.Now()})
			b.hear("stop")
			b.effects(1)
		})
	})
}

// TestRestartInTheGraceAsksAgain: what was decided and had not begun is neither
// done nor forgotten.
func TestRestartInTheGraceAsksAgain(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.sendMail()
		b.stop()
		b.effects(0)
		b.start()
		b.effects(0)
		b.hear("approve " + b.code())
		time.Sleep(2 * time.Second)
		b.effects(1)
	})
}

// TestSmallEffectsHaveNoGrace: what can be undone begins at once.
func TestSmallEffectsHaveNoGrace(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Grace = time.Hour
		b.model.replies = []event.Replied{calls("run", `{"command":"make"}`), {Text: "Done."}}
		b.start()
		b.hear("run make")
		b.hear("go ahead")
		b.effects(1)
	})
}

func TestStopOverDeputysOwnVoiceRetracts(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Grace = 2 * time.Second
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`)}
		b.start()
		b.hear("send the mail to finance")
		code := b.code()
		now := time.Now()
		b.desk.Tell(event.Heard{Text: "approve " + code, Language: "en", Began: now, Ended: now, Confidence: 0.97, Lowest: 0.9, Voiced: 0.9, SNR: 30})
		time.Sleep(50 * time.Millisecond) // Deputy says that it begins
		b.hearWith(event.Heard{Text: "stop", Began: time.Now(), Ended: time.Now()})
		time.Sleep(3 * time.Second)
		b.effects(0)
	})
}

// TestGraceWaitsForTheEar: where a microphone is listened to, an effect doesn't begin
// before all of its grace was; if nobody listens any more, it is asked about again.
func TestGraceWaitsForTheEar(t *testing.T) {
	rehearse(t, func(b *bench) {
		b.rules.Grace = 2 * time.Second
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), {Text: "Sent."}}
		b.start()
		b.desk.Tell(event.Listened{To: time.Now()})
		b.hear("send the mail to finance")
		b.hear("approve " + b.code())
		time.Sleep(5 * time.Second)
		b.effects(0) // the ear lags
		var until time.Time
		for _, h := range b.state().Delayed {
			until = h.Until
		}
		if !b.desk.Holding() || until.IsZero() {
			t.Fatal("nothing is held")
		}
		b.desk.Tell(event.Listened{To: until})
		b.rest()
		b.effects(0)
		b.desk.Tell(event.Listened{To: until.Add(graceAndMore)})
		b.rest()
		b.effects(1)
	})
	rehearse(t, func(b *bench) {
		b.rules.Grace = 2 * time.Second
		b.model.replies = []event.Replied{calls("mail", `{"to":"finance"}`), {Text: "Sent."}}
		b.start()
		b.desk.Tell(event.Listened{To: time.Now()})
		b.hear("send the mail to finance")
		b.hear("approve " + b.code())
		b.desk.Tell(event.Listened{})
		b.rest()
		b.effects(0)
		b.hear("approve " + b.code())
		time.Sleep(3 * time.Second)
		b.effects(1)
	})
}
