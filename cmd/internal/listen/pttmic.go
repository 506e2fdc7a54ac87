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

// NewPTTMic opens the device whenever the key is held.
func NewPTTMic(key *PTTKey, open func() (audio.Source, error)) *PTTMic {
	return &PTTMic{open: open, key: key, end: make(chan struct{})}
}

// Rate is audio.Rate.
func (m *PTTMic) Rate() int { return audio.Rate }

// Read blocks while the key is up.
func (m *PTTMic) Read(buf []float32) (int, error) {
	for {
		now := time.Now()
		if m.key.Held() {
			m.last = now
		}
		mic, err := m.device(now.Sub(m.last) < afterHold)
		if err != nil {
			return 0, err
		}
		if mic != nil {
			return mic.Read(buf)
		}
		select {
		case <-m.key.pressed:
		case <-m.end:
			return 0, audio.ErrClosed
		}
	}
}

// device opens or closes the microphone as wanted and gives it; nil if closed.
func (m *PTTMic) device(want bool) (audio.Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-m.end:
		return nil, audio.ErrClosed
	default:
	}
	switch {
	case want && m.mic == nil:
		mic, err := m.open()
		if err != nil {
			return nil, err
		}
		m.mic = audio.Resample(mic, audio.Rate)
	case !want && m.mic != nil:
		err := m.mic.Close()
		m.mic = nil
		return nil, err
	}
	return m.mic, nil
}

// Close closes the microphone and ends Read.
func (m *PTTMic) Close() error {
	m.once.Do(func() { close(m.end) })
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mic == nil {
		return nil
	}
	return m.mic.Close()
}
