package stt

import (
	_ "embed"
	"strings"
)

// phraseData lists what whisper writes for sounds that are not speech, one
// phrase a line after its kind; # begins a comment. A phrase that ends (begins)
// with * stands for everything that begins (ends) so.
//
//go:embed phrases.txt
var phraseData string

type kind int

const (
	ordinary kind = iota
	// shortPhrase is said by people too: noise only on weak evidence.
	shortPhrase
	// creditPhrase comes from subtitles: speech only on strong evidence.
	creditPhrase
)

type phraseBook struct {
	whole            map[string]kind
	prefix, suffixes []string // of credits
}

var phrases = readPhrases(phraseData)

func readPhrases(data string) phraseBook {
	b := phraseBook{whole: map[string]kind{}}
	for line := range strings.Lines(data) {
		line, _, _ = strings.Cut(line, "#")
		name, phrase, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			continue
		}
		k := shortPhrase
		if name == "credit" {
			k = creditPhrase
		}
		key := squeeze(fold(phrase))
		switch {
		case strings.HasSuffix(phrase, "*"):
			b.prefix = append(b.prefix, key)
		case strings.HasPrefix(phrase, "*"):
			b.suffixes = append(b.suffixes, key)
		default:
			b.whole[key] = k
		}
	}
	return b
}

// squeeze drops the spaces: whisper spaces Korean, and "all right", as it likes.
func squeeze(key string) string { return strings.ReplaceAll(key, " ", "") }

// phraseKind looks a folded text up. A text of nothing but short words ("okay
// thank you") is a short phrase; one with a credit among its parts is a credit.
func phraseKind(key string) kind {
	flat := squeeze(key)
	if k, ok := phrases.whole[flat]; ok {
		return k
	}
	for _, p := range phrases.prefix {
		if strings.HasPrefix(flat, p) {
			return creditPhrase
		}
	}
	for _, s := range phrases.suffixes {
		if strings.HasSuffix(flat, s) {
			return creditPhrase
		}
	}
	return madeOf(strings.Fields(key))
}

// madeOf says what a run of words is when it is made wholly of listed phrases,
// at most four of them.
func madeOf(words []string) kind {
	// best[i] is the kind of words[:i], or -1; parts[i] how many phrases make it.
	if len(words) > 12 {
		return ordinary
	}
	best := make([]kind, len(words)+1)
	parts := make([]int, len(words)+1)
	for i := 1; i <= len(words); i++ {
		best[i] = -1
		for j := range i {
			k, ok := phrases.whole[strings.Join(words[j:i], "")]
			if !ok || best[j] < 0 || parts[j] >= 4 {
				continue
			}
			if k = max(k, best[j]); best[i] < 0 || k > best[i] {
				best[i], parts[i] = k, parts[j]+1
			}
		}
	}
	return max(best[len(words)], ordinary)
}
