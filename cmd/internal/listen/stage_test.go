package listen

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"deputy/audio"
)

func TestStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStage()
		defer s.Close()
		buf := make([]float32, 1000)
		began := time.Now()
		n, err := s.Read(buf)
		if n != audio.FrameSize || err != nil || buf[0] != 0 {
			t.Fatalf("got %d, %v, want a frame of silence", n, err)
		}
		sound := make([]float32, 2*audio.FrameSize+10)
		for i := range sound {
			sound[i] = 0.5
		}
		played := s.Play(sound)
		heard := 0
		for i := 0; i < 4; i++ {
			if n, err = s.Read(buf); err != nil {
				t.Fatal(err)
			}
			for _, v := range buf[:n] {
				if v != 0 {
					heard++
				}
			}
			select {
			case <-played:
				if i < 2 {
					t.Errorf("it was over after %d frames", i+1)
				}
			default:
				if i > 1 {
					t.Errorf("it was not over after %d frames", i+1)
				}
			}
		}
		if heard != len(sound) {
			t.Errorf("heard %d samples, want %d", heard, len(sound))
		}
		if took := time.Since(began); took != 100*time.Millisecond {
			t.Errorf("five frames took %v, want 100ms", took)
		}
	})
}

func TestStageCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStage()
		ended := make(chan error, 1)
		go func() {
			for {
				if _, err := s.Read(make([]float32, 10)); err != nil {
					ended <- err
					return
				}
			}
		}()
		time.Sleep(time.Second)
		s.Close()
		s.Close()
		if err := <-ended; !errors.Is(err, audio.ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	})
}
