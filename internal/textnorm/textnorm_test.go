package textnorm

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Finance@ACME.example": "finance@acme.example", "ＡＢＣ１": "abc1", "Straße": "strasse", "E\u0301": "é", "sa\u200bles": "sales", "a\u00adb\u202ec\ufe0f": "abc",
		"한글": "한글", "ㅋ\u3164ㅋ": "ㅋㅋ", "ﾊﾟ": "パ",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := Fold(norm.NFD.String("한글")); got != "한글" {
		t.Errorf("got %q, want the syllables", got)
	}
}

func TestSkeleton(t *testing.T) {
	for _, pair := range [][2]string{
		{"sales@evil.example", "sаlеs@evіl.example"}, {"sales@evil.example", "sa1es@evi1.example"}, {"acme", "acrne"}, {"acme", "ΑСМЕ"}, {"paypal", "рауpаӏ"},
		{"google", "ɡооɡlе"}, {"bücher", "bucher"}, {"kbank", "кьаnк"}, {"word", "𝐰𝗈𝓻𝕕"}, {"lodz", "łódź"},
	} {
		if a, b := Skeleton(pair[0]), Skeleton(pair[1]); a != b {
			t.Errorf("%q and %q look alike: got %q and %q", pair[0], pair[1], a, b)
		}
	}
	for _, pair := range [][2]string{{"acme", "acne"}, {"한국", "한구"}, {"바나나", "마나나"}} {
		if a, b := Skeleton(pair[0]), Skeleton(pair[1]); a == b || strings.HasPrefix(a, b) {
			t.Errorf("%q and %q don't look alike: got %q and %q", pair[0], pair[1], a, b)
		}
	}
}

func TestHidden(t *testing.T) {
	for _, r := range "\u200b\u200d\u200e\u202e\u2060\u2066\ufeff\u00ad\u061c\u115f\u1160\u3164\uffa0\u034f\u180e\U000e0041\U0001d159" {
		if !Hidden(r) || !Ignorable(r) {
			t.Errorf("%U is not hidden", r)
		}
	}
	for _, r := range "a 가\u0301\n🎵" {
		if Hidden(r) || Ignorable(r) {
			t.Errorf("%U is hidden", r)
		}
	}
	if Hidden(0xfe0f) || !Ignorable(0xfe0f) {
		t.Error("an emoji may be told to be one")
	}
}

func TestLetters(t *testing.T) {
	for _, s := range []string{"한글", "값", "뷁 ok", "가각힣"} {
		if got := norm.NFC.String(string(Letters(s))); got != s {
			t.Errorf("%q: got %q back", s, got)
		}
	}
	if a, b, c := Jamo('한'); a != 18 || b != 0 || c != 4 {
		t.Errorf("got %d %d %d, want 18 0 4", a, b, c)
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b         string
		want, within int
	}{
		{"", "", 0, 0}, {"abc", "", 3, 3}, {"", "abc", 3, 0}, {"kitten", "sitting", 3, 2}, {"flaw", "lawn", 2, 1}, {"level", "the level is", 7, 0}, {"승인", "승낙", 1, 1},
	} {
		if got := Distance([]rune(tt.a), []rune(tt.b)); got != tt.want {
			t.Errorf("from %q to %q: got %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := DistanceWithin([]rune(tt.a), []rune(tt.b)); got != tt.within {
			t.Errorf("from %q to a piece of %q: got %d, want %d", tt.a, tt.b, got, tt.within)
		}
	}
	if got := Apart([]rune("abcd"), []rune("abxd")); got != 0.25 {
		t.Errorf("got %g, want 0.25", got)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"ＡＢＣ", "İstanbul", "e\u0301\u200b", "ᾼ", "ﾊﾟ", "\xff", "한글", "xn--bcher"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := Fold(s)
		if again := Fold(folded); again != folded && utf8.ValidString(s) {
			t.Errorf("%q folds to %q, and that to %q", s, folded, again)
		}
		if utf8.ValidString(s) && Skeleton(folded) != Skeleton(s) {
			t.Errorf("%q: got %q and %q", s, Skeleton(folded), Skeleton(s))
		}
	})
}
