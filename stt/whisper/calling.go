package whisper

import "context"

// Names at the beginning. Whisper knows few names, and writes what it knows instead
// ("That beauty, ..."). A name that is expected there is tried as well, and stays
// where it is nearly as likely as what was written.

const (
	// leastName is the log probability of the name from which it is worth a try: said,
	// it lies above -4.8, in other talk below -5.8.
	leastName = -5
	// leeway is by how much a text with the name may be less likely than the one
	// without, by token.
	leeway = 0.15
)

// call reads the window with a name in the place of the first words of best, and
// gives the text that stays. The decoder has seen the prompt.
func (r reader) call(ctx context.Context, best path, name []int32) (path, error) {
	v := r.sampler.vocab
	if len(name) == 0 || len(best.tokens) < 2 || best.tokens[0] < v.beg || best.runaway {
		return best, nil
	}
	p := best.until(1)
	prompt, past := best.tokens[:1], r.origin
	for _, t := range name {
		logits, err := r.net.Decode(prompt, past)
		if err != nil {
			return best, err
		}
		past += len(prompt)
		r.sampler.mask(logits, p.tokens)
		p.add(t, softmaxAt(logits, t), second{})
		if p.logp()-p.sums[0] < leastName {
			return best, nil
		}
		prompt = []int32{t}
	}
	p, err := r.follow(ctx, p, prompt, past, nil)
	if err == nil && p.done && p.mean()+leeway > best.mean() {
		return p, nil
	}
	return best, err
}
