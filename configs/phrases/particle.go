package phrases

import (
	"unicode"

	"deputy/internal/textnorm"
)

// particle picks the form of a Korean particle by how the word before it is read: with
// for a closing consonant, without for a vowel. After a closing ㄹ the particle 으로 is
// 로. Digits are read in Korean, Latin letters by their names, which is right for
// abbreviations and good enough for words.
func particle(word, with, without string) string {
	closing := finalOf(word)
	if closing == 0 || closing == 'ㄹ' && with == "으로" {
		return without
	}
	return with
}

// finalOf returns the closing consonant of a word as it is read, 0 for none. Which
// consonant it is matters for ㄹ only; any other comes back as ㄱ.
func finalOf(word string) rune {
	var last rune
	for _, r := range word {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			last = unicode.ToLower(r)
		}
	}
	switch {
	case textnorm.Syllable(last):
		switch _, _, final := textnorm.Jamo(last); final {
		case 0:
			return 0
		case 8:
			return 'ㄹ'
		}
		return 'ㄱ'
	case last == 'l' || last == 'r' || last == '1' || last == '7' || last == '8':
		return 'ㄹ' // 엘, 알, 일, 칠, 팔
	case last == 'm' || last == 'n' || last == '0' || last == '3' || last == '6':
		return 'ㄱ' // 엠, 엔, 영, 삼, 육
	}
	return 0
}
