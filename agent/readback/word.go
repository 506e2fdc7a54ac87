package readback

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// alphabets are the scripts whose letters are taken for those of others. Latin,
// Hangul, Han and kana, which an order mixes as it likes, are none of them.
var alphabets = []struct {
	table  *unicode.RangeTable
	en, ko string
}{
	{unicode.Cyrillic, "Cyrillic", "키릴"}, {unicode.Greek, "Greek", "그리스"}, {unicode.Armenian, "Armenian", "아르메니아"},
	{unicode.Hebrew, "Hebrew", "히브리"}, {unicode.Arabic, "Arabic", "아랍"}, {unicode.Georgian, "Georgian", "조지아"},
	{unicode.Coptic, "Coptic", "콥트"}, {unicode.Cherokee, "Cherokee", "체로키"}, {unicode.Thai, "Thai", "태국"},
	{unicode.Devanagari, "Devanagari", "데바나가리"},
}

// script names the alphabet of a letter that may imitate another's; "" if it is
// of one that is read every day.
func (t *tongue) script(r rune) string {
	if !unicode.IsLetter(r) || syllabic(r) {
		return ""
	}
	for _, a := range alphabets {
		if unicode.Is(a.table, r) {
			return pick(t.korean, a.ko, a.en)
		}
	}
	switch {
	case unicode.Is(unicode.Latin, r) && !phonetic(r), filler(r), unicode.Is(unicode.Common, r):
		return ""
	case unicode.Is(unicode.Latin, r):
		return pick(t.korean, "특수", "special")
	}
	return pick(t.korean, "외국", "foreign")
}

// phonetic says whether a letter is of the Latin ones that only dictionaries use.
func phonetic(r rune) bool {
	return r == 'ı' || r >= 0x250 && r <= 0x2af || r >= 0x1d00 && r <= 0x1dbf || r >= 0xa720 && r <= 0xa7ff || r >= 0xab30 && r <= 0xab6f
}

// syllabic says whether a letter is one of Hangul, of kana, or Han.
func syllabic(r rune) bool {
	return unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana) && !filler(r)
}

func pick(korean bool, ko, en string) string {
	if korean {
		return ko
	}
	return en
}

// names says what the letters of other alphabets look like or, where they look
// like none, how they are written in Latin ones.
var names = func() map[rune]string {
	m := map[rune]string{}
	for _, list := range []string{
		"а a б b в b г r д d е e ё e ж zh з z и u й i к k л l м m н h о o п n р p с c т t у y ф f х x ц ts ч ch ш sh щ shch ъ b ы bl ь b э e ю yu я ya і i ї i є e ј j ѕ s ԁ d һ h ԛ q ԝ w ӏ l ґ r ў y",
		"α a β b γ y δ d ε e ζ z η n θ th ι i κ k λ l μ u ν v ξ x ο o π p ρ p σ s ς s τ t υ u φ ph χ x ψ ps ω w ά a έ e ή n ί i ό o ύ u ώ w ϊ i ϋ u ϲ c ϳ j",
		"օ o ո n ս u հ h ց g յ j զ q ք p ա w ե t",
		"ɑ a ɡ g ı i ᴀ a ʙ b ᴄ c ᴅ d ᴇ e ꜰ f ɢ g ʜ h ɪ i ᴊ j ᴋ k ʟ l ᴍ m ɴ n ᴏ o ᴘ p ʀ r ꜱ s ᴛ t ᴜ u ᴠ v ᴡ w ʏ y ᴢ z",
	} {
		f := strings.Fields(list)
		for i := 0; i < len(f); i += 2 {
			r := []rune(f[i])[0]
			m[r] = f[i+1]
			if up := unicode.ToUpper(r); up != r && m[up] == "" {
				m[up] = strings.ToUpper(f[i+1][:1]) + f[i+1][1:]
			}
		}
	}
	// These look like another letter when they are capitals.
	for r, s := range map[rune]string{'Η': "H", 'Ν': "N", 'Υ': "Y", 'Μ': "M", 'Γ': "G", 'Ѵ': "V"} {
		m[r] = s
	}
	return m
}()

// twins are the letters that nobody can tell from the Latin ones: a word of nothing
// else imitates a Latin word.
const twins = "аеорсухіјѕԁһԛԝӏАВЕКМНОРСТУХІЈЅοναρΑΒΕΖΗΙΚΜΝΟΡΤΥΧѴ"

// foreign says a word, one without spaces, as it is to be heard: as it stands, or
// with what is foreign in it named.
func (t *tongue) foreign(word string) string {
	fillers := 0
	rs := slices.DeleteFunc([]rune(word), func(r rune) bool {
		if filler(r) {
			fillers++
		}
		return filler(r)
	})
	if fillers > 0 {
		word = clean(string(rs)) // what they kept apart is together now
	}
	said := t.spellForeign([]rune(word))
	if fillers > 0 && strings.ContainsFunc(word, unicode.IsLetter) {
		return said + " " + t.invisible
	}
	return said
}

func (t *tongue) spellForeign(rs []rune) string {
	script, native, twin, letters := "", false, true, 0
	for _, r := range rs {
		s := t.script(r)
		if unicode.IsLetter(r) {
			letters++
		}
		switch {
		case s != "" && script == "":
			script = s
		case s != "" && s != script, s == "" && unicode.IsLetter(r):
			native = true
		}
		twin = twin && (s == "" || strings.ContainsRune(twins, r))
	}
	switch {
	case script == "":
		return string(rs)
	case !native && twin && letters > 1:
		shown, _, _ := t.named(rs)
		return t.wholly(shown, script)
	case !native:
		return string(rs) // a word of another language
	}
	shown, alien, spelled := t.named(rs)
	const mostSpelled = 12
	if len(rs) > mostSpelled {
		spelled = nil
	}
	return t.mixed(shown, alien, strings.Join(spelled, ", "))
}

// named gives what a word looks like, the foreign letters in it, each once, and
// all of it letter by letter.
func (t *tongue) named(rs []rune) (shown string, letters, spelled []string) {
	var b strings.Builder
	foreign := false // the letter before
	for _, r := range rs {
		s := t.script(r)
		if unicode.IsMark(r) && foreign {
			continue
		}
		foreign = s != ""
		if s == "" {
			if b.WriteRune(r); unicode.IsLetter(r) || unicode.IsDigit(r) {
				spelled = append(spelled, string(r))
			}
			continue
		}
		b.WriteString(names[r])
		l := t.letter(s, strings.ToLower(names[r]))
		if spelled = append(spelled, l); !slices.Contains(letters, l) {
			letters = append(letters, l)
		}
	}
	if shown = clean(b.String()); shown == "" {
		shown = pick(t.korean, "낱말", "a word")
	}
	if n := utf8.RuneCountInString(shown); n > longest {
		shown = t.run(n, string([]rune(shown)[:8]))
	}
	return shown, letters, spelled
}
