package consent

import "strings"

// phantoms is what recognisers have learnt to write under silence and music,
// folded, Korean without spaces.
var phantoms = func() map[string]bool {
	m := map[string]bool{}
	for p := range strings.SplitSeq(`thank you|thanks|thank you very much|thank you so much|thanks for watching|thank you for watching|thank you for watching this video|thanks for listening|thank you for listening
please subscribe|please subscribe to my channel|please like and subscribe|like and subscribe|subscribe|see you next time|see you in the next video|ill see you in the next video|see you|bye|bye bye|goodbye|you|the end|so|oh|music|applause|silence|blank audio|subtitles by the amaraorg community
감사합니다|고맙습니다|시청해주셔서감사합니다|시청해주셔서고맙습니다|끝까지시청해주셔서감사합니다|영상시청해주셔서감사합니다|들어주셔서감사합니다|구독과좋아요부탁드립니다|구독과좋아요|구독좋아요부탁드립니다|구독부탁드립니다|좋아요와구독|좋아요구독|좋아요부탁드립니다|구독과좋아요알림설정부탁드립니다|다음영상에서만나요|다음시간에만나요|다음영상에서뵙겠습니다|다음주에만나요|안녕히계세요|안녕|수고하셨습니다|한글자막by한효정|자막제공|자막제작|배달의민족|mbc뉴스|뉴스|mbc뉴스이덕영입니다|kbs뉴스|끝|박수|음악`, "|") {
		for q := range strings.SplitSeq(p, "\n") {
			m[q] = true
		}
	}
	return m
}()

// phantom says whether the whole answer, or every sentence of it, is such a phrase.
func (u *utterance) phantom() bool {
	spaced, closed := u.join(0, len(u.words))
	if phantoms[spaced] || phantoms[closed] {
		return true
	}
	if strings.Contains(closed, "시청해주셔서") && strings.HasSuffix(closed, "니다") || strings.Contains(closed, "자막") && strings.Contains(closed, "by") {
		return true
	}
	from := 0
	for i := range u.words {
		if i+1 < len(u.words) && !u.words[i+1].broken {
			continue
		}
		spaced, closed = u.join(from, i+1)
		if !phantoms[spaced] && !phantoms[closed] {
			return false
		}
		from = i + 1
	}
	return true
}
