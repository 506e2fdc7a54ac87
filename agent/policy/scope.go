package policy

import (
	"regexp"
	"strings"
)

// Scope is the most that the words of an order ask for: Look for a plain
// question, Draft for writing, noting, changing, deleting and for whatever isn't
// clear, External for looking outside, Commit for sending, paying, publishing,
// running.
//
// It only ever adds questions. An action beyond the scope is asked for although
// its level would be free; an action within it is asked for whenever its level
// says so: that the owner said "send it" is why Deputy asks before it sends, no
// reason to send. A scope that is too wide therefore loses one safeguard among
// several, one that is too narrow costs one needless question.
//
// language is "en" or "ko"; the words of both are looked for in any case, since
// orders mix them.
func Scope(order, language string) Level {
	level := max(englishScope(order), koreanScope(order))
	switch {
	case outside.MatchString(strings.ToLower(order)):
		return max(level, External)
	case level != Unset:
		return level
	case strings.ContainsAny(order, "?？"):
		return Look
	}
	return Draft
}

// outside is where Deputy has to look beyond this machine.
var outside = regexp.MustCompile(`\b(web|online|internet|google|website|wikipedia|download|browse|https?)\b|인터넷|웹|온라인|구글|네이버|다운로드|내려 ?받|홈페이지|사이트|위키`)

