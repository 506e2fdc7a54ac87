package tts

import "time"

// A playbackReader is what the player reads a synthesis through: it notes when the first
// sample leaves, which makes it audible a little later. One goroutine, the player's, uses
// it until Play has returned.
type playbackReader struct {
	*synthesis
	voice *Voice
	task  *task
	part  *part
	began time.Time
}

func (s *playbackReader) Read(buf []float32) (int, error) {
	n, err := s.synthesis.Read(buf)
	if n > 0 && s.began.IsZero() {
		s.began = time.Now()
		s.tellBegan()
	}
	return n, err
}

// tellBegan says that a line begins; a chime is none.
func (s *playbackReader) tellBegan() {
	if s.task.chime {
		return
	}
	s.voice.speaking.Store(true)
	if began := s.voice.o.Began; began != nil {
		began(s.task.line.ID, s.part.text, s.began)
	}
}

// Close does nothing: a player closes nothing.
func (s *playbackReader) Close() error { return nil }
