// Package numexpr reads numbers as they are said, in English and Korean: "five
// hundred", 5만 3천. The words of a language are a list (en.txt, ko.txt). It must not
// know what is counted.
package numexpr

import (
	_ "embed"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Kind says how a word makes a number together with others.
type Kind string

const (
	One        Kind = "one"        // 0 to 19, 일 to 구
	Tens       Kind = "tens"       // twenty, which a one may follow
	Native     Kind = "native"     // 다섯, which only counts
	NativeTens Kind = "nativetens" // 스물
	Scale      Kind = "scale"      // hundred, 만: it multiplies
)

// A Word is a word of a number.
type Word struct {
	Kind Kind
	N    int64
}

//go:embed en.txt
var english string

//go:embed ko.txt
var korean string

// English and Korean are the words of each.
var English, Korean = words(english), words(korean)

func words(list string) map[string]Word {
	m := map[string]Word{}
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		n, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			continue // a comment
		}
		for _, name := range fields[2:] {
			m[name] = Word{Kind(fields[0]), n}
		}
	}
	return m
}

var (
	englishRun = regexp.MustCompile(`(?:\b(?:` + strings.Join(slices.DeleteFunc(slices.Sorted(maps.Keys(English)), func(w string) bool { return len(w) < 3 }), `|`) + `|and|a)\b[ -]?)+`)
	mixed      = regexp.MustCompile(`(\d[\d,]*(?:\.\d+)?) ?(억|만|천|백|thousand|million|billion|k\b|m\b)`)
	koreanRun  = regexp.MustCompile(`(?:[일이삼사오육칠팔구십백천만억\d,]+ ?)+`)
)

// Find lists, in digits, what the number words of a folded text come to.
func Find(s string) (out []string) {
	add := func(v *big.Rat) {
		if v != nil && v.Sign() > 0 && v.IsInt() {
			out = append(out, v.Num().String())
		}
	}
	for _, run := range englishRun.FindAllString(s, -1) {
		add(readEnglish(strings.FieldsFunc(run, func(r rune) bool { return r == ' ' || r == '-' })))
	}
	for _, m := range mixed.FindAllStringSubmatch(s, -1) {
		if v, ok := new(big.Rat).SetString(strings.ReplaceAll(m[1], ",", "")); ok {
			add(v.Mul(v, big.NewRat(max(English[m[2]].N, Korean[m[2]].N), 1)))
		}
	}
	for _, run := range koreanRun.FindAllString(s, -1) {
		for _, one := range append(strings.Fields(run), strings.ReplaceAll(run, " ", "")) {
			add(readKorean(one))
		}
	}
	return out
}

func readEnglish(words []string) *big.Rat {
	var total, part int64
	known := false
	for _, name := range words {
		w, ok := English[name]
		switch {
		case !ok:
			continue // "and", "a"
		case w.Kind != Scale:
			part += w.N
		case w.N == 100:
			part = max(part, 1) * 100
		default:
			total += max(part, 1) * w.N
			part = 0
		}
		if known = true; total > 1e12 || part > 1e12 {
			return nil
		}
	}
	if !known {
		return nil
	}
	return big.NewRat(total+part, 1)
}

// readKorean reads "오만", "5만3천", "이천오백".
func readKorean(s string) *big.Rat {
	var total, part, digit int64
	for _, r := range strings.ReplaceAll(s, ",", "") {
		w := Korean[string(r)]
		switch {
		case r >= '0' && r <= '9':
			digit = digit*10 + int64(r-'0')
		case w.Kind == One:
			digit = w.N
		case w.N < 10000:
			part += max(digit, 1) * w.N
			digit = 0
		default:
			total += max(part+digit, 1) * w.N
			part, digit = 0, 0
		}
		if total > 1e16 || part > 1e12 || digit > 1e12 {
			return nil
		}
	}
	return big.NewRat(total+part+digit, 1)
}
