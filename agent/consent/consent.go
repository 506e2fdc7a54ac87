// Package consent reads a spoken or typed answer to one question and says what
// it decides. It is a pure function of the question and the answer, in English
// and Korean. It knows no model, no journal, no clock and no tool, and nothing
// but a whole, plain, well-heard approval that carries what the question
// demands makes it say Approve.
package consent

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
	// Later puts the question off.
	Later
	// Explain asks what it is about ("what does it do?", "자세히").
	Explain
	// Repeat asks to hear the question again.
	Repeat
	// Unrelated holds nothing of an answer: it may be another order.
	Unrelated
)

// A Question is what an answer is held against.
type Question struct {
	// Code is the code word that an approval must carry; "" if none is demanded.
	Code string
	// Strong demands strong evidence, or the held key, for a short bare yes.
	Strong bool
	// NoVoice says that no voice alone can approve (L4).
	NoVoice bool
	// Said holds what Deputy itself said lately: an answer that is a fragment
	// of it approves nothing unless Key or Typed.
	Said []string
}

// An Answer is what was heard or typed, with the evidence for it.
type Answer struct {
	Text     string
	Language string // "en", "ko", or another code: others never approve
	// Typed says that it came from the terminal or socket of this machine, as
	// the owner's user: then the acoustic evidence below doesn't matter.
	Typed bool
	// Key says that the push-to-talk key was held while it was spoken.
	Key        bool
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
	// Weak says that it sounded like an approval, but not well enough: the
	// owner is told so.
	Weak bool
	// NearMiss is the word heard in place of the code word; "" if there is none.
	NearMiss string
	// Rest is what the answer says beyond the decision: the reason of a denial,
	// the change of an amendment.
	Rest string
}
