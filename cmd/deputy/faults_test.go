//go:build portaudio && whisper

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/audio"
	"deputy/audio/audiotest/pulse"
	"deputy/cmd/internal/cmdtest"
	"deputy/cmd/internal/control"
	"deputy/stt"
	"deputy/tts/piper"
)

// TestNativeScripts plays what a user does with the real microphone path and the
// real recogniser.
func TestNativeScripts(t *testing.T) { scripts(t, "testdata/native") }

// TestThirdLanguage: recordings in languages other than English and Korean, as
// their labels say, are answered with which are understood, and nothing is done.
func TestThirdLanguage(t *testing.T) {
	var files []string
	for _, r := range cmdtest.Recordings(t, "homecmd_misc") {
		if l := r["lang"]; l == "en" || l == "ko" || stt.LanguageCode(l) == "" || len(files) == 6 {
			continue
		}
		files = append(files, r["path"])
	}
	if len(files) < 3 {
		t.Fatalf("got %d recordings in a third language", len(files))
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	m, llm := newMachine(t, "XDG_CACHE_HOME="+cache, "DEPUTY_AUDIO_ADDRESS=open")
	llm.behave("writes")
	out, err := m.deputy(append([]string{"hear"}, files...)...)
	if err != nil {
		t.Fatalf("hear: %v, %s", err, out)
	}
	told := strings.Count(out, "a language that I take no orders in")
	if told < (len(files)+1)/2 || strings.Count(out, "I understand English and Korean") < told {
		t.Errorf("%d of %d were told apart:\n%s", told, len(files), out)
	}
	if told == len(files) {
		if _, err := os.Stat(filepath.Join(m.dir, "Deputy", "kept.txt")); err == nil {
			t.Error("something was done")
		}
	}
	t.Logf("%d of %d were told apart", told, len(files))
}

// TestUnplugged takes the microphone away in the middle of an order and gives it
// back: it is said, and the next order is heard.
func TestUnplugged(t *testing.T) {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "deputy-sound-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	server, err := pulse.Start(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	user, err := piper.New(piper.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { user.Close() })
	say := func(text string) []float32 {
		src, err := user.Synthesize(t.Context(), text, "en")
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		samples, err := audio.ReadAll(audio.Resample(src, audio.Rate))
		if err != nil {
			t.Fatal(err)
		}
		return append(samples, make([]float32, 2*audio.Rate)...)
	}
	order := say("Deputy, please tell me whether you can hear me now.")

	m, _ := newMachine(t)
	m.env = append(m.env, server.Env()...)
	m.env = append(m.env, "XDG_CACHE_HOME="+cache, "XDG_RUNTIME_DIR="+m.dir, "XDG_STATE_HOME="+m.dir, "XDG_CONFIG_HOME="+m.dir, "DEPUTY_AUDIO_MODE=hands-free")
	var log strings.Builder
	cmd := m.command("deputy", "run")
	cmd.Stdout = &log
	m.up(cmd)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(log.String())
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	heard := make(chan event.Body, 100)
	go control.Call(ctx, m.socket(), control.Request{Do: "watch"}, func(r control.Response) error {
		if r.Kind == "watching" {
			heard <- event.Opened{}
			return nil
		}
		e, err := r.Event()
		if err == nil {
			heard <- e.Body
		}
		return err
	})
	await := func(what string, match func(event.Body) bool) {
		t.Helper()
		for {
			select {
			case b := <-heard:
				if match(b) {
					return
				}
			case <-ctx.Done():
				t.Fatalf("waiting until %s: %v", what, ctx.Err())
			}
		}
	}
	told := func(text string) func(event.Body) bool {
		return func(b event.Body) bool {
			s, ok := b.(event.Notified)
			return ok && strings.Contains(s.Text, text)
		}
	}
	anOrder := func(b event.Body) bool {
		_, ok := b.(event.TaskOpened)
		return ok
	}
	await("it is watched", func(b event.Body) bool { _, ok := b.(event.Opened); return ok })
	if err := server.Speak(ctx, order); err != nil {
		t.Fatal(err)
	}
	await("the first order was heard", anOrder)

	// Gone in the middle of a word.
	if err := server.Speak(ctx, order[:audio.Rate]); err != nil {
		t.Fatal(err)
	}
	if err := server.Unplug(ctx); err != nil {
		t.Fatal(err)
	}
	await("the loss was told", told("microphone is gone"))
	if out, err := m.deputy("say", "are you there my friend"); err != nil || !strings.Contains(out, "All is well") {
		t.Errorf("typed meanwhile: got %v, %s", err, out)
	}
	if err := server.Plug(ctx); err != nil {
		t.Fatal(err)
	}
	await("the return was told", told("microphone is back"))
	if err := server.Speak(ctx, order); err != nil {
		t.Fatal(err)
	}
	await("an order was heard again", anOrder)
	m.down(cmd)
	if out, err := m.deputy("log", "verify"); err != nil {
		t.Errorf("verify: %v, %s", err, out)
	}
}
