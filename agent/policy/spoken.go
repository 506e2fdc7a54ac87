package policy

import (
	"math/big"
	"regexp"
	"strings"
)

// An owner's words come from a recogniser: "finance at acme dot example", "five
// hundred dollars", "5만 원". spoken gives them as they would be typed, beside
// as they are.
var (
	spokenMarks = strings.NewReplacer(
		" at ", "@", " 골뱅이 ", "@", "골뱅이", "@", " dot ", ".", " 닷 ", ".", " 점 ", ".", " dash ", "-", " hyphen ", "-", " 하이픈 ", "-",
		" underscore ", "_", " 언더바 ", "_", " slash ", "/", " 슬래시 ", "/",
	)
	englishNumber = regexp.MustCompile(`(?:\b(?:` + strings.Join(numberWords, `|`) + `|and|a)\b[ -]?)+`)
	mixedNumber   = regexp.MustCompile(`(\d[\d,]*(?:\.\d+)?) ?(억|만|천|백|thousand|million|billion|k\b|m\b)`)
	koreanNumber  = regexp.MustCompile(`(?:[일이삼사오육칠팔구십백천만억\d,]+ ?)+`)
)

var numberWords = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen " +
	"twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion")

// newOwn is newText for the owner's words.
func newOwn(s string) text {
	t := newText(s)
	typed := spokenMarks.Replace(t.s)
	if typed != t.s {
		t.s += apart + typed
	}
	t.letters = letters(t.s)
	t.numbers, t.tokens = numbersIn(t.s), tokensOf(t.s)
	for _, n := range spokenNumbers(t.original) {
		t.numbers[n] = true
	}
	return t
}

// spokenNumbers lists what the number words of s come to, in digits.
func spokenNumbers(s string) (out []string) {
	add := func(v *big.Rat) {
		if v != nil && v.Sign() > 0 && v.IsInt() {
			out = append(out, v.Num().String())
		}
	}
	for _, run := range englishNumber.FindAllString(s, -1) {
		add(english(strings.FieldsFunc(run, func(r rune) bool { return r == ' ' || r == '-' })))
	}
	for _, m := range mixedNumber.FindAllStringSubmatch(s, -1) {
		if v, ok := new(big.Rat).SetString(strings.ReplaceAll(m[1], ",", "")); ok {
			add(v.Mul(v, big.NewRat(units[m[2]], 1)))
		}
	}
	for _, run := range koreanNumber.FindAllString(s, -1) {
		for _, one := range append(strings.Fields(run), strings.ReplaceAll(run, " ", "")) {
			add(korean(one))
		}
	}
	return out
}

var units = map[string]int64{
	"억": 1e8, "만": 1e4, "천": 1e3, "백": 100, "십": 10, "hundred": 100, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9,
}

func english(words []string) *big.Rat {
	var total, part int64
	known := false
	for _, w := range words {
		i := indexOf(numberWords, w)
		switch {
		case i < 0:
			continue // "and", "a"
		case i <= 20:
			part += int64(i)
		case i < 28:
			part += int64(i-18) * 10
		case w == "hundred":
			part = max(part, 1) * 100
		default:
			total += max(part, 1) * units[w]
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

// korean reads "오만", "5만3천", "이천오백".
func korean(s string) *big.Rat {
	var total, part, digit int64
	for _, r := range strings.ReplaceAll(s, ",", "") {
		switch {
		case r >= '0' && r <= '9':
			digit = digit*10 + int64(r-'0')
		case strings.ContainsRune("일이삼사오육칠팔구", r):
			digit = int64(strings.Index("일이삼사오육칠팔구", string(r))/3 + 1)
		case r == '십' || r == '백' || r == '천':
			part += max(digit, 1) * units[string(r)]
			digit = 0
		case r == '만' || r == '억':
			total += max(part+digit, 1) * units[string(r)]
			part, digit = 0, 0
		}
		if total > 1e16 || part > 1e12 || digit > 1e12 {
			return nil
		}
	}
	return big.NewRat(total+part+digit, 1)
}

func indexOf(list []string, s string) int {
	for i, l := range list {
		if l == s {
			return i
		}
	}
	return -1
}
