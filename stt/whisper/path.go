package whisper

import (
	"cmp"
	"slices"
)

// A path is a text as it is chosen, token by token.
type path struct {
	tokens  []int32
	probs   []float32 // of the tokens
	seconds []second  // what else could stand in each place
	sums    []float64 // log probability up to each token, and up to the end of the text
	done    bool      // it came to its end
	runaway bool      // it had to be stopped
}

// A second is the likeliest token but one: a word, or the end of the text. Its
// probability p is 0 where there is none.
type second struct {
	token int32
	p     float32
}

func (p *path) add(token int32, prob float32, s second) {
	p.tokens, p.probs, p.seconds = append(p.tokens, token), append(p.probs, prob), append(p.seconds, s)
	p.sums = append(p.sums, p.logp()+logOf(prob))
}

// end ends the text, with that probability.
func (p *path) end(prob float32) {
	p.sums, p.done = append(p.sums, p.logp()+logOf(prob)), true
}

// until is a copy of the first n tokens.
func (p *path) until(n int) path {
	return path{
		tokens: slices.Clone(p.tokens[:n]), probs: slices.Clone(p.probs[:n]),
		seconds: slices.Clone(p.seconds[:n]), sums: slices.Clone(p.sums[:n]),
	}
}

// words are the tokens that are text.
func (p *path) words(v vocabulary) []int32 {
	var words []int32
	for _, t := range p.tokens {
		if t < v.eot {
			words = append(words, t)
		}
	}
	return words
}

// logp is the log probability of all that was chosen.
func (p *path) logp() float64 {
	if len(p.sums) == 0 {
		return 0
	}
	return p.sums[len(p.sums)-1]
}

// mean is logp by token, by which texts of several lengths are compared.
func (p *path) mean() float64 { return p.logp() / float64(max(1, len(p.sums))) }

const (
	// doubtful is how likely the second must be, beside the first, to be tried.
	doubtful = 0.3
	// mostDoubts bounds what a mumbled text costs.
	mostDoubts = 4
	// longRest is how many tokens after a doubt are taken over instead of read
	// again, once both say the same: they hardly change, and cost the most.
	longRest = 8
)

// doubts are the places to go back to, the last one first: so what the decoder
// remembers of the tokens before each is still right when its turn comes. A text
// that went round has none: it is read again in another way.
func (p *path) doubts() []int {
	if p.runaway {
		return nil
	}
	share := func(i int) float32 { return p.seconds[i].p / p.probs[i] }
	var at []int
	for i := range p.tokens {
		if share(i) >= doubtful {
			at = append(at, i)
		}
	}
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(share(b), share(a)) })
	at = at[:min(len(at), mostDoubts)]
	slices.Sort(at)
	slices.Reverse(at)
	return at
}

// hopeless says that p can't become likelier than rival even if all that follows
// were certain.
func (p *path) hopeless(rival path) bool {
	return p.logp()/float64(max(len(p.tokens), len(rival.sums))) < rival.mean()
}

// meets says that p, which left rival after from tokens, has chosen the same two
// tokens again; one alone may be chance. rest is what rival says after them.
func (p *path) meets(rival path, from int) (rest int, ok bool) {
	const apart = 3 // tokens: one may say the same word in more pieces
	n := len(p.tokens)
	if n < from+2 {
		return 0, false
	}
	for rest = max(from+1, n-apart) + 1; rest <= min(n+apart, len(rival.tokens)); rest++ {
		if slices.Equal(p.tokens[n-2:], rival.tokens[rest-2:rest]) {
			return rest, true
		}
	}
	return 0, false
}

// with is p and then what rival says from token rest on.
func (p *path) with(rival path, rest int) path {
	q := p.until(len(p.tokens))
	for i := rest; i < len(rival.tokens); i++ {
		q.add(rival.tokens[i], rival.probs[i], second{})
	}
	if n := len(rival.tokens); len(rival.sums) > n {
		q.sums = append(q.sums, q.logp()+rival.logp()-rival.sums[n-1])
	}
	q.done = rival.done
	return q
}
