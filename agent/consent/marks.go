package consent

import (
	"deputy/internal/textnorm"
)

// A kind is what a word or phrase can do in an answer.
type kind uint32

const (
	other     kind = 0         // anything that the tables don't hold
	explicit  kind = 1 << iota // approves in so many words: "go ahead", 승인합니다
	weak                       // a short yes, which is also heard where nobody spoke
	action                     // names an effect: "send it", 보내 줘
	object                     // what is acted on; approves nothing alone
	ack                        // takes note: "understood", 알겠습니다; approves nothing, and takes nothing back
	filler                     // changes nothing: "please", 음
	always                     // for this and all like it: "don't ask me again", 묻지 말고
	ever                       // the same, beside an approval only: "always", 항상
	refuse                     // a refusal, whatever stands beside it
	negate                     // "not", 않-: turns what it stands with
	evade                      // a negator that refuses nothing: "no problem", "not sure"
	yet                        // with a negation it means later: "yet", 아직
	hold                       // wait, later, tomorrow
	repeat                     // asks to hear it again
	explain                    // asks what it is
	ask                        // begins a question
	condition                  // if, when, until
	but                        // leads up to a change
	amend                      // change, add, make it
	hedge                      // maybe, I guess
	code                       // the code word of this question
)

// A mark says that the words from to to are of that kind.
type mark struct {
	kind     kind
	from, to int
}

// longest is how many words a phrase of the tables has at most.
const longest = 9

// read marks every word once, left to right: first the Korean endings that turn
// a verb round and the like, wherever they stand, then the longest phrase that a table holds.
func (u *utterance) read(codeWord string) {
	u.findCode(codeWord)
	claimed := u.endings()
	for i := 0; i < len(u.words); {
		if claimed[i] {
			i++
			continue
		}
		n, k := 1, other
		for j := min(i+longest, len(u.words)); j > i; j-- {
			if u.taken(claimed, i, j) {
				continue
			}
			if found := u.look(i, j); found != other {
				n, k = j-i, found
				break
			}
		}
		u.marks = append(u.marks, mark{k, i, i + n})
		i += n
	}
}

func (u *utterance) taken(claimed []bool, i, j int) bool {
	for _, c := range claimed[i:j] {
		if c {
			return true
		}
	}
	return false
}

// look finds the words i to j in the tables.
func (u *utterance) look(i, j int) kind {
	spaced, closed := u.join(i, j)
	k, ok := english[spaced]
	if !ok {
		k = korean[closed]
	}
	// "No, worries" is a no: what takes the sting out of a negator is one breath.
	if k&(evade|yet) != 0 {
		for _, w := range u.words[i+1 : j] {
			if w.broken {
				return other
			}
		}
	}
	return k
}

// endings marks what the Korean patterns find and says which words they took.
func (u *utterance) endings() []bool {
	claimed := make([]bool, len(u.words))
	for _, m := range u.marks { // the code word
		for i := m.from; i < m.to; i++ {
			claimed[i] = true
		}
	}
	text := []byte(u.text)
	patterns := []ending{times}
	if textnorm.HasHangul(u.text) {
		patterns = append(patterns, endings...)
	}
	for _, p := range patterns {
		for _, m := range p.re.FindAllIndex(text, -1) {
			from, to := u.span(m[0], m[1])
			if p.blank {
				// What no longer stands here refuses nothing: 못 들었어 is no 못.
				// But the words keep apart, or the next would begin no word.
				for i := m[0]; i < m[1]; i++ {
					if text[i] != ' ' {
						text[i] = 'x'
					}
				}
			}
			if u.taken(claimed, from, to) && p.kind&(refuse|negate) == 0 {
				continue
			}
			u.marks = append(u.marks, mark{p.kind, from, to})
			for i := from; i < to; i++ {
				claimed[i] = true
			}
		}
	}
	return claimed
}

// span is the words that the bytes from to to of the text touch.
func (u *utterance) span(from, to int) (i, j int) {
	at := 0
	for n, w := range u.words {
		if at < to && at+len(w.text) > from {
			if j == 0 {
				i = n
			}
			j = n + 1
		}
		at += len(w.text) + 1
	}
	return i, j
}

// has says whether anything of kind k was said.
func (u *utterance) has(k kind) bool {
	for _, m := range u.marks {
		if m.kind&k != 0 {
			return true
		}
	}
	return false
}

// begins says whether the answer begins with something of kind k, fillers aside.
func (u *utterance) begins(k kind) bool {
	i := 0
	for moved := true; moved; {
		moved = false
		for _, m := range u.marks {
			if m.from <= i && m.to > i {
				if m.kind&k != 0 {
					return true
				}
				if m.kind&filler != 0 {
					i, moved = m.to, true
				}
			}
		}
	}
	return false
}
