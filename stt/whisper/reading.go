package whisper

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"deputy/stt"
)

// A reading is what one window was read as, in one language.
type reading struct {
	segments []part
	// advance is how far the window was read, in units of 20 ms.
	advance  int
	language string
	logp     float64 // sum of the text tokens' log probabilities
	tokens   int     // how many text tokens
	lowest   float32
	probs    []float32 // of the text tokens
	runaway  bool      // it had to be stopped
}

// A part is a segment before its times are placed in the utterance.
type part struct {
	text       string
	start, end int // in units of 20 ms from the window's start
	p          float64
	n          int
}

// tick is the time between neighbouring timestamps.
const tick = 20 * time.Millisecond

// reading cuts the tokens at their timestamps. Bytes are joined before they are
// looked at as text, since a token can end inside a syllable.
func (p *path) reading(n network, v vocabulary, language string, have int, more bool) reading {
	r := reading{language: language, lowest: 1, advance: have, runaway: p.runaway}
	tokens := p.tokens
	if last, at := lastPair(tokens, v.beg); at > 0 && (more && tokens[len(tokens)-1] < v.beg || last == len(tokens)-1) {
		// The next window begins where this text was whole: what follows is cut off
		// by the window's end and is read again.
		tokens, r.advance = tokens[:last+1], at
	}
	var text strings.Builder
	cur := part{}
	flush := func(end int) {
		if t := whole(text.String()); t != "" {
			cur.text, cur.end = t, max(cur.start, min(end, have))
			r.segments = append(r.segments, cur)
		}
		text.Reset()
		cur = part{start: min(end, have)}
	}
	for i, tok := range tokens {
		if tok >= v.beg {
			flush(int(tok - v.beg))
			continue
		}
		text.WriteString(n.Bytes(tok))
		cur.p += float64(p.probs[i])
		cur.n++
		r.logp += logOf(p.probs[i])
		r.tokens++
		r.lowest = min(r.lowest, p.probs[i])
		r.probs = append(r.probs, p.probs[i])
	}
	flush(have)
	if r.tokens == 0 {
		r.lowest = 0
	}
	return r
}

// lastPair is the index of the second of the last two timestamps in a row, and
// its time in units of 20 ms; 0 if there are none.
func lastPair(tokens []int32, beg int32) (index, at int) {
	for i := len(tokens) - 1; i > 0; i-- {
		if tokens[i] >= beg && tokens[i-1] >= beg {
			return i, int(tokens[i] - beg)
		}
	}
	return 0, 0
}

// whole is text without the syllables that were cut off.
func whole(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	return strings.TrimSpace(s)
}

// text is all that was read.
func (r reading) text() string {
	var parts []string
	for _, s := range r.segments {
		parts = append(parts, s.text)
	}
	return strings.Join(parts, " ")
}

// transcript is the reading alone, for stt.Noise.
func (r reading) transcript(h hearing) stt.Transcript {
	t := stt.Transcript{Text: r.text(), NoSpeech: h.nospeech, Lowest: r.lowest}
	p, n := 0.0, 0
	for _, s := range r.segments {
		p, n = p+s.p, n+s.n
	}
	if n > 0 {
		t.Confidence = float32(p / float64(n))
	}
	return t
}

// score is the mean log probability of a token, by which readings of one sound in
// two languages are compared.
func (r reading) score() float64 {
	if r.tokens == 0 {
		return -2 // no words at all: better than words nobody said
	}
	return r.logp / float64(r.tokens)
}

// suspect says that the reading shows what a short window does to whisper.
func (r reading) suspect(have int) bool {
	t := r.text()
	return r.runaway || stt.Doubled(t) || stt.Looped(t) || stt.Rushed(t, time.Duration(have)*tick)
}

func (r reading) String() string {
	return fmt.Sprintf("%s %q (%d tokens, %.2f)", r.language, r.text(), r.tokens, r.score())
}
