package consent

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"deputy/internal/textnorm"
	"deputy/internal/timeexpr"
)

// ReadChoice says which of several waiting asks text means, by its number or by
// words of its name ("number two", "the second mail", "the one to finance", 두
// 번째, 재무팀 메일). names are as Deputy tells them, in their order; i counts
// from 0. What fits two, none, or neither as a whole is not ok; a refusal, a
// question or another order chooses nothing. It decides nothing about the ask.
func ReadChoice(text, language string, names []string) (i int, ok bool) {
	u := parse(text, "")
	if len(names) == 0 || len(u.words) == 0 || !spoken(language) || u.question || !u.chooses(names) {
		return 0, false
	}
	nth, ordinal, said := counted(u.text, len(names))
	words := contentOf(said)
	switch {
	case nth < 0, nth == 0 && len(words) == 0:
		return 0, false
	case len(words) == 0:
		return nth - 1, true
	}
	scores := make([]int, len(names))
	for i, n := range names {
		scores[i] = score(words, n)
	}
	best := slices.Max(scores)
	if best == 0 || 2*best < len(words) {
		return 0, false
	}
	var fit []int
	for i, s := range scores {
		if s == best {
			fit = append(fit, i)
		}
	}
	switch {
	case nth == 0:
		return fit[0], len(fit) == 1
	case slices.Contains(fit, nth-1): // "the second mail" is ambiguous where the second is a mail, but not the second mail
		return nth - 1, !ordinal || nth > len(fit) || fit[nth-1] == nth-1
	case ordinal && nth <= len(fit):
		return fit[nth-1], true
	}
	return 0, false
}

// chooses says whether nothing in u keeps it from being a choice, but for words
// of the names themselves ("lunch", 점심) and "the first".
func (u *utterance) chooses(names []string) bool {
	for _, m := range u.marks {
		text, _ := u.join(m.from, m.to)
		named := slices.ContainsFunc(names, func(n string) bool { v := split(n); return containsStart(v.text, text) })
		if m.kind&(ask|negate|refuse|hedge|but|always) != 0 || m.kind&(hold|condition) != 0 && !named && text != "first" {
			return false
		}
	}
	return true
}

// ReadAll says whether text asks to take all waiting asks together ("all of
// them", "approve all", 모두, 전부 다). It approves none of them.
func ReadAll(text, language string) bool {
	u := parse(text, "")
	if !spoken(language) || u.question || len(u.words) > mostWords || u.has(ask|condition|negate|refuse|hold|hedge|but|amend|yet|explain) {
		return false
	}
	all := false
	for _, m := range u.marks {
		if m.kind&(explicit|weak|action|object|filler|repeat|always|ever) != 0 {
			continue
		}
		for _, w := range u.words[m.from:m.to] {
			switch {
			case everyWord[w.text] || everyKorean.MatchString(w.text):
				all = true
			case !besideEvery[w.text] && !besideKorean.MatchString(w.text):
				return false
			}
		}
	}
	return all || allYes.MatchString(u.text)
}

var (
	everyWord    = set("all everything both everyone altogether")
	besideEvery  = set("of them to the these those asks requests questions at once together hear read let me do please yes as a one go in batch accept take for us")
	everyKorean  = regexp.MustCompile(`^(모두|모든|전부(다)?|전체(를)?|다|싹|한꺼번에|한번에|일괄(로)?|둘다|셋다|모조리|몽땅|전부를|모두를)(이?요)?$`)
	besideKorean = regexp.MustCompile(`^(둘|셋|넷|같이|함께|묶어서?|묶음으로|들려줘|들려|읽어|읽어줘|말해|말해줘|줘|주세요|것|거|거요|요청|요청을|건|건을|일|한|번에|싹|다)$`)
	allYes       = regexp.MustCompile(`^(모두|전부|전부 ?다|둘 ?다|다|한꺼번에|한 ?번에|일괄) ?(승인|허락|진행|처리)\S*( \S{1,3})?$`)
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// A counter is a way to say a place in a list: the number is its first group.
var (
	numberWay  = regexp.MustCompile(`(?:^| )(?:number|option|choice|item|ask|request|번호) (\d{1,2}|one|two|to|too|three|four|for|five|six|seven|eight|nine|ten|일|이|삼|사|오|육|칠|팔|구|십)(?: |$)`)
	nthWay     = regexp.MustCompile(`(?:^| )(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|\d{1,2}(?:st|nd|rd|th))(?: (?:one|ask|request|of them))?(?: |$)`)
	bareWay    = regexp.MustCompile(`^(?:yes |okay |ok |the |take |do |choose |pick |i mean |just )*(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)(?: please)?$`)
	koNthWay   = regexp.MustCompile(`(?:^| )(첫|두|세|네|다섯|여섯|일곱|여덟|아홉|열|\d{1,2}) ?번 ?째(?:\S{0,2})(?: |$)`)
	koOrderWay = regexp.MustCompile(`(?:^| )(첫째|둘째|셋째|넷째|다섯째|처음|마지막|맨처음|맨마지막|제일 처음|제일 마지막)(?:\S{0,2})(?: |$)`)
	koNumWay   = regexp.MustCompile(`(?:^| )(\d{1,2}|일|이|삼|사|오|육|칠|팔|구|십) ?번(?:이요|요|을|으로|입니다|이야|이에요|만)?(?: |$)`)
)

var places = func() map[string]int {
	m := map[string]int{"to": 2, "too": 2, "for": 4, "처음": 1, "맨처음": 1, "제일 처음": 1, "last": -1, "마지막": -1, "맨마지막": -1, "제일 마지막": -1}
	for i, w := range strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth") {
		m[w] = i + 1
	}
	for i, w := range strings.Fields("첫 두 세 네 다섯 여섯 일곱 여덟 아홉 열") {
		m[w] = i + 1
	}
	for i, w := range strings.Fields("첫째 둘째 셋째 넷째 다섯째") {
		m[w] = i + 1
	}
	return m
}()

