package audiotest

import (
	"errors"
	"io"
	"testing"
	"time"

	"deputy/audio"
)

// enough is how many seconds of a source that may never end the suite reads.
const enough = 2

// TestSource checks that the sources made by open keep the contract of
// audio.Source. Each must deliver at least one sample; it may end or go on for
// ever. open is called once per check, and the suite closes what it gets.
func TestSource(t *testing.T, open func() audio.Source) {
	t.Helper()
	t.Run("read", func(t *testing.T) { testRead(t, open) })
	t.Run("end", func(t *testing.T) { testEnd(t, open) })
	t.Run("close", func(t *testing.T) { testClose(t, open) })
	t.Run("close unblocks read", func(t *testing.T) { testUnblock(t, open) })
	t.Run("owned", func(t *testing.T) { testOwned(t, open) })
}

// testRead checks what Read returns for buffers of many sizes.
func testRead(t *testing.T, open func() audio.Source) {
	src := open()
	defer src.Close()
	rate := src.Rate()
	if rate <= 0 {
		t.Fatalf("Rate: got %d, want more than 0", rate)
	}
	total := 0
	for i := 0; total < enough*rate; i++ {
		buf := make([]float32, []int{1, 7, audio.FrameSize, audio.ScoreSize, 4096}[i%5])
		n, err := src.Read(buf)
		if errors.Is(err, io.EOF) && n == 0 {
			break
		}
		if err != nil {
			t.Fatalf("Read %d: got %d, %v, want samples or 0, io.EOF", i, n, err)
		}
		if n <= 0 || n > len(buf) {
			t.Fatalf("Read %d: got n = %d without an error, want 1 to %d", i, n, len(buf))
		}
		for j, s := range buf[:n] {
			if s != s || s < -1 || s > 1 {
				t.Fatalf("Read %d: sample %d is %v, want -1 to 1", i, j, s)
			}
		}
		total += n
	}
	if total == 0 {
		t.Error("got no samples, want some")
	}
	if got := src.Rate(); got != rate {
		t.Errorf("Rate after reading: got %d, want %d as before", got, rate)
	}
}

// testEnd checks that an end stays an end.
func testEnd(t *testing.T, open func() audio.Source) {
	src := open()
	defer src.Close()
	buf := make([]float32, 4096)
	for total := 0; total < enough*src.Rate(); {
		n, err := src.Read(buf)
		total += n
		if err != nil {
			if n, again := src.Read(buf); n != 0 || !errors.Is(again, err) {
				t.Errorf("Read after %v: got %d, %v, want the same again", err, n, again)
			}
			return
		}
	}
}

// testClose checks Close before, between and after reads, and more than once.
func testClose(t *testing.T, open func() audio.Source) {
	for _, reads := range []int{0, 1} {
		src := open()
		buf := make([]float32, 1)
		for range reads {
			if _, err := src.Read(buf); err != nil {
				t.Fatalf("first Read: %v", err)
			}
		}
		for i := range 2 {
			if err := src.Close(); err != nil {
				t.Errorf("Close %d after %d reads: %v", i+1, reads, err)
			}
		}
		if n, err := src.Read(buf); n != 0 || !errors.Is(err, audio.ErrClosed) {
			t.Errorf("Read after Close: got %d, %v, want 0, ErrClosed", n, err)
		}
	}
}

// testUnblock closes while another goroutine reads as fast as it can.
func testUnblock(t *testing.T, open func() audio.Source) {
	src := open()
	first, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		buf := make([]float32, audio.FrameSize)
		for i := 0; ; i++ {
			if _, err := src.Read(buf); err != nil {
				if i == 0 {
					close(first)
				}
				ended <- err
				return
			}
			if i == 0 {
				close(first)
			}
		}
	}()
	<-first
	if err := src.Close(); err != nil {
		t.Errorf("Close during Read: %v", err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, audio.ErrClosed) && !errors.Is(err, io.EOF) {
			t.Errorf("Read during Close: got %v, want ErrClosed", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("Read still blocked 5 s after Close")
	}
}

// testOwned scribbles over what was read: later reads must not show it.
func testOwned(t *testing.T, open func() audio.Source) {
	const scribble = -0.123456789
	src := open()
	defer src.Close()
	for total := 0; total < src.Rate()/2; {
		buf := make([]float32, 100)
		n, err := src.Read(buf)
		if err != nil {
			return
		}
		for i, s := range buf[:n] {
			if s == scribble {
				t.Fatalf("sample %d was written by the reader of an earlier buffer", total+i)
			}
		}
		for i := range buf {
			buf[i] = scribble
		}
		total += n
	}
}
