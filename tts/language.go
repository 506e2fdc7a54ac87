package tts

import (
	"strings"
	"unicode"

	"deputy/internal/textnorm"
)

// Language chooses the voice of a sentence by its script: "ko" when at least as
// many of its words hold Hangul as are of Latin letters alone, else "en". By
// words and not by letters, since a Korean sentence often carries long English
// names ("notes.md에 썼어요").
func Language(sentence string) string {
	ko, en := 0, 0
	for _, word := range strings.Fields(sentence) {
		switch {
		case strings.IndexFunc(word, textnorm.Hangul) >= 0:
			ko++
		case strings.IndexFunc(word, unicode.IsLetter) >= 0:
			en++
		}
	}
	if ko > 0 && ko >= en {
		return "ko"
	}
	return "en"
}

// wording is how one language says what isn't written as words.
type wording struct {
	code, table, image, id, mixed, rest string
	at, dot, dash, underscore, plus     string
	slash                               string
	symbols                             *strings.Replacer
	numbers                             func(string) string
}

func wordingFor(language string) *wording {
	if language == "ko" {
		return &korean
	}
	return &english
}

var english = wording{
	code: "a code block", table: "a table", image: "an image", id: "a code ending in",
	mixed: "an address in mixed alphabets", rest: "and so on",
	at: "at", dot: "dot", dash: "dash", underscore: "underscore", plus: "plus", slash: "slash",
	symbols: strings.NewReplacer("->", " to ", "=>", " to ", "&", " and ", "+", " plus ", "==", " equals ", "=", " equals ", "≠", " is not ",
		"±", " plus or minus ", "×", " times ", "÷", " divided by ", "≤", " at most ", "≥", " at least ",
		"<", " less than ", ">", " greater than ", "≈", " about ", "→", " to ", "@", " at ", "°", " degrees ",
		"€", " euros ", "£", " pounds ", "¥", " yen ", "₩", " won ", "$", " dollars ", "%", " percent ",
		`\`, " backslash ", "/", " slash ", "•", ", ", "·", ", ", "|", ", "),
	numbers: numbersEn,
}

var korean = wording{
	code: "코드 블록", table: "표", image: "그림", id: "끝자리가 다음과 같은 코드",
	mixed: "여러 문자가 섞인 주소", rest: "이하 생략",
	at: "골뱅이", dot: "점", dash: "대시", underscore: "밑줄", plus: "플러스", slash: "슬래시",
	symbols: strings.NewReplacer("->", " 다음 ", "=>", " 다음 ", "&", " 앤드 ", "+", " 더하기 ", "==", " 는 ", "=", " 는 ", "≠", " 같지 않음 ",
		"±", " 플러스마이너스 ", "×", " 곱하기 ", "÷", " 나누기 ", "≤", " 이하 ", "≥", " 이상 ",
		"<", " 작다 ", ">", " 크다 ", "≈", " 약 ", "→", " 다음 ", "@", " 골뱅이 ", "°", " 도 ",
		"€", " 유로 ", "£", " 파운드 ", "¥", " 엔 ", "₩", " 원 ", "$", " 달러 ", "%", " 퍼센트 ",
		`\`, " 역슬래시 ", "/", " 슬래시 ", "•", ", ", "·", ", ", "|", ", "),
	numbers: numbersKo,
}

func hasLetter(s string) bool { return strings.IndexFunc(s, unicode.IsLetter) >= 0 }