// englishScope looks at each clause for itself: what begins as a question orders
// nothing, whatever verbs it holds ("who did I send it to").
func englishScope(order string) Level {
	level := Unset
	for _, clause := range clauses.Split(strings.ToLower(apostrophes.Replace(order)), -1) {
		words := strings.FieldsFunc(clause, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') })
		text := openings.ReplaceAllString(" "+strings.Join(words, " ")+" ", " ")
		switch {
		case strings.TrimSpace(text) == "":
		case content.MatchString(text):
			return max(level, Draft) // all that follows is what is to be noted
		case looks.MatchString(text):
			level = max(level, Look)
		default:
			for _, v := range verbs {
				if v.anywhere.MatchString(text) || v.first.MatchString(text) {
					level = max(level, v.level)
				}
			}
		}
	}
	return level
}

var (
	apostrophes = strings.NewReplacer("'", "", "’", "", "ʼ", "", "e-mail", "email", "E-mail", "email")
	clauses     = regexp.MustCompile(`[.,;:!?\n]| and | then | also |그리고`)
	// openings are what an order may begin with before it says anything.
	openings = regexp.MustCompile(`^ (?:(?:please|deputy|hey|okay|ok|so|well|um|uh|now|just|yes|then|also|can you|could you|would you|will you|can we|could we|i want you to|i need you to|id like you to|i want to|i need to|id like to|i would like to|lets|let us|go ahead and|go and|kindly|quickly|would you mind|try to|have to|you should|make sure to|be sure to|dont forget to|for me) )+`)
	// content begins what is only to be noted or reminded of.
	content = regexp.MustCompile(`^ (?:remind|reminder|set a reminder|set an alarm|wake me|note|make a note|take a note|jot|write down|note down|add a note|memo|remember) `)
	looks   = regexp.MustCompile(`^ (?:what|whats|which|who|whos|whom|whose|when|whens|where|wheres|why|how|hows|if|is|are|was|were|do|does|did|has|have|had|am|can|could|should|shall|may|would|will|there|tell|show|read|find|look|search|list|count|check|explain|describe|compare|give me|know|see|let me know|let me see|open|say|repeat|any) `)
)

// englishVerbs are the verbs of an order: those that are nothing else count
// anywhere, those that are nouns as well only where an order begins.
type englishVerbs struct {
	level           Level
	anywhere, first *regexp.Regexp
}

var verbs = []englishVerbs{
	{Commit,
		whole(`send|resend|forward to|publish|tweet|upload|submit|deploy|push to|merge|pay|buy|purchase|subscribe|unsubscribe|donate|install|uninstall|execute|reboot|restart|permanently|for good|erase|wipe|destroy|purge|empty the trash|log in|sign in|sign up|authorize|invite`),
		atStart(`forward|mail|email|message|text|call|phone|reply|respond|answer|post|share|order|book|reserve|transfer|rent|hire|run|start|launch|kill|stop|shut|push|release|commit|build|compile|cancel|accept|decline|register|approve|grant|ship|tell \w+ that`)},
	{Draft,
		whole(`write|rewrite|compose|create|make|add|append|insert|put|change|edit|modify|update|fix|correct|replace|rename|move|delete|remove|undo|save|store|summarize|summarise|translate|shorten|organize|organise|format|convert|prepare|generate|polish|proofread|combine|schedule|shorter|longer`),
		atStart(`draft|record|copy|set|plan|sort|fill|take|draw|type|clean|tidy|archive|mark|split|note|turn|merge|keep|drop|cut|list|collect|start a`)},
}

func whole(words string) *regexp.Regexp { return regexp.MustCompile(` (?:` + words + `) `) }

func atStart(words string) *regexp.Regexp {
	return regexp.MustCompile(`^ (?:` + words + `) | (?:to|you|please) (?:` + words + `) (?:it|this|that|them|him|her|me|us|the) `)
}

// koreanScope looks for verbs with the endings of an order: 보내 줘 sends, 보낸
// 메일 ("the mail that was sent") and 보내지 마 ("don't send") do not.
func koreanScope(order string) Level {
	s := strings.ToLower(order)
	if quoted.MatchString(s) {
		return Draft // what is to be noted is not ordered
	}
	for _, v := range koreanVerbs {
		if v.words.MatchString(s) {
			return v.level
		}
	}
	if koreanLooks.MatchString(s) {
		return Look
	}
	return Unset
}

var koreanVerbs = []struct {
	level Level
	words *regexp.Regexp
}{
	{Commit, koreanOrder(`전송|발송|송부|회신|답장|답신|전달|포워드|문자|전화|메일|이메일|게시|발행|공유|업로드|제출|배포|푸시|머지|병합|출시|결제|송금|이체|입금|구매|구입|주문|예약|예매|구독|해지|취소|초대|신청|등록|가입|기부|실행|설치|재시작|재부팅|종료|빌드|커밋|폐기|초기화|로그인|승인|허가`,
		`보내|부쳐|올려|돌려|켜|꺼|비워|사|영구히 삭제해|완전히 지워|완전히 삭제해|싹 지워`)},
	{Draft, koreanOrder(`작성|메모|기록|저장|생성|추가|수정|변경|정리|요약|번역|삭제|이동|복사|복제|알림|알람|타이머|준비|교정|분류|정돈|리마인드|설정|백업`,
		`써|적어|만들어|넣어|바꿔|고쳐|지워|없애|옮겨|깨워|줄여|늘려|다듬어|합쳐|나눠|되돌려|채워|붙여|기억해|받아 ?적어|빼|맞춰`)},
	{Draft, regexp.MustCompile(`(?:뒤에|후에|시에|반에|분에|되면|아침에|오후에|저녁에|내일|전에) (?:.* )?(?:알려|말해|얘기해)`)},
	{Draft, regexp.MustCompile(`(?:더 |좀 )?(?:짧게|길게|공손하게|정중하게|간단하게|간단히|자세하게)(?: 해| 하| ?$|$)`)},
}

var (
	// quoted is how one asks to be reminded of something, or to have it noted.
	quoted      = regexp.MustCompile(`(?:라고|다고|자고|는 거|는 것|는 걸) ?(?:알려|적어|메모|기록|써|리마인|상기|기억|저장|말해|노트)\S* ?(?:줘|주세요|주라|줄래|놔|둬|$)`)
	koreanLooks = regexp.MustCompile(`(?:까|까요|나요|는가|인가|인가요|냐|니|는지|은지|인지|었지|였지|지요|죠|야|이야|에요|예요|있어|있나|없어|없나|했어|됐어|냈어|졌어|왔어|갔어|썼어|적었어|돼|되지|했지|이지)[.?!… ]*$` +
		`|무엇|뭐|뭘|뭔|무슨|어디|언제|누구|누가|얼마|몇|어느|어떻게|어떤|왜` +
		`|(?:알려|보여|읽어|찾아|말해|설명해|세어|들려|가르쳐|확인해|비교해|검색해|열어) ?(?:줘|주|봐|줄|$)`)
)

// koreanOrder matches 하다 nouns and 어 stems with the endings of an order or a wish.
func koreanOrder(nouns, stems string) *regexp.Regexp {
	return regexp.MustCompile(`(?:` + nouns + `)(?:을|를)? ?(?:좀 |다시 |바로 |한 통 |하나 )?(?:해(?:[^ㄱ-ㅎ당외결마]|$)|하고|하자|하세요|하십시오|하셔|하라|하도록|하게|하시|하렴|할래|시켜|부탁|바람|드려|넣어|걸어|보내 ?[줘주]|[.!… ]*$)` +
		`|(?:^|[\s을를도만])(?:` + stems + `)(?: ?(?:줘|주|줄|라|요|세|십|고|서|놔|둬|달|자|시|도록|버|봐|다오)|[.!… ]*$)|보내(?:줘|주|라|세요|고|서|자)|보냅시다|쓰고|써서|적고|만들고`)
}
