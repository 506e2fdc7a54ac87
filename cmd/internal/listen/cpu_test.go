package listen

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"deputy/audio"
	"deputy/stt/stttest"
)

// A paused model counts what it was told.
type pausedModel struct{ paused, resumed atomic.Int32 }

func (p *pausedModel) Pause()  { p.paused.Add(1) }
func (p *pausedModel) Resume() { p.resumed.Add(1) }

func (p *pausedModel) counts() [2]int32 { return [2]int32{p.paused.Load(), p.resumed.Load()} }

// TestCPUArbiter: the model computes but while something is written down.
func TestCPUArbiter(t *testing.T) {
	m, c := &pausedModel{}, &CPUArbiter{}
	during := func(want [2]int32) exclusiveTranscriber {
		return exclusiveTranscriber{stttest.Func(func(context.Context, audio.Utterance) (string, error) {
			if m.counts() != want {
				t.Errorf("meanwhile: got %v pauses and resumes, want %v", m.counts(), want)
			}
			return "", errors.New("no matter how it ends")
		}), c}
	}
	transcribe := func(s exclusiveTranscriber) { _, _ = s.Transcribe(t.Context(), audio.Utterance{}) }
	transcribe(during([2]int32{0, 0})) // there is no model yet
	c.Use(m)
	transcribe(during([2]int32{1, 0}))
	if m.counts() != [2]int32{1, 1} {
		t.Errorf("afterwards: got %v, want it to go on", m.counts())
	}
	transcribe(exclusiveTranscriber{stttest.Func(func(context.Context, audio.Utterance) (string, error) {
		transcribe(during([2]int32{2, 1})) // a second one changes nothing
		if m.counts() != [2]int32{2, 1} {
			t.Errorf("after one of two: got %v, want it held still", m.counts())
		}
		return "", nil
	}), c})
	late := &pausedModel{}
	transcribe(exclusiveTranscriber{stttest.Func(func(context.Context, audio.Utterance) (string, error) { c.Use(late); return "", nil }), c})
	if late.counts() != [2]int32{1, 1} {
		t.Errorf("a model that came meanwhile: got %v, want it held and let go", late.counts())
	}
}

func TestPTTKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &PTTKey{}
		steps := []struct {
			do   string
			held bool
		}{{"stop", false}, {"start", true}, {"start", true}, {"stop", false}, {"toggle", true}, {"toggle", false}, {"toggle", true}}
		for i, s := range steps {
			if err := k.Command(s.do); err != nil {
				t.Fatal(err)
			}
			if k.Held() != s.held {
				t.Errorf("step %d, %s: held is %v", i, s.do, k.Held())
			}
			if k.ByCommand() != (i > 0) {
				t.Errorf("step %d, %s: held by command is %v", i, s.do, k.ByCommand())
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(maxHold)
		if !k.ByCommand() {
			t.Error("what was said while a command held the key may be told now")
		}
		if k.Held() {
			t.Error("a key whose release got lost keeps the microphone open")
		}
		if err := k.Command("toggle"); err != nil || !k.Held() {
			t.Errorf("toggle afterwards: got %v, held %v, want it down", err, k.Held())
		}
		if err := k.Command("hold"); err == nil {
			t.Error("an unknown command: got no error")
		}
		keyboard := true
		k = &PTTKey{Also: func() bool { return keyboard }}
		if !k.Held() {
			t.Error("the keyboard's key is not seen")
		}
		keyboard = false
		if k.Held() {
			t.Error("the keyboard's key was let go")
		}
	})
}
