package listen

import (
	"sync"
	"time"

	"deputy/audio"
)

// A Stage is a microphone whose sound is put there: what is played, at the pace
// at which it would be spoken, and silence otherwise.
type Stage struct {
	tick *time.Ticker
	end  chan struct{}
	once sync.Once
	// mu guards queue: a scene plays while somebody listens.
	mu    sync.Mutex
	queue []float32
	empty chan struct{} // closed when what was played has been read; nil if nothing is
}

// NewStage is a microphone in a quiet room.
func NewStage() *Stage {
	return &Stage{tick: time.NewTicker(20 * time.Millisecond), end: make(chan struct{})}
}

// Rate is audio.Rate.
func (s *Stage) Rate() int { return audio.Rate }

// Read gives a frame every 20 ms.
func (s *Stage) Read(buf []float32) (int, error) {
	select {
	case <-s.tick.C:
	case <-s.end:
		return 0, audio.ErrClosed
	}
	n := min(len(buf), audio.FrameSize)
	clear(buf[:n])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = s.queue[copy(buf[:n], s.queue):]
	if len(s.queue) == 0 && s.empty != nil {
		close(s.empty)
		s.empty = nil
	}
	return n, nil
}

// Play puts samples at audio.Rate into the microphone; the channel is closed
// when the last of them was read.
func (s *Stage) Play(samples []float32) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, samples...)
	if s.empty == nil {
		s.empty = make(chan struct{})
	}
	return s.empty
}

// Close ends Read.
func (s *Stage) Close() error {
	s.once.Do(func() { close(s.end); s.tick.Stop() })
	return nil
}
