// Package hearing weighs an utterance against what Deputy is saying and asking: is it
// meant for Deputy, may it be Deputy's own voice, can it count as an answer. It looks
// and decides nothing; it must not know what follows.
package hearing

import (
	"time"

	"deputy/agent/address"
	"deputy/agent/readback"
	"deputy/agent/state"
)

// Rules is what an utterance is weighed by.
type Rules struct {
	// Names are what Deputy is called. Unless Open, what is said without the key is
	// an order only behind one of them, or close behind what Deputy said; none is Open.
	Names address.Names
	Open  bool
	// Tail is how long after Deputy's own voice the room may still carry it;
	// 0 means 200 ms.
	Tail time.Duration
	// FullDuplex says that Deputy's own voice does not reach the microphone
	// (headphones, echo cancellation), so that it can be talked over.
	FullDuplex bool
	// Expiry is how long after it was heard an ask can be answered; 0 means 2 min.
	Expiry time.Duration
}

// A Room is what an utterance is heard in. It changes nothing of the state.
type Room struct {
	*state.State
	Rules     Rules
	Words     readback.Phrases
	Revisable time.Duration // how long a finished task takes criticism
	At        time.Time
	Named     bool // the utterance begins with Deputy's name
}

func (r Room) in(language string) readback.Reader {
	return readback.Reader{Phrases: r.Words, Language: language}
}

const (
	// attention is how long after Deputy's words, or after its name alone, what is
	// said is taken to be said to it.
	attention = 6 * time.Second
	// mostUnnamed is how many orders in a row may go by that alone: of other people's
	// talk each would lead to an answer, and the answer to the next.
	mostUnnamed = 3
)

// MostMisheard is how many words an answer has at most of which nothing was understood.
const MostMisheard = 3

// unknown is the language of an answer that approves nothing: consent knows it not.
const unknown = "und"

// LeastConfidence is the mean token probability below which a text is not taken
// for an order: what whisper base writes for noise and scraps of words lies
// mostly below it, what it writes for clear orders above.
const LeastConfidence = 0.45

// clearly is the mean token probability from which a sentence of three words, or a
// short Korean one, is taken for what it says.
const clearly = 0.7

// leastVoiced is the share of speech in a sound below which nobody spoke.
const leastVoiced = 0.25
