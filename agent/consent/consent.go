// Package consent reads a spoken or typed answer to one question and says what
// it decides: approve, deny, change, put off, explain. It is a pure function of
// the question and the answer, in English and Korean. It knows no model, no
// journal, no clock and no tool.
//
// Why can't a television approve a payment? Because an approval must pass all
// of these, and each is code that can be read here:
//
//   - What is said must be an approval and nothing else. Read (read.go) knows
//     what may be said, not what may not: one word that no table holds, one
//     negator, one question, one condition anywhere, and it approves nothing.
//     A refusal anywhere is a refusal.
//   - What is asked sets what an approval must carry (approve.go). For a
//     payment (level 3) that is the code word of this very ask, which the
//     television doesn't know; a yes alone never passes, however clear. For
//     what is sealed (level 4) no voice counts at all without the held key.
//   - It must have been heard well enough (evidence.go, a table). A short "yes",
//     which recognisers write for a laugh or a door, needs far more than "go ahead".
//   - It must not be what recognisers write when nobody speaks (phantom.go), nor
//     Deputy's own words coming back from the room (echo.go), nor said while
//     Deputy itself was speaking (Answer.Overlaps).
//
// When an answer may count, once and not too late, is the desk's business.
//
// Read the files in this order: consent.go (the words of the matter), read.go
// (the rules in their order), approve.go, evidence.go, echo.go, phantom.go,
// code.go, action.go. Below them lie the tables: marks.go, english.go,
// korean.go, endings.go; text.go makes raw text comparable. Beside an answer,
// choice.go reads which of several asks is meant, leave.go a standing
// permission or its end.
package consent

import "deputy/internal/timeexpr"

// A Reading is what an answer means. The zero value decides nothing.
type Reading uint8

const (
	// Unclear decides nothing: ask again.
	Unclear Reading = iota
	// Approve is a whole, plain approval that carries all that was demanded.
	Approve
	// Deny is a refusal; a denial anywhere in the answer wins.
	Deny
	// Amend is an approval with a change ("yes, but make it five hundred"): a new plan.
	Amend
	// Always proposes a standing grant ("yes, and don't ask me again"). It
	// approves nothing: the grant must be read back and approved itself.
	Always
	// Later puts the question off.
	Later
	// Explain asks what it is about ("what does it do?", "자세히").
	Explain
	// Repeat asks to hear the question again.
	Repeat
	// Unrelated holds nothing of an answer: it may be another order.
	Unrelated
)

// String is the reading in one lower-case English word.
func (r Reading) String() string {
	if int(r) < len(readingNames) {
		return readingNames[r]
	}
	return "unclear"
}

var readingNames = [...]string{"unclear", "approve", "deny", "amend", "always", "later", "explain", "repeat", "unrelated"}

// A Question is what an answer is held against. The zero value is the strictest.
type Question struct {
	// Level is what the action needs: 2 (External), 3 (Commit) or 4 (Restricted).
	// Anything else counts as 4.
	Level int
	// Code is the code word that an approval must carry; "" if none is demanded.
	// At level 3 there must be one: without it nothing approves.
	Code string
	// Half says that the same ask was answered before, the last time that it was put,
	// by a short yes that was heard half well (Verdict.Half). Another one makes an
	// approval of both, at level 2.
	Half bool
	// Said holds what Deputy itself said lately: an answer that is a fragment
	// of it approves nothing unless Key or Typed.
	Said []string
}

// An Answer is what was heard or typed, with the evidence for it.
type Answer struct {
	Text     string
	Language string // "en", "ko", or another code: others never approve; "" if unknown
	// Typed says that it came from the terminal or socket of this machine, as
	// the owner's user: then the acoustic evidence below doesn't matter.
	Typed bool
	// Key says that the push-to-talk key was held while it was spoken.
	Key bool
	// Overlaps says that its audio overlaps Deputy's own speech or the tail of
	// it in the room: it can't approve, with the key or without. A denial counts.
	Overlaps   bool
	Confidence float32 // mean token probability, [0, 1]
	Lowest     float32 // least token probability, [0, 1]
	NoSpeech   float32 // probability that it is no speech, [0, 1]
	Voiced     float32 // share of the audio that the detector called speech, [0, 1]
	SNR        float32 // level above the noise floor, dB
}

// A Verdict is a Reading with what made it so.
type Verdict struct {
	Reading Reading
	// Why is one short English sentence, for the journal.
	Why string
	// Weak says that it would have been an approval, had it been heard better.
	Weak bool
	// Half says that it was a short yes that decides nothing alone, heard well enough to
	// do so together with another one.
	Half bool
	// Bare says that it was the code word alone, which decides nothing without the key.
	Bare bool
	// Heard is what it sounded like, if it sounded like an approval and isn't
	// one ("okay"): the owner is told so. Weak or not.
	Heard string
	// NearMiss is the word heard in place of the code word; "" if there is none.
	NearMiss string
	// Rest is what the answer says beyond the decision: the reason of a denial,
	// the change of an amendment, the whole of what is put off or proposed for good.
	Rest string
	// When is the time that Later names; the zero value if it names none.
	When timeexpr.When
}
