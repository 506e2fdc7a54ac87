package readback

import (
	"fmt"
	"strings"
)

// A tongue is how one language says what is not written as words. The phrases of
// an ask come from elsewhere; these stand inside their values.
type tongue struct {
	korean                 bool
	at, dot, port          string
	signs                  map[rune]string
	digit                  string // before digits that stand among letters
	international, belongs string // said behind a host; belongs takes the owner's part
	invisible              string // said behind a word with a letter that shows nothing
}

var (
	englishTongue = &tongue{
		at: "at", dot: "dot", port: "port", digit: "digit",
		international: "a name in other letters", belongs: "which belongs to %s",
		invisible: "with an invisible letter",
		signs: map[rune]string{
			'-': "dash", '_': "underscore", '+': "plus", '/': "slash", '!': "exclamation mark", '#': "hash", '$': "dollar", '%': "percent",
			'&': "and", '\'': "apostrophe", '*': "star", '=': "equals", '?': "question mark", '^': "caret", '`': "backtick",
			'{': "brace", '}': "brace", '|': "bar", '~': "tilde", ':': "colon", '@': "at",
		},
	}
	koreanTongue = &tongue{
		korean: true, at: "골뱅이", dot: "점", port: "포트", digit: "숫자",
		international: "다른 문자로 된 이름", belongs: "%s 소속",
		invisible: "보이지 않는 글자가 섞임",
		signs: map[rune]string{
			'-': "대시", '_': "밑줄", '+': "플러스", '/': "슬래시", '!': "느낌표", '#': "샵", '$': "달러", '%': "퍼센트",
			'&': "앤드", '\'': "작은따옴표", '*': "별표", '=': "등호", '?': "물음표", '^': "꺾쇠", '`': "억음부호",
			'{': "중괄호", '}': "중괄호", '|': "세로줄", '~': "물결", ':': "콜론", '@': "골뱅이",
		},
	}
)

func tongueOf(language string) *tongue {
	if language == "ko" {
		return koreanTongue
	}
	return englishTongue
}

// more says how many characters are left out.
func (t *tongue) more(n int) string {
	if t.korean {
		return fmt.Sprintf(", 그리고 %d자 더", n)
	}
	return fmt.Sprintf(", and %d more characters", n)
}

// run says a run of n characters that nobody could follow.
func (t *tongue) run(n int, begins string) string {
	if t.korean {
		return fmt.Sprintf("%s, 이렇게 시작하는 %d자", begins, n)
	}
	return fmt.Sprintf("%d characters, beginning with %s", n, begins)
}

// mixed says a word that looks like shown and is written with foreign letters;
// spelled is "" where it is too long to be spelled.
func (t *tongue) mixed(shown string, letters []string, spelled string) string {
	if t.korean {
		s := shown + ", " + strings.Join(letters, "와 ") + " 섞임"
		if spelled != "" {
			s += ", 철자는 " + spelled
		}
		return s
	}
	s := shown + " with " + article(strings.Join(letters, " and "))
	if spelled != "" {
		s += ", spelled " + spelled
	}
	return s
}

// wholly says a word whose every letter is of an alphabet that imitates another.
func (t *tongue) wholly(shown, script string) string {
	if t.korean {
		return shown + ", " + script + " 문자로 적힘"
	}
	return shown + " in " + script + " letters"
}

// letter names one letter of a script; "" is a letter without a name.
func (t *tongue) letter(script, name string) string {
	if name == "" {
		name = "letter"
		if t.korean {
			name = ""
		}
	}
	if t.korean {
		return strings.TrimSpace(script + " 문자 " + name)
	}
	return script + " " + name
}

func article(s string) string {
	if strings.ContainsRune("AEIOUaeiou", rune(s[0])) {
		return "an " + s
	}
	return "a " + s
}

// size says how long a text is that is not read out.
func (t *tongue) size(words, sentences, characters int, begins string) string {
	switch {
	case t.korean && words < 3:
		return fmt.Sprintf("%d자 분량의 글, 시작은: %s", characters, begins)
	case t.korean:
		return fmt.Sprintf("%d자, %d문장 분량의 글, 시작은: %s", characters, sentences, begins)
	case words < 3:
		return fmt.Sprintf("a text of %d characters, beginning: %s", characters, begins)
	case sentences < 2:
		return fmt.Sprintf("a text of %d words, beginning: %s", words, begins)
	}
	return fmt.Sprintf("a text of %d words in %d sentences, beginning: %s", words, sentences, begins)
}

// recipients says how many of a list are not named.
func (t *tongue) recipients(n int) string {
	if t.korean {
		return fmt.Sprintf("그리고 %d명 더", n)
	}
	if n == 1 {
		return "and 1 more"
	}
	return fmt.Sprintf("and %d more", n)
}
