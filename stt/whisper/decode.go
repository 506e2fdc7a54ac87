package whisper

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"deputy/stt"
)

// A network runs the decoder over the window that was encoded last. The logits
// are of the last token, vocabulary.size of them, and are the caller's until the
// next call.
type network interface {
	Decode(tokens []int32, past int) (logits []float32, err error)
	// Bytes are what a text token stands for: perhaps half a syllable.
	Bytes(token int32) string
}

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

// read decodes the window in language id lang. have is how much sound is in it,
// in units of 20 ms; more says that the sound goes on after it. The decoder has
// already seen sot.
func read(ctx context.Context, n network, s sampler, lang, have int, more bool) (reading, error) {
	v := s.vocab
	r := reading{language: v.languages[lang], lowest: 1}
	prompt := []int32{v.firstLang + int32(lang), v.transcribe}
	past := 1 // sot
	if v.english {
		prompt, past = []int32{v.sot}, 0
	}
	b := builder{net: n, vocab: v}
	limit := min(maxTokens, 24+have/2) // 25 tokens a second: twice the fastest speech
	for {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		logits, err := n.Decode(prompt, past)
		if err != nil {
			return r, err
		}
		past += len(prompt)
		token, p := s.choose(logits, b.tokens)
		if token == v.eot {
			break
		}
		b.add(token, p)
		// Close to the end of the sound there is nothing left to say, and whisper
		// tends to say it.
		if token >= v.beg && len(b.tokens) > 1 && int(token-v.beg)+5 >= have {
			break
		}
		if len(b.tokens) >= limit || circling(b.words) {
			r.runaway = true
			break
		}
		prompt = []int32{token}
	}
	b.finish(&r, have, more)
	return r, nil
}

// maxTokens is what the model was trained to write in one window.
const maxTokens = 220

// A builder gathers tokens into segments.
type builder struct {
	net    network
	vocab  vocabulary
	tokens []int32
	probs  []float32
	words  []int32 // the tokens that are text
}

func (b *builder) add(token int32, p float32) {
	b.tokens = append(b.tokens, token)
	b.probs = append(b.probs, p)
	if token < b.vocab.eot {
		b.words = append(b.words, token)
	}
}

// circling says that text has begun to go round: it ends with a run of tokens said
// over and over. Nothing comes after that, so there is no use in waiting for the
// limit. Whether what is there counts is for stt.Looped to say, as of any text.
func circling(words []int32) bool {
	const longest = 24 // tokens in one turn: a sentence
	for unit := 1; unit <= longest && 3*unit <= len(words); unit++ {
		turns := 3
		switch {
		case unit == 1:
			turns = 10
		case unit <= 3:
			turns = 6
		}
		n := 0
		for i := len(words) - 1; i >= unit && words[i] == words[i-unit]; i-- {
			n++
		}
		if n >= unit*(turns-1) {
			return true
		}
	}
	return false
}

// finish cuts the tokens at their timestamps. Bytes are joined before they are
// looked at as text, since a token can end inside a syllable.
func (b *builder) finish(r *reading, have int, more bool) {
	v := b.vocab
	r.advance = have
	if last, at := b.lastPair(); more && last > 0 && at > 0 && b.tokens[len(b.tokens)-1] < v.beg || last == len(b.tokens)-1 && at > 0 {
		// The next window begins where this text was whole: what follows is cut off
		// by the window's end and is read again.
		b.tokens, r.advance = b.tokens[:last+1], at
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
	for i, tok := range b.tokens {
		if tok >= v.beg {
			flush(int(tok - v.beg))
			continue
		}
		text.WriteString(b.net.Bytes(tok))
		cur.p += float64(b.probs[i])
		cur.n++
		r.logp += logOf(b.probs[i])
		r.tokens++
		r.lowest = min(r.lowest, b.probs[i])
		r.probs = append(r.probs, b.probs[i])
	}
	flush(have)
	if r.tokens == 0 {
		r.lowest = 0
	}
}

// lastPair is the index of the second of the last two timestamps in a row, and
// its time in units of 20 ms; 0 if there are none.
func (b *builder) lastPair() (index, at int) {
	for i := len(b.tokens) - 1; i > 0; i-- {
		if b.tokens[i] >= b.vocab.beg && b.tokens[i-1] >= b.vocab.beg {
			return i, int(b.tokens[i] - b.vocab.beg)
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
