package whisper

import "context"

// A network runs the decoder over the window that was encoded last. It remembers
// the tokens it was given, of which past are kept and the rest forgotten. The
// logits are of the last token, vocabulary.size of them, and are the caller's
// until the next call.
type network interface {
	Decode(tokens []int32, past int) (logits []float32, err error)
	// Bytes are what a text token stands for: perhaps half a syllable.
	Bytes(token int32) string
}

// maxTokens is what the model was trained to write in one window.
const maxTokens = 220

// read decodes the window in language id lang. have is how much sound is in it,
// in units of 20 ms; more says that the sound goes on after it. The decoder has
// already seen sot.
//
// It chooses the likeliest token each time. Then it goes back to where the second
// likeliest was nearly as likely, and reads on from that one: what is likelier as
// a whole stays. A beam would find the same and more, but carries every
// alternative to the end; here most are dropped after a token or two.
func read(ctx context.Context, n network, s sampler, lang, have int, more bool) (reading, error) {
	v := s.vocab
	prompt := []int32{v.firstLang + int32(lang), v.transcribe}
	past := 1 // sot
	if v.english {
		prompt, past = []int32{v.sot}, 0
	}
	r := reader{
		net: n, sampler: s, have: have, origin: past + len(prompt),
		limit: min(maxTokens, 24+have/2), // 25 tokens a second: twice the fastest speech
	}
	best, err := r.follow(ctx, path{}, prompt, past, nil)
	if err != nil {
		return reading{}, err
	}
	for _, at := range best.doubts() { // of the first path, though best changes
		if best, err = r.revise(ctx, best, at); err != nil {
			return reading{}, err
		}
	}
	for _, name := range v.names {
		if best, err = r.call(ctx, best, name); err != nil {
			return reading{}, err
		}
	}
	return best.reading(n, v, v.languages[lang], have, more), nil
}

// A reader follows one window's text, token by token.
type reader struct {
	net     network
	sampler sampler
	have    int // sound in the window, in units of 20 ms
	origin  int // how many tokens the decoder has seen before the first of a path
	limit   int // of tokens in a path
}

// follow goes on from p with the likeliest tokens. The decoder has seen past
// tokens and not yet prompt. With a rival it gives up as soon as p is not going to
// be likelier: then p isn't done.
func (r reader) follow(ctx context.Context, p path, prompt []int32, past int, rival *path) (path, error) {
	v := r.sampler.vocab
	from := len(p.tokens)
	for {
		if rival != nil {
			if p.hopeless(*rival) {
				return p, nil
			}
			if rest, ok := p.meets(*rival, from); ok {
				whole := p.with(*rival, rest)
				if whole.mean() < rival.mean() {
					return p, nil
				}
				if len(rival.tokens)-rest > longRest {
					return whole, nil
				}
			}
		}
		if err := ctx.Err(); err != nil {
			return p, err
		}
		logits, err := r.net.Decode(prompt, past)
		if err != nil {
			return p, err
		}
		past += len(prompt)
		token, prob := r.sampler.choose(logits, p.tokens)
		if token == v.eot {
			p.end(prob)
			return p, nil
		}
		p.add(token, prob, r.sampler.second(logits, token, prob))
		// Close to the end of the sound there is nothing left to say, and whisper
		// tends to say it.
		if token >= v.beg && len(p.tokens) > 1 && int(token-v.beg)+5 >= r.have {
			p.done = true
			return p, nil
		}
		if len(p.tokens) >= r.limit || circling(p.words(v)) {
			p.runaway = true
			return p, nil
		}
		prompt = []int32{token}
	}
}

// revise reads on from the second likeliest token at one place of best, and gives
// the likelier of the two.
func (r reader) revise(ctx context.Context, best path, at int) (path, error) {
	p, s := best.until(at), best.seconds[at]
	if s.token == r.sampler.vocab.eot {
		p.end(s.p)
	} else {
		p.add(s.token, s.p, second{})
		var err error
		if p, err = r.follow(ctx, p, []int32{s.token}, r.origin+at, &best); err != nil {
			return best, err
		}
	}
	if p.done && p.mean() > best.mean() {
		return p, nil
	}
	return best, nil
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
