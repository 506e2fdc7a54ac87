package readback

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"deputy/internal/textnorm"
)

func TestSpeakable(t *testing.T) {
	for _, tt := range []struct{ name, lang, in, want string }{
		{"plain", "en", "Q3 figures, final (v2): 50% & more", "Q3 figures, final (v2): 50% & more"},
		{"plain Korean", "ko", "3분기 실적 보고서 (최종)", "3분기 실적 보고서 (최종)"},
		{"empty", "en", "", ""},
		{"only what can't be heard", "en", "\u200b\u202e\u3164\ufe0f", ""},
		{"lines", "en", "Dear all\n\nthe figures:\r\nfine", "Dear all. the figures: fine"},
		{"Korean lines", "ko", "안녕하세요\n반갑습니다", "안녕하세요. 반갑습니다"},
		{"bidi", "en", "abc\u202etxt.exe\u2066x", "abctxt.exex"},
		{"zero width", "en", "pay\u200bpal pay\u00adpal", "paypal paypal"},
		{"control", "en", "a\x1b[2Jb\x00c", "a[2Jbc"},
		{"tags", "en", "hi\U000e0073\U000e0061\U000e0079", "hi"},
		{"variation selectors", "en", "ok\ufe0f\U000e0100 x", "ok x"},
		{"combining flood", "en", "e" + strings.Repeat("\u0301", 40) + "x", "é\u0301x"},
		{"full width", "en", "ｐａｙ　１００", "pay 100"},
		{"mathematical", "en", "𝐩𝐚𝐲 𝟙𝟘𝟘 Ⓐ ℂ", "pay 100 A C"},
		{"flags", "en", "🇺🇸", "US"},
		{"jamo", "ko", "\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"},
		{"a drawn line", "en", "a" + strings.Repeat("-", 40) + "b", "a 40 × - b"},
		{"Cyrillic", "en", "pаypal", "paypal with a Cyrillic a, spelled p, Cyrillic a, y, p, a, l"},
		{"Cyrillic in Korean", "ko", "pаypal", "paypal, 키릴 문자 a 섞임, 철자는 p, 키릴 문자 a, y, p, a, l"},
		{"two of them", "en", "gооgle.com", "google.com with a Cyrillic o, spelled g, Cyrillic o, Cyrillic o, g, l, e, c, o, m"},
		{"Greek", "en", "micrοsοft", "microsoft with a Greek o, spelled m, i, c, r, Greek o, s, Greek o, f, t"},
		{"a whole word", "en", "write to аррӏе", "write to apple in Cyrillic letters"},
		{"a whole word in Korean", "ko", "аррӏе", "apple, 키릴 문자로 적힘"},
		{"Russian", "en", "привет", "привет"},
		{"phonetic", "en", "pɑypal", "paypal with a special a, spelled p, special a, y, p, a, l"},
		{"Armenian", "en", "gօogle", "google with an Armenian o, spelled g, Armenian o, o, g, l, e"},
		{"no twin", "en", "payжpal", "payzhpal with a Cyrillic zh, spelled p, a, y, Cyrillic zh, p, a, l"},
		{"a letter without a name", "en", "payกpal", "paypal with a Thai letter, spelled p, a, y, Thai letter, p, a, l"},
		{"filler", "en", "pay\u3164pal now", "paypal with an invisible letter now"},
		{"filler in Korean", "ko", "보고\u3164서", "보고서 보이지 않는 글자가 섞임"},
		{"accents are not foreign", "en", "café Zürich naïve", "café Zürich naïve"},
		{"Hangul with Latin", "ko", "PDF파일을 finance에게", "PDF파일을 finance에게"},
		{"Han and kana", "ko", "漢字 カタカナ Tシャツ", "漢字 カタカナ Tシャツ"},
		{"hash", "en", "commit 0123456789abcdef0123456789abcdef01234567 of main", "commit 40 characters, beginning with 01234567 of main"},
		{"base64 in Korean", "ko", strings.Repeat("aGVsbG8h", 8), "aGVsbG8h, 이렇게 시작하는 64자"},
		{"a path", "en", "/home/kim/projects/figures/2026/report-final.md", "/home/kim/projects/figures/2026/report-final.md"},
		{"long Hangul", "ko", strings.Repeat("가", 50), strings.Repeat("가", 50)},
	} {
		if got := Speakable(tt.in, tt.lang, 120); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestSpeakableIsCutAtAWord(t *testing.T) {
	for _, tt := range []struct {
		name, lang, in, want string
		limit                int
	}{
		{"fits", "en", "one two three", "one two three", 40},
		{"cut", "en", "one two three four five six seven eight nine ten", "one two three, and 34 more characters", 40},
		{"cut in Korean", "ko", "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 열하나 열둘 열셋 열넷 열다섯", "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 열하나, 그리고 12자 더", 40},
		{"no word ends", "ko", strings.Repeat("가", 60), strings.Repeat("가", 29) + ", 그리고 31자 더", 40},
		{"a limit that is too small", "en", "one two three four five six seven eight nine ten", "one two three, and 34 more characters", 3},
		{"a flag is not cut in two", "en", "send the whole of it to pаypal today", "send the whole, and 21 more characters", 40},
		{"the end of a sentence", "en", "All is well, really. " + strings.Repeat("word ", 12), "All is well, and 67 more characters", 40},
	} {
		got, cut := speak(tt.in, tt.lang, tt.limit)
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if want := tt.name != "fits"; cut != want {
			t.Errorf("%s: got cut=%v, want %v", tt.name, cut, want)
		}
	}
}

// unheard says whether a character has no business in what is spoken.
func unheard(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Me, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		r >= 0xe0000 && r <= 0xe0fff || r == unicode.ReplacementChar
}

func FuzzSpeakable(f *testing.F) {
	for _, s := range []string{
		"plain text", "pаypal", "x\u0301\u0301ж\u0301\u0301", "\u1100ж\u1161", "---\u3164----", "ㅤ a\n\nb", strings.Repeat("ж", 20) + strings.Repeat("a", 20),
		"a\u3164" + strings.Repeat("b", 40), "аррӏе\u2028x", strings.Repeat("가ж", 90), "7 × -------", "🇺🇸" + strings.Repeat("🇺", 50), "“”\"", ". . .",
		"а 00000еѨA", "ͽѶ",
	} {
		f.Add(s, uint8(60), true)
		f.Add(s, uint8(0), false)
	}
	f.Fuzz(func(t *testing.T, s string, limit uint8, korean bool) {
		lang := pick(korean, "ko", "en")
		got, _ := speak(s, lang, int(limit))
		if n, most := utf8.RuneCountInString(got), max(int(limit), leastSpeakable); n > most {
			t.Errorf("got %d characters of %q, want at most %d", n, s, most)
		}
		if i := strings.IndexFunc(got, unheard); i >= 0 || !utf8.ValidString(got) {
			t.Errorf("%q: got %q, which can't be heard at %d", s, got, i)
		}
		if again := Speakable(got, lang, int(limit)); again != got {
			t.Errorf("%q: got %q once and %q twice", s, got, again)
		}
		if plain := strings.Join(strings.Fields(s), " "); plain == s && everyday(s) && len(s) < max(int(limit), leastSpeakable) && got != s {
			t.Errorf("got %q, want what stood there: %q", got, s)
		}
	})
}

// everyday says whether a text is words of ASCII or Hangul and no long run.
func everyday(s string) bool {
	for _, w := range strings.Fields(s) {
		if utf8.RuneCountInString(w) > longest {
			return false
		}
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' && !textnorm.Syllable(r) }) && counted(s) == s
}

func TestSizeOf(t *testing.T) {
	long := strings.Repeat("The figures of the third quarter are final. ", 9) + "Regards, Kim"
	for _, tt := range []struct{ name, lang, in, want string }{
		{"short", "en", "Here they are.\nKim", "Here they are. Kim"},
		{"long", "en", long, "a text of 74 words in 10 sentences, beginning: The figures of the third quarter are final. The figures of"},
		{"one sentence", "en", strings.Repeat("and so on ", 20), "a text of 60 words, beginning: and so on and so on and so on and so on and so on and so on"},
		{"no words", "en", strings.Repeat("x", 3000), "a text of 3000 characters, beginning: xxxxxxxx"},
		{"Korean", "ko", strings.Repeat("3분기 실적을 보내 드립니다. ", 10), "169자, 10문장 분량의 글, 시작은: 3분기 실적을 보내 드립니다. 3분기 실적을 보내 드립니다. 3분기 실적을 보내 드립니다. 3분기 실적을"},
	} {
		if got := sizeOf(tt.in, tt.lang); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestPieces(t *testing.T) {
	text := strings.Repeat("This is a sentence of the letter. ", 30)
	got := pieces(text, "en", 100)
	for i, p := range got {
		if n := utf8.RuneCountInString(p); n > 100 || !strings.HasSuffix(p, ".") {
			t.Errorf("piece %d: got %q of %d characters, want whole sentences, at most 100", i, p, n)
		}
	}
	if all := strings.Join(got, " "); all != strings.TrimSpace(text) {
		t.Errorf("got %q, want the whole", all)
	}
	if got := pieces("", "en", 0); got != nil {
		t.Errorf("got %q of nothing", got)
	}
	if got := pieces("밥 먹자", "ko", 0); len(got) != 1 || got[0] != "밥 먹자" {
		t.Errorf("got %q", got)
	}
}

func FuzzPieces(f *testing.F) {
	f.Add("Some words. And more of them, and so on, until the end of it.", uint8(40))
	f.Add(strings.Repeat("가", 200), uint8(0))
	f.Add(strings.Repeat("! ", 200), uint8(41))
	f.Fuzz(func(t *testing.T, s string, length uint8) {
		most := max(int(length), leastSpeakable)
		if length == 0 {
			most = pieceLength
		}
		got := pieces(s, "en", int(length))
		for _, p := range got {
			if n := utf8.RuneCountInString(p); n > most || n == 0 {
				t.Errorf("got a piece of %d characters, want 1 to %d", n, most)
			}
		}
		whole := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if all, want := whole(strings.Join(got, "")), whole(Speakable(s, "en", 1<<30)); all != want {
			t.Errorf("got %q, want %q", all, want)
		}
	})
}
