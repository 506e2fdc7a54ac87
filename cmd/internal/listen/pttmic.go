package listen

import (
	"sync"
	"time"

	"deputy/audio"
)

// A PTTMic is a microphone that is open only while the push-to-talk key is held
// and a moment after: otherwise the device is closed, and nobody hears anything.
type PTTMic struct {
	open func() (audio.Source, error)
	key  *PTTKey
	end  chan struct{}
	once sync.Once
	// mu guards mic: Close may come from another goroutine than Read.
	mu   sync.Mutex
	mic  audio.Source // nil while closed
	last time.Time    // when the key was last seen down
}

// afterHold is how long the microphone stays open after the release: longer than
// the release tail and the detector's needs.
const afterHold = 600 * time.Millisecond

func NewPTTMic(key *PTTKey, open func() (audio.Source, error)) *PTTMic {
	return &PTTMic{open: open, key: key, end: make(chan struct{})}
}

// Rate is audio.Rate.
func (h *PTTMic) Rate() int { return audio.Rate }

// Read blocks while the key is up.
func (h *PTTMic) Read(buf []float32) (int, error) {
	for {
		now := time.Now()
		if h.key.Held() {
			h.last = now
		}
		mic, err := h.device(now.Sub(h.last) < afterHold)
		if err != nil {
			return 0, err
		}
		if mic != nil {
			return mic.Read(buf)
		}
		select {
		case <-h.key.pressed:
		case <-h.end:
			return 0, audio.ErrClosed
		}
	}
}

// device opens or closes the microphone as wanted and gives it; nil if closed.
func (h *PTTMic) device(want bool) (audio.Source, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.end:
		return nil, audio.ErrClosed
	default:
	}
	switch {
	case want && h.mic == nil:
		mic, err := h.open()
		if err != nil {
			return nil, err
		}
		h.mic = audio.Resample(mic, audio.Rate)
	case !want && h.mic != nil:
		err := h.mic.Close()
		h.mic = nil
		return nil, err
	}
	return h.mic, nil
}

// Close closes the microphone and ends Read.
func (h *PTTMic) Close() error {
	h.once.Do(func() { close(h.end) })
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.mic == nil {
		return nil
	}
	return h.mic.Close()
}
