// Package address says whether words begin with the name of whoever is spoken to
// ("Deputy, write a list", 데퓨티야, 메모해 줘). It is a pure function of the words and
// the name. It knows nothing of sound, and nothing of what is done with what is said.
//
// A name is known by its sounds and not by its spelling: recognisers write what is
// likeliest in the language that they take it for ("Deputee", "That beauty", 대퓨티).
// The further what was written lies from the name, the plainer it must stand apart:
// the name itself may run on into the order, what only sounds like it needs a comma
// behind it. The name in the middle of talk is no address ("the deputy said"), nor
// is it one as a part of what is talked about ("Deputy mayor Kim").
package address

import (
	"strings"
	"unicode"

	"deputy/internal/textnorm"
)

// Names are what somebody is called, in any language.
type Names []string

// How far what was written may be from the name, as a share of the name's sounds:
// to be the name, to pass for it where a comma follows, and the same for several
// words that the name was taken for.
const (
	same   = 0.05
	like   = 0.14
	joined = 0.14
)

// mostJoined is how many words a name was taken for at most.
const mostJoined = 3

// Read takes an address off the beginning of text: what calls, the name, and what
// stands around it. rest is "" if nothing else was said.
func (n Names) Read(text string) (rest string, ok bool) {
	words := split(text)
	words = words[greeting(words):]
	for _, name := range n {
		target := soundsOf(name)
		if len(target) == 0 {
			continue
		}
		for k := 1; k <= min(mostJoined, len(words)); k++ {
			if addressed(words, k, target) {
				return strings.TrimLeft(text[words[k-1].end:], " ,.!?;:-…~、。，！？\t\n"), true
			}
		}
	}
	return text, false
}

// addressed says whether the first k words are the name, said to call.
func addressed(words []word, k int, target []sound) bool {
	last, after := words[k-1], words[k:]
	var heard []sound
	for _, w := range words[:k] {
		heard = append(heard, soundsOf(vocative(w.text))...)
	}
	far := distance(heard, target) / float64(len(target))
	switch {
	case k > 1:
		return far <= joined && last.apart && len(after) > 0 && !articles[words[0].text]
	case textnorm.HasHangul(last.text):
		return far <= like && !particle(last.text, far, target)
	case far <= same:
		return last.apart || len(after) == 0 || !talks(after)
	}
	return far <= like && (last.apart || len(after) == 0)
}

// particle says whether a Korean word is the name with a particle, which makes it
// part of a sentence: 데퓨티가.
func particle(text string, far float64, target []sound) bool {
	r := []rune(text)
	if len(r) < 2 || !strings.ContainsRune("가는은이를을의와과도만에로랑께라", r[len(r)-1]) {
		return false
	}
	return distance(soundsOf(string(r[:len(r)-1])), target)/float64(len(target)) <= far
}

// vocative is a Korean name without what is put behind it to call somebody.
func vocative(name string) string {
	if textnorm.HasHangul(name) {
		for _, end := range []string{"님아", "야", "아", "님", "씨"} {
			if rest, ok := strings.CutSuffix(name, end); ok && rest != "" {
				return rest
			}
		}
	}
	return name
}

// A word is a run of letters and digits.
type word struct {
	text   string // lower case
	end    int    // where in the text it ends
	apart  bool   // a comma or the like stands behind it
	proper bool   // it begins with a capital letter
}

// split cuts text into words.
func split(text string) (words []word) {
	from := -1
	flush := func(to int) {
		if from >= 0 {
			first := []rune(text[from:to])[0]
			words = append(words, word{text: strings.ToLower(text[from:to]), end: to, proper: unicode.IsUpper(first)})
			from = -1
		}
	}
	for i, r := range text {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), from >= 0 && strings.ContainsRune("'’-", r):
			if from < 0 {
				from = i
			}
		default:
			flush(i)
			if len(words) > 0 && strings.ContainsRune(",.!?;:…~、。，！？", r) {
				words[len(words)-1].apart = true
			}
		}
	}
	flush(len(text))
	return words
}
