package tts

import (
	"slices"
	"sync"
	"time"
)

// kept is how far back Recent reaches: longer than any echo, and than a
// recogniser takes to bring one back as text.
const kept = 30 * time.Second

// Played is a sentence that left for the speaker, whole or in part; a chime has
// neither Line nor Text.
type Played struct {
	Line, Text, Language string
	// Rate is in hertz; Samples are mono in [-1, 1], cut to what was heard.
	Rate    int
	Samples []float32
	// Began is when the first sample left for the speaker, which makes it audible
	// a little later. Ended is zero while it sounds.
	Began, Ended time.Time
}

// recent remembers what was played. It is filled on the player's goroutine and
// read on any.
type recent struct {
	mu  sync.Mutex
	all []*Played
}

func (r *recent) begin(p *Played) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = slices.DeleteFunc(r.all, func(p *Played) bool { return p.before(time.Now().Add(-kept)) })
	r.all = append(r.all, p)
}

func (r *recent) add(p *Played, samples []float32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.Samples = append(p.Samples, samples...)
}

// finish sets the end of p, which may be nil, and cuts off what wasn't heard.
func (r *recent) finish(p *Played, heard time.Duration) {
	if p == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p.Ended = time.Now()
	if n := int(heard.Seconds() * float64(p.Rate)); n < len(p.Samples) {
		p.Samples = p.Samples[:max(n, 0)]
	}
}

func (r *recent) since(t time.Time) []Played {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Played
	for _, p := range r.all {
		if !p.before(t) {
			q := *p
			q.Samples = slices.Clone(p.Samples)
			out = append(out, q)
		}
	}
	return out
}

func (p *Played) before(t time.Time) bool { return !p.Ended.IsZero() && p.Ended.Before(t) }

// A playbackReader is what the player reads a synthesis through: it notes what leaves, and when.
// One goroutine, the player's, uses it until Play has returned.
type playbackReader struct {
	*synthesis
	voice  *Voice
	task   *task
	part   *part
	began  time.Time
	played *Played
}

func (s *playbackReader) Read(buf []float32) (int, error) {
	n, err := s.synthesis.Read(buf)
	if n == 0 {
		return n, err
	}
	if s.played == nil {
		s.began = time.Now()
		s.played = &Played{Line: s.task.line.ID, Text: s.part.text, Language: s.part.language, Rate: s.Rate(), Began: s.began}
		s.voice.recent.begin(s.played)
		s.tellBegan()
	}
	s.voice.recent.add(s.played, buf[:n])
	return n, err
}

// tellBegan says that a line begins; a chime is none.
func (s *playbackReader) tellBegan() {
	if s.task.chime {
		return
	}
	s.voice.speaking.Store(true)
	if began := s.voice.o.Began; began != nil {
		began(s.played.Line, s.played.Text, s.began)
	}
}

// Close does nothing: a player closes nothing.
func (s *playbackReader) Close() error { return nil }
