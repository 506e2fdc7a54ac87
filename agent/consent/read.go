package consent

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"deputy/internal/textnorm"
	"deputy/internal/timeexpr"
)

// Read says what a decides about q. The rules, in this order; the first that
// applies decides:
//
//  1. Nothing said, or only what recognisers write for noise: unclear.
//  2. Another language than English and Korean: what only refuses ("no", 하지 마)
//     denies, what only puts off ("wait") does that, all else is unclear.
//  3. A long piece of what Deputy said itself: unclear.
//  4. A refusal anywhere ("no", "stop", 하지 마): deny. A negated verb ("don't",
//     "not okay") too, unless it asks ("isn't it too long?"), or means not yet.
//     "Don't do it?" asks nothing: recognisers are free with question marks.
//  5. Wait, later, tomorrow: later. Say again: repeat. A question: explain.
//  6. A change or a condition: amend if it comes with a yes, else unclear.
//  7. From now on, don't ask again: always, which is a proposal.
//  8. Only words that approve, at most eight: approve, if it carries what q
//     demands, was heard well enough, and is no echo; else unclear.
//  9. Several words that have nothing to do with an answer: unrelated.
//
// Rule 8 is a list of what may be said, not of what may not: a word that no
// table holds makes an approval unclear.
func Read(q Question, a Answer) Verdict {
	u := parse(a.Text, q.Code)
	switch {
	case len(u.words) == 0:
		return Verdict{Why: "nothing was said"}
	case u.phantom():
		return Verdict{Why: "recognisers write this when nobody speaks"}
	case !spoken(a.Language):
		return u.foreign()
	case !a.Typed && !a.Key && !u.sayable() && u.parrots(q.Said):
		return Verdict{Why: "it is a piece of what Deputy said"}
	}
	asks := u.question || u.begins(ask)
	switch {
	case u.has(refuse):
		return u.denied("it refuses")
	case u.has(negate) && u.has(yet) && !asks:
		return u.putOff("not yet")
	case (u.has(negate) || u.spares() && !u.proposes()) && !asks, u.forbids():
		return u.denied("it negates")
	case u.has(hold):
		return u.putOff("it puts it off")
	case u.has(yet):
		return u.putOff("not yet")
	case u.has(repeat) || u.question && (plainly(&u, weak|filler) || u.text == "what" || u.text == "뭐"):
		return Verdict{Reading: Repeat, Why: "it asks to hear it again"}
	case u.has(explain):
		return Verdict{Reading: Explain, Why: "it asks what it is"}
	case asks || u.has(ask):
		return u.questioned(q)
	case u.has(but | amend | condition):
		return u.changed(q)
	case u.has(negate | evade | hedge):
		return Verdict{Why: "it neither approves nor refuses"}
	case u.proposes():
		return u.always(a)
	case plainly(&u, explicit|weak|action|object|ack|filler|code):
		return u.approved(q, a)
	}
	return u.leftover(q, a)
}

// foreign is an answer in another language, or in what the recogniser takes for
// one: it can refuse and put off, in so many words, and no more.
func (u *utterance) foreign() Verdict {
	switch {
	case !u.halts():
		return Verdict{Why: "it is in another language"}
	case u.has(refuse | negate):
		return Verdict{Reading: Deny, Why: "a plain no"}
	}
	return u.putOff("a plain wait")
}

// halts says whether it refuses or puts off, and nothing else.
func (u *utterance) halts() bool {
	return u.has(refuse|negate|hold) && plainly(u, refuse|negate|hold|filler)
}

// putOff is a later, with the time that it names.
func (u *utterance) putOff(why string) Verdict {
	return Verdict{Reading: Later, Why: why, Rest: strings.TrimSpace(u.raw), When: timeexpr.Find(u.raw)}
}

// proposes says whether it is about this and all that is like it: in so many
// words ("don't ask again"), or by an approval and an "always". More may be said
// beside it where it begins with a yes; "don't ask him" and "it is always so" propose nothing.
func (u *utterance) proposes() bool {
	switch {
	case u.has(always) && textnorm.HasHangul(u.text):
		return true
	case !u.has(always) && !(u.has(ever) && (u.has(explicit|action|code) || u.begins(weak))):
		return false
	}
	return plainly(u, always|ever|explicit|weak|action|object|ack|filler|code) || u.begins(ever|explicit|weak|action|code) ||
		u.begins(always) && (u.has(ever|explicit|weak|action) || strings.HasPrefix(u.text, "always"))
}

// forbids says whether it is ordered not to do it, whatever mark a recogniser
// put behind it: "don't do it?", 하지 마? But "don't you think so?" asks.
func (u *utterance) forbids() bool {
	return slices.ContainsFunc(u.marks, func(m mark) bool {
		if m.kind&negate == 0 {
			return false
		}
		last := u.words[m.to-1].text
		if textnorm.HasHangul(last) {
			return forbidding.MatchString(last)
		}
		next := ""
		if m.to < len(u.words) {
			next = u.words[m.to].text
		}
		text, _ := u.join(m.from, m.to)
		return u.begins(negate) && (text == "dont" || text == "do not") && !strings.Contains(" i you we they he she it ", " "+next+" ")
	})
}

var forbidding = regexp.MustCompile(`(마|마요|마세요|마라|마십시오|말아|말아요|말아줘|말라고|말자)$`)

// spares says whether an always holds a negator: "don't ask", which is a denial
// where it proposes nothing ("don't ask him").
func (u *utterance) spares() bool {
	return slices.ContainsFunc(u.marks, func(m mark) bool {
		return m.kind&always != 0 && slices.ContainsFunc(u.words[m.from:m.to], func(w word) bool { return english[w.text]&(negate|refuse) != 0 })
	})
}

