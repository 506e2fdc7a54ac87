package stt

import (
	"strings"
	"time"
	"unicode"
)

// Evidence below which a short word is taken for noise. They are set from whisper
// base on recordings of short words and of noise; see docs/baseline.md.
const (
	weakNoSpeech   = 0.5
	weakConfidence = 0.5
	weakVoiced     = 0.25
	weakSNR        = 3 // dB

	// A credit ("thanks for watching") is believed only on evidence this strong.
	strongNoSpeech   = 0.2
	strongConfidence = 0.85
	strongVoiced     = 0.6
)

// Noise says whether a transcript is not speech that was meant for anybody, and
// why, in a word or two for the log. It is a function of its argument: what is
// written, and the evidence beside it.
//
// Always noise: nothing but punctuation or tags ("[Music]", "(웃음)", "♪"), a
// repetition loop, more text than anyone can say in that time, English or Korean in
// other letters. Noise unless the
// evidence is strong: what whisper learnt from subtitles ("Thanks for watching",
// "시청해주셔서 감사합니다"). Noise only when the evidence is weak: short words that
// people do say ("okay", "네", "감사합니다"). A real approval is therefore never
// dropped for its words alone, and how much a short yes is worth is not decided
// here.
func Noise(t Transcript) (reason string, noise bool) {
	text := Clean(t.Text)
	key := fold(text)
	if key == "" {
		if fold(t.Text) != "" || strings.ContainsAny(t.Text, notes) {
			return "tag", true
		}
		return "empty", true
	}
	switch {
	case Looped(text):
		return "loop", true
	case Rushed(text, t.Length):
		return "too much text", true
	case (t.Language == "en" || t.Language == "ko") && elsewhere(text):
		return "another script", true
	}
	switch phraseKind(key) {
	case creditPhrase:
		if !strong(t) {
			return "credit", true
		}
	case shortPhrase:
		if weak(t) {
			return "weak", true
		}
	default:
		// A sentence that is both improbable as text and probably no speech is
		// invented; either alone happens to real, mumbled speech.
		if t.NoSpeech > weakNoSpeech && t.Confidence > 0 && t.Confidence < weakConfidence {
			return "weak", true
		}
	}
	return "", false
}

// elsewhere says that text is mostly in letters in which neither English nor Korean
// is written.
func elsewhere(text string) bool {
	ours, others := 0, 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Latin, unicode.Hangul):
			ours++
		case unicode.IsLetter(r):
			others++
		}
	}
	return others > ours
}

// weak says that something known speaks against there having been speech.
// Unknown evidence (zero) does not.
func weak(t Transcript) bool {
	return t.NoSpeech > weakNoSpeech ||
		t.Confidence > 0 && t.Confidence < weakConfidence ||
		t.Voiced > 0 && t.Voiced < weakVoiced ||
		t.SNR != 0 && t.SNR < weakSNR
}

// strong says that everything speaks for there having been speech, and that the
// engine's confidence is known.
func strong(t Transcript) bool {
	return t.Confidence >= strongConfidence && t.NoSpeech <= strongNoSpeech &&
		(t.Voiced == 0 || t.Voiced >= strongVoiced) && !weak(t)
}

// Rushed says that text is more than anyone says in d: over 30 letters a second,
// or 14 Hangul syllables, with half a second of grace for words at the clip's
// edges. It is false when d is not positive.
func Rushed(text string, d time.Duration) bool {
	if d <= 0 {
		return false
	}
	var load float64
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Hangul, r), unicode.Is(unicode.Han, r), unicode.Is(unicode.Hiragana, r), unicode.Is(unicode.Katakana, r):
			load += 1.0 / 14
		case unicode.IsLetter(r):
			load += 1.0 / 30
		case unicode.IsDigit(r):
			load += 1.0 / 10 // a digit is a word
		}
	}
	return load > d.Seconds()+0.5
}

// notes are what whisper writes for music.
const notes = "♪♫♩♬🎵🎶"

var closing = map[rune]rune{'[': ']', '(': ')', '{': '}', '<': '>', '【': '】', '（': '）', '［': '］', '〈': '〉', '《': '》', '*': '*'}

// Clean removes what is not speech from a transcript's text: tags in brackets or
// asterisks, musical notes, and the spaces that they leave. A tag that was never
// closed ("[Mus") is removed to the end. Brackets inside a word, and round ones
// that hold a digit, are kept: they were dictated.
func Clean(text string) string {
	rs := []rune(strings.ToValidUTF8(text, ""))
	var b strings.Builder
	prev := ' '
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		if end, ok := closing[r]; ok && !wordy(prev) {
			if j, tag := tagEnd(rs, i, end); tag {
				i = j
				prev = ' '
				b.WriteByte(' ')
				continue
			}
		}
		if strings.ContainsRune(notes, r) {
			r = ' '
		}
		b.WriteRune(r)
		prev = r
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// tagEnd finds the end of the tag that opens at rs[i], if it is one.
func tagEnd(rs []rune, i int, end rune) (int, bool) {
	digits := false
	for j := i + 1; j < len(rs); j++ {
		if rs[j] == end {
			if j == i+1 && end == '*' {
				return j, true
			}
			return j, rs[i] == '[' || !digits
		}
		digits = digits || unicode.IsDigit(rs[j])
	}
	// Never closed: only a square bracket opens nothing but tags.
	return len(rs) - 1, rs[i] == '[' || rs[i] == '【' || len(rs) == i+1
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// fold reduces text to what phrases are compared by: lower case letters and
// digits, one space between words and none at the ends. Apostrophes vanish
// ("I'm" and "Im" are one).
func fold(text string) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		switch {
		case wordy(r) || unicode.IsMark(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(unicode.ToLower(r))
		case r == '\'' || r == '’' || r == '‘':
		default:
			space = true
		}
	}
	return b.String()
}
