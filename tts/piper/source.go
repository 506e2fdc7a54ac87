package piper

import (
	"encoding/binary"
	"sync"

	"deputy/audio"
)

// source is the sound of one request: the process's goroutine fills it, one
// other reads it, any may close it.
type source struct {
	rate   int
	cancel func()      // tells the process to stop
	stop   func() bool // unhooks it from its ctx

	mu      sync.Mutex
	changed *sync.Cond
	samples []float32
	odd     []byte // half a sample
	end     error  // io.EOF when whole; nil while it grows
}

func newSource(rate int) *source {
	s := &source{rate: rate}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *source) write(pcm []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pcm = append(s.odd, pcm...)
	s.odd = pcm[len(pcm)&^1:]
	for i := 0; i+1 < len(pcm); i += 2 {
		s.samples = append(s.samples, float32(int16(binary.LittleEndian.Uint16(pcm[i:])))/32768)
	}
	s.changed.Broadcast()
}

// finish says that nothing more comes, and why.
func (s *source) finish(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end == nil {
		s.end = err
		s.changed.Broadcast()
	}
}

// giveUp ends the source at once, whatever it still holds.
func (s *source) giveUp(err error) {
	s.mu.Lock()
	under := s.end == nil
	s.end, s.samples = err, nil
	s.changed.Broadcast()
	s.mu.Unlock()
	if under {
		s.cancel()
	}
}

// Rate is the voice's.
func (s *source) Rate() int { return s.rate }

// Read waits for samples; see audio.Source.
func (s *source) Read(buf []float32) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.samples) == 0 && s.end == nil {
		s.changed.Wait()
	}
	if len(s.samples) == 0 {
		return 0, s.end
	}
	n := copy(buf, s.samples)
	s.samples = s.samples[n:]
	return n, nil
}

// Close stops the synthesis and unblocks Read.
func (s *source) Close() error {
	s.stop()
	s.giveUp(audio.ErrClosed)
	return nil
}