// spoken says whether the language is one of those that can decide.
func spoken(language string) bool {
	l, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(language, "_", "-")), "-")
	return slices.Contains([]string{"", "en", "ko", "english", "korean"}, l)
}

// plainly says whether everything in u is of one of the kinds k.
func plainly(u *utterance, k kind) bool {
	return !slices.ContainsFunc(u.marks, func(m mark) bool { return m.kind&k == 0 })
}

// denied is a denial; what it says beyond no is the reason.
func (u *utterance) denied(why string) Verdict {
	v := Verdict{Reading: Deny, Why: why}
	reason := slices.ContainsFunc(u.marks, func(m mark) bool {
		if m.kind&(refuse|negate|filler|ack|explicit|weak|action|object|always|ever|hold|yet) != 0 {
			return false
		}
		for _, w := range u.words[m.from:m.to] {
			if !bare[w.text] {
				return true
			}
		}
		return false
	})
	if !reason {
		return v
	}
	// The refusing words at the beginning are said already.
	i := 0
	for moved := true; moved; {
		moved = false
		for _, m := range u.marks {
			if m.from <= i && m.to > i && m.kind&(refuse|filler) != 0 {
				i, moved = m.to, true
			}
		}
	}
	if v.Rest = u.after(i - 1); v.Rest == "" {
		v.Rest = strings.TrimSpace(u.raw)
	}
	return v
}

// bare are words that add nothing to a refusal.
var bare = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`i im ill id we you it its this that them the a an to do want wanna would like let lets please am is be going think say said saying send delete remove pay buy post
		mail email message go ahead with okay ok yes approve ever all at just really any me my mean
		그거 이거 그건 이건 그것 이것 메일 메일을 그 이 건 것 걸 거 나 난 나는 저 저는 보내 진행 승인`) {
		m[w] = true
	}
	return m
}()

// questioned tells a question about the ask from one about something else.
func (u *utterance) questioned(q Question) Verdict {
	if len(u.words) >= 4 && !u.has(weak|explicit|action|code|negate) && !u.about(q) {
		return Verdict{Reading: Unrelated, Why: "it asks about something else"}
	}
	return Verdict{Reading: Explain, Why: "it asks"}
}

// about says whether the answer points at what Deputy said lately, or takes up
// a word of it: of Korean words the first two syllables, without the particles.
func (u *utterance) about(q Question) bool {
	for _, w := range u.words {
		if slices.Contains(strings.Fields("it its this that thats them they you your instead 그거 이거 그건 이건 그게 이게 그걸 이걸 대신"), w.text) {
			return true
		}
		part := w.text
		if rs := []rune(part); textnorm.HasHangul(part) && len(rs) > 2 {
			part = string(rs[:2])
		}
		if n := utf8.RuneCountInString(part); n < 2 || n < 4 && !textnorm.HasHangul(part) {
			continue
		}
		for _, s := range q.Said {
			if strings.Contains(strings.ToLower(s), part) {
				return true
			}
		}
	}
	return false
}

// changed is a change or a condition that says which, or nothing at all.
// English begins with the yes or the change, Korean ends with the change.
func (u *utterance) changed(q Question) Verdict {
	last := -1 // the word that leads up to the change
	content := u.has(amend) && textnorm.HasHangul(u.text)
	for _, m := range u.marks {
		if m.kind&but != 0 && last < 0 {
			last = m.to - 1
		}
		content = content || m.kind == other
	}
	yes := u.begins(explicit | weak | action)
	if !content || !yes && !u.begins(amend) && !(u.has(amend) && textnorm.HasHangul(u.text)) {
		return Verdict{Why: "it holds a change or a condition, but not which"}
	}
	if !yes && len(u.words) >= 4 && len(q.Said) > 0 && !u.about(q) {
		return Verdict{Reading: Unrelated, Why: "it changes something else"}
	}
	v := Verdict{Reading: Amend, Why: "it changes or conditions what was asked"}
	if yes && last >= 0 {
		v.Rest = u.after(last)
	}
	if v.Rest == "" {
		v.Rest = strings.TrimSpace(u.raw)
	}
	return v
}

// mostNoise is the no-speech probability up to which words are taken for an order.
const mostNoise = 0.6

// leftover is an answer that holds words that no table has.
func (u *utterance) leftover(q Question, a Answer) Verdict {
	if q.Code != "" && !u.has(code) && (len(u.words) <= 2 || u.has(explicit|weak)) {
		if heard := u.nearMiss(q.Code); heard != "" {
			return Verdict{Why: "it comes near the code word, but isn't it", NearMiss: heard}
		}
	}
	several := len(u.words) >= 3 || textnorm.HasHangul(u.text) && utf8.RuneCountInString(u.text) >= 6
	switch {
	case u.has(explicit|action|code|always) || u.begins(weak) || u.agrees():
		return Verdict{Why: "it holds more than an approval"}
	case several && !u.tagged && (a.Typed || !(a.NoSpeech > mostNoise)):
		return Verdict{Reading: Unrelated, Why: "it has nothing of an answer"}
	}
	return Verdict{Why: "it can't be read as an answer"}
}

// agrees says whether a yes stands anywhere, written together with something
// else or not. "Good" and its like inside a sentence are no answer.
func (u *utterance) agrees() bool {
	_, closed := u.join(0, len(u.words))
	for _, w := range []string{"승인", "허락", "진행해"} {
		if strings.Contains(closed, w) {
			return true
		}
	}
	return slices.ContainsFunc(u.words, func(w word) bool {
		return slices.Contains(strings.Fields("yes yeah yep yup okay ok 네 예 응 그래 오케이"), w.text)
	})
}
