package consent

// What must be known of the sound before an approval counts. Measured with
// Whisper base on clean speech: "go ahead" 0.87 to 0.89, "approved falcon" 0.69, a
// lone "okay" 0.61, a lone "yes" 0.53; what it makes up for noise lies mostly
// below 0.5. Zero evidence is no evidence.
const (
	leastConfidence     = 0.5
	leastConfidenceCode = 0.4  // noise does not happen to say the word of this ask
	leastConfidenceKey  = 0.35 // the key says at least that someone meant to speak
	mostNoSpeech        = 0.6

	// A short yes that nobody meant is heard well enough now and then.
	strongConfidence = 0.85
	strongLowest     = 0.5
	strongNoSpeech   = 0.2
	strongVoiced     = 0.3
	strongSNR        = 10 // dB
)

// mostWords is how long a plain approval is at most, mostYes how often it says
// yes: recognisers run into loops ("okay okay okay ...").
const (
	mostWords = 8
	mostYes   = 4
)

// approved reads an answer that holds nothing but approval.
func (u *utterance) approved(q Question, a Answer) Verdict {
	no := func(why string) Verdict { return Verdict{Why: why} }
	yes := u.has(explicit|weak|action) || u.has(code)
	switch {
	case !yes || u.has(object) && !u.has(action):
		return no("it approves nothing")
	case u.tagged || u.trailing:
		return no("it breaks off, or was not all speech")
	case len(u.words) > mostWords || u.count(explicit|weak|action) > mostYes:
		return no("it is too long for a plain approval")
	case q.NoVoice && !a.Key && !a.Typed:
		return no("no voice alone can approve this")
	case q.Code != "" && !sound(q.Code):
		return no("the code word is itself an answer")
	case q.Code != "" && !u.has(code):
		return no("the code word is missing")
	case !u.fits(q):
		return no("it names something that was not asked")
	}
	short := !u.has(explicit | action | code)
	switch {
	case !a.Typed && !a.Key && u.echoes(q.Said):
		return no("it is a piece of what Deputy said")
	case short && q.NoVoice:
		return no("a bare yes is not enough for this")
	case !a.heard(u.has(code)):
		return Verdict{Why: "it was not heard well enough", Weak: true}
	case short && q.Strong && !a.Typed && !a.Key && !a.strong():
		return Verdict{Why: "a short yes needs strong evidence or the key", Weak: true}
	}
	return Verdict{Reading: Approve, Why: "a whole, plain approval"}
}

func (u *utterance) count(k kind) int {
	n := 0
	for _, m := range u.marks {
		if m.kind&k != 0 {
			n++
		}
	}
	return n
}

// sound says whether a code word can be told from an answer.
func sound(codeWord string) bool {
	u := parse(codeWord, "")
	return len(u.words) > 0 && !u.has(^other)
}

// fits says whether every effect that the answer names is one that Deputy spoke
// of. Where nothing was said (a typed session), naming needs a yes beside it.
func (u *utterance) fits(q Question) bool {
	for _, m := range u.marks {
		if m.kind&action == 0 {
			continue
		}
		if len(q.Said) == 0 {
			if !u.has(explicit | weak | code) {
				return false
			}
		} else if !u.named(m.from, m.to, q.Said) {
			return false
		}
	}
	return true
}

// heard says whether the evidence suffices for an approval in so many words, or
// with the code word. The comparisons are such that a NaN fails.
func (a Answer) heard(withCode bool) bool {
	least := float32(leastConfidence)
	switch {
	case a.Key:
		least = leastConfidenceKey
	case withCode:
		least = leastConfidenceCode
	}
	return a.Typed || a.Confidence >= least && a.NoSpeech <= mostNoSpeech
}

// strong says whether it suffices for a short yes.
func (a Answer) strong() bool {
	return a.Confidence >= strongConfidence && a.Lowest >= strongLowest && a.NoSpeech <= strongNoSpeech &&
		a.Voiced >= strongVoiced && a.SNR >= strongSNR
}