// counted finds the one number that text names among n, and takes it out. nth is
// 0 if there is none and -1 if there are two or there is no such place.
// ordinal says that it counts what the other words name ("the second mail").
func counted(text string, n int) (nth int, ordinal bool, rest string) {
	for _, way := range []*regexp.Regexp{numberWay, nthWay, bareWay, koNthWay, koOrderWay, koNumWay} {
		for {
			m := way.FindStringSubmatchIndex(text)
			if m == nil {
				break
			}
			s := text[m[2]:m[3]]
			p, ok := places[s]
			if !ok {
				p = timeexpr.Count(strings.TrimRight(s, "stndrh"))
			}
			if p == -1 && ok {
				p = n
			}
			if p < 1 || p > n || nth > 0 && nth != p {
				return -1, false, text
			}
			nth, ordinal = p, ordinal || way == nthWay || way == koNthWay || way == koOrderWay
			text = strings.TrimSpace(text[:m[0]] + " " + text[m[1]:])
		}
	}
	return nth, ordinal, text
}

// idle are words of a choice that name nothing.
var idle = set(`the a an one ones that this it with to for about of from on in i mean want take do choose pick please is yes okay ok and go ahead approve my at ask request number then first let lets us deputy named called saying
	그 저 이 거 것 건 그거 저거 이거 거요 것을 걸로 거로 으로 로 요 네 응 예 그래 승인 승인해 해 해줘 줘 주세요 진행해 쪽 하는 보내는 번 번째 관련 대한 관한 에 대해`)

// contentOf is the words of text that can name something.
func contentOf(text string) []string {
	var out []string
	for w := range strings.FieldsSeq(text) {
		if !idle[w] && (utf8.RuneCountInString(w) > 1 || strings.ContainsAny(w, "0123456789")) {
			out = append(out, w)
		}
	}
	return out
}

// score is how many of the words stand in name: whole or by their stem, in
// either language where both call an effect.
func score(words []string, name string) int {
	v := split(name)
	n := 0
	for _, w := range words {
		if slices.ContainsFunc(v.words, func(x word) bool { return sameStem(w, x.text) }) || slices.ContainsFunc(effects, func(e effect) bool { return e.called(w) && e.in(v.text) }) {
			n++
		}
	}
	return n
}

// called says whether w names the effect: "mail", 메일을.
func (e effect) called(w string) bool {
	return slices.ContainsFunc(e.names, func(n string) bool {
		return utf8.RuneCountInString(n) > 1 && strings.HasPrefix(w, n)
	})
}

// in says whether text speaks of the effect.
func (e effect) in(text string) bool {
	return slices.ContainsFunc(e.names, func(n string) bool { return containsStart(text, n) })
}

func containsStart(text, n string) bool { return strings.Contains(" "+text, " "+n) }

// sameStem says whether two words are one but for an ending: 재무팀에 is 재무팀,
// "reports" is "report".
func sameStem(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if !strings.HasPrefix(b, a) {
		return false
	}
	tail := utf8.RuneCountInString(b) - utf8.RuneCountInString(a)
	if textnorm.HasHangul(a) {
		return tail == 0 || utf8.RuneCountInString(a) >= 2 && tail <= 3
	}
	return tail == 0 || utf8.RuneCountInString(a) >= 4 && tail <= 3
}
