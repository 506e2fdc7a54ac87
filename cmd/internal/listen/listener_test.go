package listen

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/audio"
	"deputy/audio/audiotest"
	"deputy/stt"
	"deputy/stt/stttest"
)

// A listening is a listener over a scripted sound, and what it told.
type listening struct {
	listener *Listener
	onsets   int
	// mu guards the rest: it is told on the listener's own goroutine.
	mu   sync.Mutex
	told []event.Heard
	// speech and silence count how often the desk was told that someone speaks, and
	// that what came of it is told.
	speech, silence int
}

// listenTo makes a listener that calls loud sound speech.
func listenTo(hearer stt.Transcriber, steps ...audiotest.Step) *listening {
	l := &listening{}
	l.listener = &Listener{
		Source: audiotest.NewScript(0, steps...), Detector: audiotest.Loud(0.1), Transcriber: hearer,
		Log:   slog.New(slog.DiscardHandler),
		Onset: func() { l.onsets++ },
		Tell: func(b event.Body) {
			l.mu.Lock()
			defer l.mu.Unlock()
			switch b := b.(type) {
			case event.Heard:
				l.told = append(l.told, b)
			case event.Speech:
				l.speech++
			case event.Silence:
				l.silence++
			}
		},
	}
	return l
}

func sounds(parts ...[]float32) audiotest.Step {
	return audiotest.Step{Samples: audiotest.Join(parts...)}
}

func hush(d time.Duration) []float32  { return audiotest.Noise(d, 0.001, 1) }
func voice(d time.Duration) []float32 { return audiotest.Tone(d, 440, 0.5) }

// texts are what was told, failures as "error: ...".
func (l *listening) texts() (list []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, h := range l.told {
		if h.Err != "" {
			h.Text = "error: " + h.Err
		}
		list = append(list, h.Text)
	}
	return list
}

func TestListenerUsesTheDraftOfAPauseThatWasRight(t *testing.T) {
	hearer := stttest.Says("en", "turn it on", "turn it off")
	l := listenTo(hearer, sounds(hush(time.Second), voice(time.Second), hush(2*time.Second)))
	if err := l.listener.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(l.texts()); got != "[turn it on]" {
		t.Errorf("got %s, want one order", got)
	}
	if n := len(hearer.Heard()); n != 1 {
		t.Errorf("it was transcribed %d times, want once: nothing was said after the pause", n)
	}
	h := l.told[0]
	if h.Audio == "" || h.Language != "en" || !h.Ended.After(h.Began) || h.Ended.Sub(h.Began) > 1300*time.Millisecond {
		t.Errorf("got %+v, want its hash and when it was said", h)
	}
	if l.onsets != 1 || l.speech != 1 || l.silence != 1 {
		t.Errorf("got %d onsets and %d ends, want one each", l.onsets, l.silence)
	}
}

func TestListenerDropsTheDraftWhenSpeechGoesOn(t *testing.T) {
	dropped, begun := make(chan struct{}), make(chan struct{})
	calls := 0
	hearer := stttest.Func(func(ctx context.Context, u audio.Utterance) (string, error) {
		if calls++; calls == 1 { // the draft of the pause in the middle
			close(begun)
			<-ctx.Done()
			close(dropped)
			return "turn it", ctx.Err()
		}
		<-dropped
		return fmt.Sprintf("%.1f s", audio.Samples(u.SpeechEnd-u.SpeechStart).Duration().Seconds()), nil
	})
	l := listenTo(hearer, sounds(hush(time.Second), voice(time.Second), hush(300*time.Millisecond)),
		audiotest.Step{Wait: begun}, // the draft is under way before speech goes on
		sounds(voice(time.Second), hush(2*time.Second)))
	if err := l.listener.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(l.texts()); got != "[2.3 s]" {
		t.Errorf("got %s, want all of it once", got)
	}
}

