package stttest_test

import (
	"context"
	"errors"
	"testing"

	"deputy/audio"
	"deputy/stt"
	"deputy/stt/stttest"
)

func TestFakeKeepsTheContract(t *testing.T) {
	stttest.Suite{
		Open: func(testing.TB) stt.Transcriber { return stttest.Says("en", "one", "two", "three", "four") },
	}.Run(t)
}

func TestFakeRecites(t *testing.T) {
	f := stttest.Says("ko", "거실 불 켜 줘", "아니 꺼 줘")
	u := audio.Utterance{ID: 1, Samples: make([]float32, audio.Rate)}
	for i, want := range []string{"거실 불 켜 줘", "아니 꺼 줘", ""} {
		u.ID = int64(i)
		got, err := f.Transcribe(t.Context(), u)
		if err != nil || got.Text != want || got.Utterance != u.ID {
			t.Errorf("call %d: got %q for %d, error %v; want %q", i, got.Text, got.Utterance, err, want)
		}
		if _, noise := stt.Noise(got); want != "" && noise {
			t.Errorf("call %d: a recited line is noise", i)
		}
	}
	if n := len(f.Heard()); n != 3 {
		t.Errorf("heard %d utterances, want 3", n)
	}
}

func TestFakeHolds(t *testing.T) {
	hold, began := make(chan struct{}), make(chan int64, 1)
	f := stttest.Says("en", "late")
	f.Hold, f.Began = hold, began
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := f.Transcribe(ctx, audio.Utterance{ID: 9, Samples: make([]float32, audio.Rate)})
		done <- err
	}()
	if id := <-began; id != 9 {
		t.Errorf("began %d, want 9", id)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if n := len(f.Heard()); n != 0 {
		t.Errorf("heard %d utterances in a cancelled call, want 0", n)
	}
}
