package listen

import (
	"strings"
	"unicode"
)

// soundsFinished says whether a partial text ends as a whole order or answer
// does: the recogniser's own full stop in English, a sentence ending in Korean.
func soundsFinished(text, language string) bool {
	text = strings.TrimSpace(text)
	if strings.HasSuffix(text, "...") || strings.HasSuffix(text, "…") {
		return false
	}
	last, words := tail(text)
	if language == "ko" {
		for _, e := range koreanEndings {
			if strings.HasSuffix(last, e) {
				return true
			}
		}
		return false
	}
	return words > 0 && strings.HasSuffix(text, ".") && !danglers[last] || strings.HasSuffix(text, "?") || strings.HasSuffix(text, "!")
}

// soundsUnfinished says whether a partial text breaks off in the middle.
func soundsUnfinished(text, language string) bool {
	text = strings.TrimSpace(text)
	last, _ := tail(text)
	if strings.HasSuffix(text, "...") || strings.HasSuffix(text, "…") || strings.HasSuffix(text, ",") {
		return true
	}
	if language == "ko" {
		for _, e := range koreanLinks {
			if strings.HasSuffix(last, e) {
				return true
			}
		}
		return false
	}
	return danglers[last]
}

// tail is the last word, without punctuation and in lower case, and how many
// words there are.
func tail(text string) (last string, words int) {
	f := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
	})
	if len(f) == 0 {
		return "", 0
	}
	return f[len(f)-1], len(f)
}

var (
	// danglers are English words that nobody ends an order with.
	danglers = set("a an the and or but of to for with from my your his her their our which who because if um uh send write called named")
	// koreanEndings end a Korean sentence; koreanLinks join it to the next clause.
	koreanEndings = strings.Fields("줘 줘요 주세요 세요 해요 합니다 습니다 니다 해라 하자 할까 까 까요 어요 아요 에요 예요 네요 지요 죠 다 해 써 봐 마 돼 요 진행해 승인 취소 아니 네")
	koreanLinks   = strings.Fields("고 는데 은데 인데 서 면 려고 니까 지만 을 를 에게 한테 에서 으로 와 과 랑 하고 그리고 그래서 음 어")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
