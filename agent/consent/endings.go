package consent

import (
	"regexp"
	"strings"
)

// An ending is a pattern that decides what a sentence comes to, wherever it
// stands: Korean negates and asks at the end of the sentence (승인하지 마), so
// that no approval is safe before the last syllable.
type ending struct {
	kind kind
	// blank says that what it matched is not there for the patterns after it:
	// 못 들었어 ("I didn't hear") must not be found as a 못 that refuses.
	blank bool
	re    *regexp.Regexp
}

// endings are tried in this order on the words with one space between two. A
// match takes every word that it touches; a word belongs to the first that
// takes it, but for refusals and negations, which always count.
var endings = []ending{
	// Once, and from now on. 앞으로 alone may be to whom a mail goes.
	{filler, true, whole(`이번_(한_번_)?만(은|요)?`)},
	{evade, true, begins(`(항상|매번|늘|언제나|계속)_(물어_(봐|보고|보세요|보도록|볼)\S*|묻도록|묻고|확인_받\S*|여쭤_보고)(_[주줘]\S*)?`)},
	{always, true, whole(`((앞으로는?|다시는?|더|또|굳이|일일이|다음부터는?|이제는?|이제부터는?)_)?(묻지|묻질|물으시지|물어_보지|물어_보질|물어_보시지|여쭙지|여쭤_보지)_(말고|말아\S*|마|마요|마라|마세요|마시고|마십시오|않고|않아도_[돼되됩좋괜]\S*|않으셔도_[돼되됩]\S*)(_(그냥_)?(해|해_줘|해요|해_주세요|하세요|진행해|승인해|보내|보내_줘))?`)},
	{always, true, whole(`자동(으로)?_(승인|허용|허락)(해|해_줘|해_주세요|하세요)?`)},
	{always, true, begins(`안_(묻고|물어_보고)( |$) 안_(물어도|물어_봐도|물어_보셔도|물으셔도)_[돼되됩]\S* (물을|물어_볼|여쭤_볼|확인_할|확인_받을)_(필요|것)_[도는가]?_없\S*`)},
	{ever, true, whole(`(항상|언제나|매번|늘)(요|이요)? 영원히 앞으로[는도] 앞으로_(계속|쭉|항상|모두) 다음부터[는도]? 이제부터[는도]? 이후로[는도]?`)},
	{ever, true, regexp.MustCompile(`^앞으로( |$)`)},

	// Negators that refuse nothing.
	{repeat, true, anywhere(`(못|안)_(들었|들려|들립|들린)\S* 다시_(한_?번)?_(말|얘기|이야기|읽)\S*(_[주줘]\S*)? 뭐라고 뭐라_[했그] 한_번_더 반복`)},
	{explain, true, anywhere(`이해가?_[안못]\S* 무슨_말인지\S* 자세히 자세하게 상세히 설명 내용 (읽어|보여)_[줘주봐]\S* 뭔데 뭔지 무슨`)},
	{hold, true, anywhere(`아직[은도이]?_(아니\S*|아냐|아닙\S*)`)},
	{evade, true, anywhere(`(문제|이의|상관|틀림|걱정|부담|할_말|이견|불만|어쩔_수|의심할_여지)(는|가|은|도)?_[없마]\S* 걱정하지_마\S* 모르\S* 몰라\S* 아니면 확실(하지|친|치)_않\S* 나쁘지_않\S* 글쎄\S*`)},
	{yet, false, anywhere(`아직 지금은 당장은 오늘은`)},

	// Refusals.
	{refuse, false, anywhere(`아니([^면]|$) 아뇨 아녀 아닌 아닐 아닙 아녜 아냐 아님 아이다 아이라예 아입니더 아이요 싫 시러 거절 거부 반대 취소 중지 중단 멈추 멈춰 멈춤 그만 고마해 스톱 스탑 캔슬
		관둬 관두 때려_치 집어_치 치아라 냅둬 냅두 (그냥|그대로)_[둬두] 놔둬 놔두 내버려 금지 불가 불허 반려 사양 철회 포기 그건_좀 말아_(줄래|주실래|주겠|주시겠) 틀렸 틀려 틀린 잘못 노_땡큐 됐거든 됐네 됐고 어림_없 말도_안 택도_없 꺼져 닥쳐`)},
	{refuse, false, whole(`노 노우 노노 네버 ㄴㄴ ㄴ 놉 놉요`)},

	// Negated verbs: 하지 마, 승인 안 해, 못 해, 할 수 없어. 지 before 마 must not be
	// the end of another word (까지 마무리).
	{negate, false, anywhere(`(지는|지도|지를|[지진질덜들딜])_(마|말|않|못)([^음당트감술늘씀무케지투]|$) [지질]_아니 없 않`)},
	{negate, false, whole(`마 마요 마세요 마셔\S* 마라 마라고 마소 마이소 마쇼 마시\S* 마십\S* 말고\S* 말아\S* 말어\S* 말자\S* 말라\S* 말래\S* 말지\S* 말게 말도록`)},
	{negate, false, ends(`말고 마세요 마십시오 마라 말아라 말아줘 말아요 지마 지마요`)},
	{negate, false, regexp.MustCompile(`(^| )[안못]( \S+|$)`)},
	{negate, false, begins(`안(돼|되|됩|된|될|됨|뒈|대( |$)|대요|할|해|하|합|한|했|함|혀|보내|보낼|보냅|지워|지울|사|살|가|간|갈|갑|원|괜찮|좋|맞|써|쓸|쓰|받|허락|승인|진행|올|눌|내|줘|줄|바꿔|열|믿|필요|그래|그러) 못(해|하|합|할|한|했|혀|보내|보냅|믿|가|지워|사|받|쓰|써|참)`)},
	{negate, false, anywhere(`[은는도이가면]안[돼되됩된] (승인|허락|허가|허용|진행|동의|수락|처리|실행|시작|전송|발송|삭제|결제|송금|구매|주문|예약|게시|등록|설치)[은는을도]?[안못]_[해하했할함합한혀]`)},

	// What puts it off.
	{hold, false, anywhere(`잠깐 잠시 기다 대기 나중 이따 있다가 보류 미뤄 미루 미룹 다음에 담에 천천히 생각 고민 두고_[보봐] 내일 모레 오후 오전 저녁 아침 점심 밤에 주말 다음_[주달번] 월요일 화요일 수요일 목요일 금요일 토요일 일요일
		([초분달일주]|시간)(_반)?_([뒤후]|있다|이따|만_있) (\d|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)_시(_반)?에 (한|두|세|네|섯|곱|덟|홉|열|\d)_시_반( |$) (한|두|세|네|섯|곱|덟|홉|열|\d)_시_\S{1,4}_분에 조금_있 좀_있 조금만( |$) 가만 시간을?_좀 쪼매_있 쪼까_있 언젠가 홀드`)},

	// Questions.
	{ask, false, whole(`뭐 뭘 뭐가 뭐를 뭐예요 뭐야 뭐지 뭐죠 무엇\S* 왜\S* 어떻게\S* 어떤\S* 어디\S* 언제\S* 누구\S* 누가 얼마\S* 몇\S* 어느\S* 정말이\S* 과연`)},
	{ask, false, ends(`([^니]|[합됩입습갑봅옵십납줍립]니)까 ([^니]|[합됩입습갑봅옵십납줍립]니)까요 나요 는가 는가요 은가요 인가 인가요 한가요 냐 인지 한지 는지 을지 할지 될지 던가`)},

	// What ties it to something else.
	{condition, false, ends(`으면 다면 라면 하면 되면 오면 나면 거든 려면 보면 주면 이면 어야 아야 해야 전에 전에는 후에 후에는 다음에 때 때까지 때만 까지`)},
	{condition, false, whole(`만약\S* 만일\S* 혹시\S* 단 조건\S* \S*경우\S* 우선 먼저 일단`)},

	// What leads up to a change, and what changes.
	{but, false, whole(`근데 그런데 하지만 그렇지만 다만 대신\S* 그대신\S* 단지 그러나 한데 헌데`)},
	{but, false, anywhere(`(긴|기는|긴요|기야)_\S*(데|만|지만|하지)`)},
	{but, false, ends(`은데 는데 인데 한데 지만 건만`)},
	{amend, false, anywhere(`바꿔 바꾸 고쳐 고치 수정 변경 추가 빼고 빼줘 빼_주 넣어 넣고 줄여 늘려 낮춰 다시_써 다시_작성 정정 으로_(해|보내|하) [^바대]로[ ](해|보내|하) \S만[ ](보내|해|하|지워|승인|진행)`)},

	// What says it by halves.
	{hedge, false, anywhere(`아마 어쩌면 혹은 [것거]_같 든지( |$) 든가( |$) 마음대로 맘대로 알아서 그럴걸 농담 척( |$)`)},
}

// anywhere finds any of the patterns of list, of which a blank separates two and
// _ stands for a space that may be there.
func anywhere(list string) *regexp.Regexp { return regexp.MustCompile(alternatives(list)) }

// whole finds them as words of their own.
func whole(list string) *regexp.Regexp {
	return regexp.MustCompile(`(^| )` + alternatives(list) + `( |$)`)
}

// begins finds them where a word begins.
func begins(list string) *regexp.Regexp { return regexp.MustCompile(`(^| )` + alternatives(list)) }

// ends finds them where a word ends.
func ends(list string) *regexp.Regexp { return regexp.MustCompile(alternatives(list) + `( |$)`) }

func alternatives(list string) string {
	list = strings.ReplaceAll(strings.ReplaceAll(list, "[ ]", "\x00"), "( |$)", "\x01")
	list = `(?:` + strings.Join(strings.Fields(list), "|") + `)`
	return strings.NewReplacer("_", " ?", "\x00", " ", "\x01", "( |$)").Replace(list)
}
