package consent

import (
	"slices"
	"strings"
)

// mostWords is how long a plain approval is at most, mostYes how often it says
// yes: recognisers run into loops ("okay okay okay ...").
const (
	mostWords = 8
	mostYes   = 4
)

// level is 2, 3 or 4; what is none of them is 4.
func (q Question) level() int {
	if q.Level == 2 || q.Level == 3 {
		return q.Level
	}
	return 4
}

// approved reads an answer that holds nothing but approval. By level:
//
//	2  an approval in so many words; or a short yes with strong evidence or the key;
//	   or the second short yes to the same ask, put twice
//	3  the code word of this ask, with an approval, or alone with the key
//	4  an approval in so many words, typed or with the key held
//
// with the code word wherever one is demanded, and with the evidence that
// evidence.go has for it.
func (u *utterance) approved(q Question, a Answer) Verdict {
	if !u.has(explicit | weak | action | code) {
		return Verdict{Why: "it approves nothing"}
	}
	no := func(why string) Verdict { return Verdict{Why: why, Heard: u.heardAs()} }
	switch {
	case u.has(object) && !u.has(action), u.has(ack) && !u.has(explicit|action|code):
		return no("it approves nothing")
	case u.tagged || u.trailing:
		return no("it breaks off, or was not all speech")
	case len(u.words) > mostWords || u.count(explicit|weak|action) > mostYes:
		return no("it is too long for a plain approval")
	case a.Overlaps:
		return no("it came while Deputy itself spoke")
	case q.level() == 4 && !a.Key && !a.Typed:
		return no("no voice alone can approve this")
	case q.level() == 3 && q.Code == "":
		return no("no code word was given for it")
	case q.Code != "" && !sound(q.Code):
		return no("the code word is itself an answer")
	case q.Code != "" && !u.has(code):
		return no("the code word is missing")
	case q.Code != "" && !a.Key && !a.Typed && !u.has(explicit|weak|action):
		v := no("the code word alone may be anybody's word")
		v.Bare = true
		return v
	case !u.fits(q):
		return no("it names something that was not asked")
	}
	d, second := demand{q.level(), shortYes, a.Key}, demand{q.level(), twiceYes, a.Key}
	switch {
	case u.has(code) && d.level != 4:
		d.level, d.form = 3, coded
	case u.has(explicit | action):
		d.form = inWords
	}
	switch {
	case d.form == shortYes && d.level == 4:
		return no("a bare yes is not enough for this")
	case !a.Typed && !a.Key && u.echoes(q.Said):
		return no("it is a piece of what Deputy said")
	case !a.heard(d):
		v := no("it was not heard well enough")
		if d.form == shortYes {
			if v.Half = a.heard(second); v.Half && q.Half {
				return Verdict{Reading: Approve, Why: "a short yes, twice"}
			}
			v.Why = "a short yes needs strong evidence, another one, or the key"
		}
		v.Weak = true
		return v
	}
	return Verdict{Reading: Approve, Why: "a whole, plain approval"}
}

// Assents says whether a text is nothing but a yes, thanks or a note taken of what
// was said, the code word of the last ask beside it or not. It approves nothing by
// that; it is only no refusal that was misheard.
func Assents(text, codeWord string) bool {
	u := parse(text, codeWord)
	thanks := slices.ContainsFunc(u.words, func(w word) bool { return thankful[w.text] })
	return plainly(&u, explicit|weak|action|object|ack|filler|code) && !u.question && (thanks || u.has(explicit|weak|ack|code))
}

var thankful = map[string]bool{"thank": true, "thanks": true, "고마워": true, "고마워요": true, "고맙습니다": true, "감사합니다": true, "감사해요": true}

// always reads a proposal to approve this kind of thing from now on. It must be
// heard as well as an approval in so many words, or it proposes nothing.
func (u *utterance) always(a Answer) Verdict {
	v := Verdict{Heard: u.heardAs()}
	switch {
	case u.tagged || u.trailing:
		v.Why = "it breaks off, or was not all speech"
	case a.Overlaps:
		v.Why = "it came while Deputy itself spoke"
	case !a.heard(demand{2, inWords, a.Key}):
		v.Why, v.Weak = "it was not heard well enough", true
	default:
		v = Verdict{Reading: Always, Why: "it proposes to approve this from now on", Rest: strings.TrimSpace(u.raw)}
	}
	return v
}

// heardAs is the answer as Deputy repeats it: its first words, without what
// stands around them.
func (u *utterance) heardAs() string {
	if len(u.words) == 0 {
		return ""
	}
	s := u.raw[u.words[0].start:u.words[min(mostWords, len(u.words))-1].end]
	if w, _, _ := strings.Cut(s, " "); w != "I" && !strings.HasPrefix(w, "I'") {
		return strings.ToLower(s)
	}
	return s
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
