//go:build portaudio

package portaudio

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"deputy/audio"
	"deputy/audio/audiotest"
	"deputy/audio/audiotest/pulse"
)

// testLog writes to the test's log.
func testLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func openMic(t *testing.T, o MicOptions) *Mic {
	t.Helper()
	o.Logger = testLog(t)
	m, err := OpenMic(&o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// listen reads src in the background until stop, which returns what was read.
func listen(src audio.Source) (stop func() ([]float32, error)) {
	var heard []float32
	var err error
	done := make(chan struct{})
	go func() {
		heard, err = audio.ReadAll(src)
		close(done)
	}()
	return func() ([]float32, error) {
		src.Close()
		<-done
		if errors.Is(err, audio.ErrClosed) {
			err = nil
		}
		return heard, err
	}
}

func TestMicSource(t *testing.T) {
	audiotest.TestSource(t, func() audio.Source {
		m, err := OpenMic(nil)
		if err != nil {
			t.Fatal(err)
		}
		return m
	})
}

func TestMicNames(t *testing.T) {
	openMic(t, MicOptions{Device: "PULS"}).Close()
	_, err := OpenMic(&MicOptions{Device: "no such thing"})
	if !errors.Is(err, audio.ErrNoDevice) || !strings.Contains(err.Error(), `"pulse"`) {
		t.Errorf("got %v, want ErrNoDevice and the names there are", err)
	}
}

// Five seconds of sound with a marker at each end come through whole, also while
// the microphone is asked for them now and then only.
func TestMicHearsAll(t *testing.T) {
	for name, idle := range map[string]bool{"idle": true, "awake": false} {
		t.Run(name, func(t *testing.T) {
			hearAll(t, MicOptions{Idle: func() bool { return idle }})
		})
	}
}

func hearAll(t *testing.T, o MicOptions) {
	marker := audiotest.Tone(100*time.Millisecond, 2000, 0.8)
	said := audiotest.Join(marker, audiotest.Tone(5*time.Second, 440, 0.2), marker, audiotest.Silence(300*time.Millisecond))
	mic := openMic(t, o)
	stop := listen(mic)
	if err := server.Speak(t.Context(), said); err != nil {
		t.Fatal(err)
	}
	heard, err := stop()
	if err != nil {
		t.Fatal(err)
	}
	var at []int // the 10 ms windows in which a marker sounds
	for i := 0; i+160 <= len(heard); i += 160 {
		if audiotest.Power(heard[i:i+160], audio.Rate, 2000) > 0.16 {
			at = append(at, i)
		}
	}
	if len(at) < 15 || len(at) > 21 {
		t.Fatalf("got %d windows of markers, want 20", len(at))
	}
	first, last := at[0], at[len(at)-1]
	if got := last - first; math.Abs(float64(got-82880)) > 480 { // 5.2 s less a window
		t.Errorf("got %d samples from marker to marker, want 82880: %d too many", got, got-82880)
	}
	middle := heard[first+3200 : first+3200+4*audio.Rate]
	all, tone := math.Pow(audiotest.RMS(middle), 2), audiotest.Power(middle, audio.Rate, 440)
	if math.Abs(all/0.02-1) > 0.05 || math.Abs(tone/all-1) > 0.05 {
		t.Errorf("between the markers: got power %.4f, %.4f of it at 440 Hz, want 0.02, all of it", all, tone)
	}
	if n := mic.Overflows(); n != 0 {
		t.Errorf("got %d overflows, want none", n)
	}
}

// A reader that comes a second late has lost nothing.
func TestMicLateReader(t *testing.T) {
	mic := openMic(t, MicOptions{})
	buf := make([]float32, audio.FrameSize)
	read := func(d time.Duration) (n int64) {
		for n < audio.Count(d) {
			k, err := mic.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			n += int64(k)
		}
		return n
	}
	read(100 * time.Millisecond)
	begin := time.Now()
	<-time.After(time.Second) // to be late is the point of this test
	got := read(1500 * time.Millisecond)
	if off := time.Since(begin) - audio.Samples(got).Duration(); off.Abs() > 100*time.Millisecond {
		t.Errorf("after %v: got %v of sound, %d overflows, want the same", time.Since(begin), audio.Samples(got).Duration(), mic.Overflows())
	}
}

// heardSoon reads until the tone at 440 Hz is heard.
func heardSoon(t *testing.T, mic *Mic) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		for ctx.Err() == nil {
			server.Speak(ctx, audiotest.Tone(time.Second, 440, 0.5))
		}
	})
	buf := make([]float32, audio.FrameSize)
	for ctx.Err() == nil {
		n, err := mic.Read(buf)
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		if audiotest.Power(buf[:n], audio.Rate, 440) > 0.05 {
			return
		}
	}
	t.Fatal("the tone was not heard within 20 s")
}

func TestMicUnplugged(t *testing.T) {
	mic := openMic(t, MicOptions{})
	heardSoon(t, mic)
	if err := server.Unplug(t.Context()); err != nil {
		t.Fatal(err)
	}
	plugged := make(chan error, 1)
	time.AfterFunc(2*time.Second, func() { plugged <- server.Plug(context.Background()) })
	begin := time.Now()
	// What was in the buffers may still be heard: only what comes after that counts.
	for buf, out := make([]float32, audio.FrameSize), true; out; {
		if _, err := mic.Read(buf); err != nil {
			t.Fatalf("Read: %v", err)
		}
		select {
		case err := <-plugged:
			if err != nil {
				t.Fatal(err)
			}
			out = false
		default:
		}
	}
	heardSoon(t, mic)
	t.Logf("heard again after %v", time.Since(begin))
}

func TestMicServerDies(t *testing.T) {
	mic := openMic(t, MicOptions{})
	heardSoon(t, mic)
	server.Stop()
	back := make(chan *pulse.Server, 1)
	again := time.AfterFunc(3*time.Second, func() {
		s, err := pulse.Start(context.Background(), dir)
		if err != nil {
			t.Error(err)
		}
		back <- s
	})
	defer again.Stop()
	begin := time.Now()
	buf := make([]float32, audio.FrameSize)
	var total int64
	for s := (*pulse.Server)(nil); s == nil; {
		n, err := mic.Read(buf)
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		total += int64(n)
		select {
		case s = <-back:
			server = s
		default:
		}
	}
	heardSoon(t, mic)
	t.Logf("heard again after %v", time.Since(begin))
}

func TestMicGivesUp(t *testing.T) {
	mic := openMic(t, MicOptions{Patience: time.Second})
	heardSoon(t, mic)
	server.Stop()
	defer func() {
		s, err := pulse.Start(context.Background(), dir)
		if err != nil {
			t.Fatal(err)
		}
		server = s
	}()
	begin := time.Now()
	_, err := audio.ReadAll(mic)
	if err == nil || errors.Is(err, audio.ErrClosed) || time.Since(begin) > 15*time.Second {
		t.Errorf("got %v after %v, want an error within seconds", err, time.Since(begin))
	}
	t.Logf("gave up after %v: %v", time.Since(begin), err)
}

// Close ends a Read that is waiting for a lost device.
func TestMicCloseWhileLost(t *testing.T) {
	mic := openMic(t, MicOptions{})
	heardSoon(t, mic)
	if err := server.Unplug(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer server.Plug(context.Background())
	done := make(chan error, 1)
	go func() {
		_, err := audio.ReadAll(mic)
		done <- err
	}()
	time.AfterFunc(3*time.Second, func() { mic.Close() })
	select {
	case err := <-done:
		if !errors.Is(err, audio.ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	case <-time.After(15 * time.Second):
		t.Error("Read still blocked long after Close")
	}
}
