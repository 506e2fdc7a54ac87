package whisper

import (
	"strings"
	"time"

	"deputy/stt"
)

// A tally joins the readings of a long sound.
type tally struct {
	segments []stt.Segment
	p        float64
	n        int
	lowest   float32
	probs    []float32
}

func (s *tally) add(r reading, at int) {
	if r.tokens > 0 && (s.n == 0 || r.lowest < s.lowest) {
		s.lowest = r.lowest
	}
	s.probs = append(s.probs, r.probs...)
	for _, g := range r.segments {
		s.p += g.p
		s.n += g.n
		s.segments = append(s.segments, stt.Segment{
			Text:  g.text,
			Start: time.Duration(at+g.start) * tick, End: time.Duration(at+g.end) * tick,
			Confidence: float32(g.p / float64(max(g.n, 1))),
		})
	}
}

func (s *tally) into(out *stt.Transcript) {
	var texts []string
	for _, g := range s.segments {
		texts = append(texts, g.Text)
	}
	out.Text = stt.Clean(strings.Join(texts, " "))
	out.Segments = s.segments
	if s.n > 0 {
		out.Confidence = max(float32(s.p/float64(s.n)), s.lowest)
		out.Lowest, out.Tokens = s.lowest, s.probs
	}
}
