package codewords

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"deputy/internal/textnorm"
)

// How far apart kept words must be.
const (
	leastSaid    = 9    // times, to be chosen at all
	leastShare   = 0.6  // of what was said that came back right
	leastLetters = 0.5  // edit distance over the longer, of the spelling
	leastSounds  = 0.45 // the same of the sounds, in which like sounds are half an edit
	leastControl = 0.4  // of the sounds, from words that decide or are common in asks
)

// controls decide something, or stand in what is asked for, so that hearing them
// must never be near a code word.
var controls = strings.Fields(`yes yeah okay sure right fine good no nope never stop cancel wait later go ahead approve approved proceed confirm deny denied decline reject
	repeat again what change instead please deputy mail email send sent message report file files delete folder note notes read write command run page finance summary
	budget meeting invoice remind reminder document letter picture photo monday tuesday wednesday thursday friday saturday sunday password account money payment order pay
	number address contact calendar computer window screen`)

// choose takes the best understood words one by one, each if it is far from those
// taken before, in spelling, in sound and in what was written for them.
func choose(ws []*word, n int) (kept []*word) {
	slices.SortStableFunc(ws, better)
	for _, w := range ws {
		if w.why = refuse(w, kept); w.why == "" && len(kept) == n {
			w.why = "enough words are better"
		}
		if w.why == "" {
			kept = append(kept, w)
		}
	}
	return kept
}

// refuse says why a word can't be kept beside others.
func refuse(w *word, kept []*word) string {
	if w.said < leastSaid {
		return fmt.Sprintf("right %d of %d; others did better", w.right, w.said)
	}
	if float64(w.right) < leastShare*float64(w.said) {
		return fmt.Sprintf("right %d of %d", w.right, w.said)
	}
	for _, nato := range natoWords {
		if w.text == nato {
			return "NATO word, for reference only"
		}
	}
	for _, k := range kept {
		if why := near(w, k); why != "" {
			return why
		}
	}
	return ""
}

// control says which word that decides, or is common in asks, a word is like; "" if
// none.
func control(text string) string {
	for _, c := range controls {
		if d := distance(phones(text), phones(c), alikePhones); d < leastControl {
			return fmt.Sprintf("sounds like %q (%.2f)", c, d)
		}
	}
	return ""
}

// near says what is alike in two words.
func near(a, b *word) string {
	if d := distance([]rune(a.text), []rune(b.text), nil); d < leastLetters {
		return fmt.Sprintf("is spelled like %s (%.2f)", b.text, d)
	}
	if d := distance(phones(a.text), phones(b.text), alikePhones); d < leastSounds {
		return fmt.Sprintf("sounds like %s (%.2f)", b.text, d)
	}
	if a.text[:2] == b.text[:2] || a.text[len(a.text)-3:] == b.text[len(b.text)-3:] {
		return "begins or ends like " + b.text
	}
	for _, pair := range [][2]*word{{a, b}, {b, a}} {
		if pair[0].passes[pair[1].text] > 0 {
			return pair[0].text + " was written as " + pair[1].text
		}
		for wrote := range pair[0].heard {
			if d := distance([]rune(strings.ReplaceAll(wrote, " ", "")), []rune(pair[1].text), nil); d < leastSounds {
				return fmt.Sprintf("%s was written as %q, which is near %s", pair[0].text, wrote, pair[1].text)
			}
		}
	}
	return ""
}

// distance is the edit distance over the longer length: 0 is equal, 1 has nothing
// in common. Two different runes of one group in alike are half an edit.
func distance(a, b []rune, alike []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 1
	}
	cost := func(x, y rune) float64 {
		if x == y {
			return 0
		}
		for _, g := range alike {
			if strings.ContainsRune(g, x) && strings.ContainsRune(g, y) {
				return 0.5
			}
		}
		return 1
	}
	one := func([]rune, int) float64 { return 1 }
	return textnorm.Cost(a, b, cost, one) / float64(max(len(a), len(b)))
}

// alikePhones are sounds of English that are easily heard for one another.
var alikePhones = []string{"pbfv", "tdθð", "kɡg", "szʃʒ", "mnŋ", "lrɹɫ", "wu", "jiɪ", "aæɑʌɐə", "eɛɪ", "oɔɒʊu", "əɚɜ"}

var spoken = map[string][]rune{}

// phones are the sounds of an English word as espeak-ng spells them, without
// stress and length.
func phones(text string) []rune {
	if p, ok := spoken[text]; ok {
		return p
	}
	out, err := exec.Command("espeak-ng", "-q", "--ipa", "-v", "en-us", text).Output()
	p := []rune(text) // without espeak-ng the spelling must do
	if err == nil {
		p = nil
		for _, r := range string(out) {
			if !strings.ContainsRune("ˈˌː \n‍", r) {
				p = append(p, r)
			}
		}
	}
	spoken[text] = p
	return p
}
