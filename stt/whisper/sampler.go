package whisper

import (
	"math"
)

// A vocabulary says where the model's special tokens are. Text is below eot;
// timestamps are from beg on, 20 ms apart.
type vocabulary struct {
	size                   int
	sot, eot, beg          int32
	transcribe, nospeech   int32
	firstLang, blank       int32
	languages              []string  // by language id: token firstLang+id
	english                bool      // an English-only model: sot alone is its prompt
	names                  [][]int32 // that a text may begin with, as tokens
	specialFrom, specialTo int32     // specialFrom <= id < specialTo is never text nor time
}

// A sampler chooses the next token greedily under the rules by which whisper's
// timestamps work. It is a function of its arguments.
type sampler struct {
	vocab vocabulary
	// latest is the greatest timestamp that may open the text, in units of 20 ms.
	latest int32
}

var minusInf = float32(math.Inf(-1))

// choose picks the token that follows sofar (chosen tokens only, no prompt) and
// gives its probability. It overwrites logits.
func (s sampler) choose(logits []float32, sofar []int32) (token int32, p float32) {
	s.mask(logits, sofar)
	v := s.vocab
	top, sum := argmax(logits), 0.0
	peak := logits[top]
	if math.IsInf(float64(peak), -1) || peak != peak {
		return v.eot, 0
	}
	var times float64
	for i, l := range logits {
		e := softplace(l - peak)
		sum += e
		if int32(i) >= v.beg {
			times += e
		}
	}
	// A timestamp is due when all of them together are likelier than any one word.
	if word := argmax(logits[:v.beg]); times > softplace(logits[word]-peak) {
		top = int(v.beg) + argmax(logits[v.beg:])
	}
	return int32(top), float32(softplace(logits[top]-peak) / sum)
}

// second finds the likeliest word but token, or the end of the text, in the logits
// that choose has masked; p is token's probability. Beside a timestamp there is
// none: when a segment ends is not in doubt often, nor of much use.
func (s sampler) second(logits []float32, token int32, p float32) second {
	v := s.vocab
	if token >= v.eot {
		return second{}
	}
	first := logits[token]
	logits[token] = minusInf
	i := argmax(logits[:v.eot+1])
	return second{token: int32(i), p: p * float32(softplace(logits[i]-first))}
}

// mask rules out the tokens that may not follow sofar.
func (s sampler) mask(logits []float32, sofar []int32) {
	v := s.vocab
	rule := func(from, to int32) {
		for i := from; i < to; i++ {
			logits[i] = minusInf
		}
	}
	rule(v.specialFrom, v.specialTo)
	n := len(sofar)
	if n == 0 {
		logits[v.eot], logits[v.blank] = minusInf, minusInf
		rule(v.beg+s.latest+1, int32(v.size))
		return
	}
	// Timestamps come in pairs, end and start, except before the end of the text.
	if sofar[n-1] >= v.beg {
		if n < 2 || sofar[n-2] >= v.beg {
			rule(v.beg, int32(v.size))
		} else {
			rule(0, v.eot)
		}
	}
	// They never go back.
	for i := n - 1; i >= 0; i-- {
		if sofar[i] >= v.beg {
			rule(v.beg, sofar[i])
			break
		}
	}
}

// softplace is e^x for x <= 0, and 0 where that is too small to matter.
func softplace(x float32) float64 {
	if x < -18 {
		return 0
	}
	return math.Exp(float64(x))
}

func argmax(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// softmaxAt is the probability of logits[i] among all of them.
func softmaxAt(logits []float32, i int32) float32 {
	peak := logits[argmax(logits)]
	sum := 0.0
	for _, l := range logits {
		sum += softplace(l - peak)
	}
	return float32(softplace(logits[i]-peak) / sum)
}

// languageProbs are the probabilities, by language id, that the model gives the
// languages among themselves at the start of a text.
func languageProbs(logits []float32, v vocabulary) []float32 {
	ls := logits[v.firstLang : int(v.firstLang)+len(v.languages)]
	peak := ls[argmax(ls)]
	sum := 0.0
	for _, l := range ls {
		sum += softplace(l - peak)
	}
	out := make([]float32, len(ls))
	for i, l := range ls {
		out[i] = float32(softplace(l-peak) / sum)
	}
	return out
}