func TestListenerKeepsTheOrder(t *testing.T) {
	second := make(chan struct{})
	hearer := stttest.Func(func(ctx context.Context, u audio.Utterance) (string, error) {
		if u.ID == 1 {
			select {
			case <-second:
			case <-ctx.Done():
			}
			return "first", nil
		}
		close(second)
		return "second", nil
	})
	l := listenTo(hearer, sounds(hush(time.Second), voice(time.Second), hush(2*time.Second), voice(time.Second), hush(2*time.Second)))
	if err := l.listener.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(l.texts()); got != "[first second]" {
		t.Errorf("got %s, want the order in which it was said", got)
	}
	if l.listener.Busy() {
		t.Error("it is busy when all was told")
	}
}

func TestListenerGoesOnWhenTheRecogniserFails(t *testing.T) {
	hearer := stttest.Func(func(_ context.Context, u audio.Utterance) (string, error) {
		if u.ID == 1 {
			return "", errors.New("out of memory")
		}
		return "still here", nil
	})
	l := listenTo(hearer, sounds(hush(time.Second), voice(time.Second), hush(2*time.Second), voice(time.Second), hush(2*time.Second)))
	if err := l.listener.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(l.texts()); got != "[error: out of memory still here]" {
		t.Errorf("got %s", got)
	}
	if l.speech != 2 || l.silence != 2 {
		t.Errorf("got %d ends of speech, want 2", l.silence)
	}
}

// TestListenerSaysWhatIsNoise: the desk is told of it, with the reason, since it may have
// been a refusal.
func TestListenerSaysWhatIsNoise(t *testing.T) {
	l := listenTo(stttest.Says("en", "[Music]", ""), sounds(hush(time.Second), voice(time.Second), hush(2*time.Second), voice(time.Second), hush(2*time.Second)))
	var why []string
	l.listener.Heard = func(h Recognition) { why = append(why, h.Noise) }
	if err := l.listener.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(l.told) != 2 || len(why) != 2 || l.told[0].Noise != why[0] || l.told[1].Noise != why[1] || why[0]+why[1] != "tagempty" && why[0]+why[1] != "emptytag" {
		t.Errorf("told %+v, noise %q, want both told and why", l.told, why)
	}
	if l.speech != 2 || l.silence != 2 {
		t.Errorf("got %d ends of speech, want 2", l.silence)
	}
}

// TestListenerTimesEachStage: the draft was begun in the quiet, before the endpoint.
func TestListenerTimesEachStage(t *testing.T) {
	l := listenTo(stttest.Says("en", "hello"), sounds(hush(time.Second), voice(time.Second), hush(2*time.Second)))
	var got []Recognition
	l.listener.Heard = func(h Recognition) { got = append(got, h) }
	if err := l.listener.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Draft.IsZero() || got[0].Endpoint.Before(got[0].Draft) || got[0].Ready.Before(got[0].Endpoint) {
		t.Errorf("got %+v, want draft, endpoint and transcript in this order", got)
	}
}

// TestListenerEndsAClick: a cough is no utterance; who fell silent for it is told that
// it is over long before the next speech.
func TestListenerEndsAClick(t *testing.T) {
	quietAt := -1
	l := listenTo(stttest.Says("en", "never"))
	l.listener.Source = audiotest.NewScript(0, sounds(hush(time.Second), voice(90*time.Millisecond), hush(3*time.Second)),
		audiotest.Step{Do: func() { quietAt = l.silence }}, sounds(hush(3*time.Second)))
	if err := l.listener.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(l.told) > 0 {
		t.Errorf("told %v, want nothing", l.texts())
	}
	if l.onsets != 1 || quietAt != 1 || l.speech != 1 || l.silence != 1 {
		t.Errorf("got %d onsets, %d ends within three seconds and %d in all, want one each", l.onsets, quietAt, l.silence)
	}
}

