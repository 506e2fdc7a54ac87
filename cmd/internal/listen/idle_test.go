package listen

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
	"deputy/stt/stttest"
)

func TestIdleTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewIdleTimer(10 * time.Second)
		if c.Idle() {
			t.Error("at the start: got idle, want busy")
		}
		time.Sleep(11 * time.Second)
		if !c.Idle() {
			t.Error("after 11 s: got busy, want idle")
		}
		c.Touch()
		if c.Idle() {
			t.Error("something happened: got idle, want busy")
		}
	})
}

// Speech ends the idleness, a quiet room doesn't.
func TestSpeechEndsIdling(t *testing.T) {
	hear := func(sound ...[]float32) (n int) {
		nothing := stttest.Func(func(context.Context, audio.Utterance) (string, error) { return "", nil })
		l := listenTo(nothing, sounds(sound...))
		l.listener.Touch = func() { n++ }
		if err := l.listener.Run(t.Context()); err != nil {
			t.Error(err)
		}
		return n
	}
	if n := hear(hush(3 * time.Second)); n != 0 {
		t.Errorf("quiet: stirred %d times, want 0", n)
	}
	if n := hear(hush(time.Second), voice(100*time.Millisecond), hush(time.Second)); n == 0 {
		t.Error("a sound: never stirred, want it")
	}
}

// A microphone that is closed is woken by the key, not by looking at it.
func TestPTTMicWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key, opened := NewPTTKey(), 0
		mic := NewPTTMic(key, func() (audio.Source, error) {
			opened++
			return audiotest.NewScript(0, sounds(voice(time.Second))), nil
		})
		got := make(chan error)
		read := func() {
			_, err := mic.Read(make([]float32, audio.FrameSize))
			got <- err
		}
		go read()
		synctest.Wait()
		if opened != 0 {
			t.Fatal("the key is up: the microphone was opened")
		}
		if err := key.Command("toggle"); err != nil {
			t.Fatal(err)
		}
		if err := <-got; err != nil || opened != 1 {
			t.Errorf("the key is down: got %v, opened %d times, want once", err, opened)
		}
		// Let go: it stays open for a moment, then waits for the next press.
		if err := key.Command("toggle"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(afterHold)
		go read()
		synctest.Wait()
		if err := key.Command("start"); err != nil {
			t.Fatal(err)
		}
		if err := <-got; err != nil || opened != 2 {
			t.Errorf("the key is down again: got %v, opened %d times, want twice", err, opened)
		}
		key.Command("stop")
		time.Sleep(afterHold)
		go read()
		synctest.Wait()
		mic.Close()
		if err := <-got; !errors.Is(err, audio.ErrClosed) {
			t.Errorf("closed: got %v, want ErrClosed", err)
		}
	})
}
