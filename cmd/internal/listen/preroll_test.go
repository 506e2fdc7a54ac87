package listen

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent/event"
	"deputy/audio"
	"deputy/audio/audiotest"
	"deputy/stt"
	"deputy/stt/stttest"
)

// opens gives a source as a device that can be opened.
func opens(src audio.Source) func() (audio.Source, error) {
	return func() (audio.Source, error) { return src, nil }
}

// What is said while everything is still being opened and loaded is heard, once,
// with the time at which it was said.
func TestFirstWordWhileLoading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mic, began := NewStage(), time.Now()
		b := NewPrerollBuffer(opens(mic), slog.New(slog.DiscardHandler))
		if err := b.Wait(); err != nil {
			t.Fatal(err)
		}
		mic.Play(audiotest.Join(hush(time.Second), voice(time.Second)))
		time.Sleep(5 * time.Second) // the journal is long

		load := make(chan struct{})
		late := NewLazyTranscriber(func() (stt.Transcriber, error) {
			<-load
			return hears("turn it on"), nil
		})
		l := listenTo(late)
		l.listener.Source = b
		var heard []event.Heard
		tell := l.listener.Tell
		l.listener.Tell = func(body event.Body) {
			tell(body)
			if h, ok := body.(event.Heard); ok {
				heard = append(heard, h)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- l.listener.Run(ctx) }()
		mic.Play(audiotest.Join(hush(time.Second), voice(time.Second)))
		time.Sleep(5 * time.Second) // and the disk is slow
		synctest.Wait()
		if len(heard) > 0 {
			t.Fatalf("got %v before there was a transcriber", l.texts())
		}
		close(load)
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if len(heard) != 2 {
			t.Fatalf("got %v, want both orders", l.texts())
		}
		for i, h := range heard {
			want := time.Duration(1+5*i) * time.Second
			if got := h.Began.Sub(began); (got - want).Abs() > 60*time.Millisecond {
				t.Errorf("order %d: began after %v, want %v", i+1, got, want)
			}
			if got := h.Ended.Sub(began); (got - want - time.Second).Abs() > 60*time.Millisecond {
				t.Errorf("order %d: ended after %v, want %v", i+1, got, want+time.Second)
			}
		}
	})
}

// The buffer is bounded, and no sample of what is kept is lost or moved.
func TestPrerollKeeps(t *testing.T) {
	most := int(audio.Count(longestPreroll))
	for _, n := range []int{0, 1, audio.FrameSize, 1000, most, most + 1000} {
		said := make([]float32, n)
		for i := range said {
			said[i] = float32(i%1000) / 1000
		}
		kept, more := make(chan struct{}), audiotest.Noise(100*time.Millisecond, 0.1, 1)
		src := audiotest.NewScript(0, audiotest.Step{Samples: said}, audiotest.Step{Do: func() { close(kept) }}, audiotest.Step{Samples: more})
		b := NewPrerollBuffer(opens(src), slog.New(slog.DiscardHandler))
		<-kept
		got, err := audio.ReadAll(b)
		if err != nil {
			t.Error(err)
		}
		// Whether the rest was kept, too, or read later: the end is the same.
		want := append(slices.Clone(said), more...)
		if over := len(want) - len(got); over < 0 || over > max(0, len(want)-most) || !slices.Equal(got, want[over:]) {
			t.Errorf("%d samples: got %d of %d, or not the last of them", n, len(got), len(want))
		}
	}
}

func TestPrerollEnds(t *testing.T) {
	none := errors.New("there is none")
	b := NewPrerollBuffer(func() (audio.Source, error) { return nil, none }, slog.New(slog.DiscardHandler))
	if err := b.Wait(); !errors.Is(err, none) {
		t.Errorf("got %v, want why it could not be opened", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	hangs := audiotest.NewScript(0, sounds(hush(time.Second)), audiotest.Step{Wait: audiotest.Never})
	b = NewPrerollBuffer(opens(hangs), slog.New(slog.DiscardHandler))
	if err := errors.Join(b.Close(), b.Close()); err != nil {
		t.Error(err)
	}
	if _, err := audio.ReadAll(b); !errors.Is(err, audio.ErrClosed) {
		t.Errorf("closed: got %v, want ErrClosed", err)
	}
	// A device that went meanwhile: what it had heard comes first.
	gone := errors.New("unplugged")
	b = NewPrerollBuffer(opens(audiotest.NewScript(0, sounds(hush(time.Second)), audiotest.Step{Err: gone})), slog.New(slog.DiscardHandler))
	<-b.ended
	got, err := audio.ReadAll(b)
	if !errors.Is(err, gone) || int64(len(got)) != audio.Count(time.Second) {
		t.Errorf("got %d samples and %v, want a second and why it ended", len(got), err)
	}
}

func TestLazyTranscriber(t *testing.T) {
	loaded := make(chan struct{})
	made := &closing{Transcriber: hears("yes")}
	l := NewLazyTranscriber(func() (stt.Transcriber, error) { <-loaded; return made, nil })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Transcribe(ctx, audio.Utterance{}); !errors.Is(err, context.Canceled) {
		t.Errorf("still loading, nobody waits: got %v, want context.Canceled", err)
	}
	close(loaded)
	if got, err := l.Transcribe(t.Context(), audio.Utterance{}); err != nil || got.Text != "yes" {
		t.Errorf("got %q, %v", got.Text, err)
	}
	if err := l.Close(); err != nil || made.closed != 1 {
		t.Errorf("got %v, closed %d times, want once", err, made.closed)
	}
	l = NewLazyTranscriber(func() (stt.Transcriber, error) { return nil, io.ErrUnexpectedEOF })
	if _, err := l.Transcribe(t.Context(), audio.Utterance{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want why there is none", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// hears is a transcriber that always hears the same.
func hears(text string) stttest.Func {
	return func(context.Context, audio.Utterance) (string, error) { return text, nil }
}

// closing counts how often it is closed.
type closing struct {
	stt.Transcriber
	closed int
}

func (c *closing) Close() error {
	c.closed++
	return nil
}