// TestListenerHint: only the text of this very pause says whether it sounds finished.
func TestListenerHint(t *testing.T) {
	done := make(chan struct{})
	close(done)
	l := &Listener{}
	if got := l.hint(1); got != audio.HintNone {
		t.Errorf("without a draft: got %v", got)
	}
	l.draft = &draft{id: 2, done: done, hint: audio.HintFinished, cancel: func() {}}
	if got := l.hint(1); got != audio.HintNone {
		t.Errorf("of another utterance: got %v", got)
	}
	if got := l.hint(2); got != audio.HintFinished {
		t.Errorf("finished: got %v", got)
	}
	l.redraft(&draft{id: 2, done: make(chan struct{}), cancel: func() {}})
	if got := l.hint(2); got != audio.HintNone {
		t.Errorf("while the next draft is being made: got %v, want nothing of the old one", got)
	}
}

func TestListenerFinished(t *testing.T) {
	settled := func(h event.Heard) bool { return h.Text == "No." && h.Voiced == 0.9 }
	for text, want := range map[string]audio.Hint{
		"": audio.HintNone, "No.": audio.HintAnswered, "Send the report.": audio.HintFinished, "Send it to": audio.HintUnfinished,
	} {
		l := &Listener{Settled: settled}
		if got := l.finished(audio.Utterance{Voiced: 0.9}, stt.Transcript{Text: text, Language: "en"}); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
	if got := (&Listener{}).finished(audio.Utterance{}, stt.Transcript{Text: "No.", Language: "en"}); got != audio.HintFinished {
		t.Errorf("with nobody to ask: got %v, want %v", got, audio.HintFinished)
	}
}

func TestListenerEndsWithItsContext(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []audiotest.Step
	}{
		{"a microphone that hangs", []audiotest.Step{{Wait: audiotest.Never}}},
		{"a recogniser that hangs", []audiotest.Step{sounds(hush(time.Second), voice(time.Second), hush(2*time.Second)), {Wait: audiotest.Never}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := make(chan struct{}, 10)
			hearer := stttest.Func(func(ctx context.Context, _ audio.Utterance) (string, error) {
				began <- struct{}{}
				<-ctx.Done()
				return "", ctx.Err()
			})
			l := listenTo(hearer, tt.steps...)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- l.listener.Run(ctx) }()
			if len(tt.steps) > 1 {
				<-began
			}
			cancel()
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("got %v, want nothing: it was asked to end", err)
				}
			case <-time.After(time.Minute):
				t.Fatal("it did not end")
			}
			if len(l.texts()) > 0 {
				t.Errorf("told %v", l.texts())
			}
		})
	}
}

// TestListenerTellsWhatWasHeardBeforeTheDeviceWent: the microphone's end is an error,
// and what was said until then is told.
func TestListenerTellsWhatWasHeardBeforeTheDeviceWent(t *testing.T) {
	gone := errors.New("unplugged")
	l := listenTo(stttest.Says("en", "turn it on"), sounds(hush(time.Second), voice(time.Second), hush(100*time.Millisecond)), audiotest.Step{Err: gone})
	if err := l.listener.Run(t.Context()); !errors.Is(err, gone) {
		t.Errorf("got %v, want why", err)
	}
	if got := fmt.Sprint(l.texts()); got != "[turn it on]" {
		t.Errorf("got %s", got)
	}
}

// TestListenerTellsOfALongSoundThatItGoesOn: a sound that is cut into pieces is speech
// until its last piece was told, so that at no time it seems to be over.
func TestListenerTellsOfALongSoundThatItGoesOn(t *testing.T) {
	l := listenTo(stttest.Says("en", "one", "two", "stop"), sounds(hush(time.Second), voice(70*time.Second), hush(2*time.Second)))
	if err := l.listener.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l.speech != 3 || l.silence != 3 {
		t.Errorf("got %d beginnings and %d ends of speech, want three of each", l.speech, l.silence)
	}
}
