package codewords

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"deputy/agent/consent"
)

// koreanCandidates are everyday nouns of three and four syllables with one
// spelling each, those in use until now first.
var koreanCandidates = strings.Fields(`
	호랑이 무지개 해바라기 자전거 도서관 고구마 비행기 소나무 바나나 피아노 코끼리 다람쥐 오렌지 냉장고 태권도 병아리 사다리 눈사람 햄버거 토마토 거북이 운동장 축구공
	강아지 고양이 원숭이 송아지 너구리 개구리 올챙이 잠자리 나비 메뚜기 귀뚜라미 달팽이 거미줄 독수리 비둘기 까마귀 참새 앵무새 갈매기 오징어 고등어 갈치 새우 조개 고슴도치 캥거루 기린 하마 얼룩말 낙타 늑대 여우 표범
	감자 당근 양파 배추 오이 가지 호박 옥수수 완두콩 땅콩 버섯 시금치 콩나물 딸기 포도 수박 참외 복숭아 자두 살구 앵두 석류 파인애플 레몬 멜론 키위 망고 코코넛
	김밥 만두 냉면 칼국수 비빔밥 된장 간장 호떡 붕어빵 두부 푸딩 젤리 아이스크림 스파게티 피자 샌드위치 팝콘
	책상 의자 침대 베개 이불 거울 커튼 촛불 성냥 난로 선풍기 세탁기 청소기 다리미 텔레비전 라디오 카메라 망원경 현미경 돋보기 나침반 손전등 우산 지팡이 모자 장갑 목도리 양말 구두 운동화 안경
	기차 버스 트럭 오토바이 헬리콥터 잠수함 우주선 로켓 썰매 스키 풍선 낙하산 미끄럼틀 놀이터
	바이올린 첼로 기타 하모니카 트럼펫 장구
	장미 튤립 백합 국화 민들레 진달래 개나리 코스모스 선인장 대나무 단풍잎
	바다 호수 폭포 화산 사막 북극 태양 은하수 혜성 소나기 번개 눈보라
	박물관 미술관 수영장 놀이공원 동물원 식물원 등대 풍차 궁궐 피라미드
	야구 농구 배구 탁구 볼링 씨름 줄넘기 팽이 바둑 주사위 퍼즐 인형 장난감 돌고래 물감 연필 지우개`)

// koreanControls decide something.
var koreanControls = strings.Fields(`네 예 응 아니 아니요 아니오 그래 좋아 좋아요 괜찮아 됐어 오케이 예스 노 스톱 캔슬 컨펌 승인 승인해 승인합니다 허락 허가 동의 진행 진행해 계속 취소 취소해 중지 정지 그만 멈춰 거절 거부 반대
	하지마 안돼 싫어 말고 아직 나중에 잠깐 잠깐만 기다려 다시 뭐라고 왜 누구 자세히 바꿔 대신 조건 만약 아마`)

// koreanAsked stand in what is asked for.
var koreanAsked = strings.Fields(`메일 이메일 보내 보내기 발송 파일 삭제 지우기 폴더 문서 보고서 메모 메시지 명령 실행 페이지 주소 재무 재무팀 요약 회의 예산 송금 결제 주문
	비밀번호 계정 전화 번호 연락처 일정 알림 월요일 화요일 수요일 목요일 금요일 토요일 일요일 내일 오늘 컴퓨터 화면 디퓨티`)

// koreanNeighbours are common words that a recogniser might write in place of
// one that it didn't catch.
var koreanNeighbours = strings.Fields(`자동차 전화기 선생님 학교 회사 사람 이야기 어머니 아버지 할머니 할아버지 아이들 여러분 우리나라 대한민국 서울 부산 대통령 국회 경제 문화 사회 정치 역사 과학 기술 인터넷 서비스 프로그램 시스템 데이터 비디오 드라마 뉴스 텔레비전 카드 택시 호텔 커피 콜라 주스 아파트 엘리베이터
	에어컨 스마트폰 노트북 프린터 이어폰 배터리 택배 마트 슈퍼마켓 레스토랑 아르바이트 미팅 파티 콘서트 영화관 주차장 화장실 사무실 도서실 운동회 비행장 소나기 무지 호랑나비 자전 고구려 냉장실 눈사태 햄스터 코뿔소 병원 축구 거북선`)

// How far apart Korean words must be. They are guesses: nothing was measured.
const (
	koreanPairs      = 0.5
	koreanControlGap = 0.5
	koreanAskedGap   = 0.45
	koreanNeighbour  = 0.3
)

// korean chooses words that are far from all that decides, and then one after
// another the one that is farthest from those taken before.
func korean(out io.Writer, table string, count int) error {
	var all []*word
	for _, t := range koreanCandidates {
		if slices.ContainsFunc(all, func(w *word) bool { return w.text == t }) {
			continue
		}
		w := &word{text: t}
		w.why = refuseKorean(t)
		all = append(all, w)
	}
	kept := farthest(all, count)
	for _, w := range all {
		if w.why == "" && !slices.Contains(kept, w) {
			w.why = "is less far from the kept words than they are from one another"
		}
	}
	printKorean(out, kept, all)
	if table == "" {
		return nil
	}
	var b strings.Builder
	b.WriteString("word\tkept\twhy not\n")
	for _, w := range all {
		fmt.Fprintf(&b, "%s\t%v\t%s\n", w.text, w.why == "", w.why)
	}
	return os.WriteFile(table, []byte(b.String()), 0o644)
}

// refuseKorean says why a word can't be a code word, whatever the others are.
func refuseKorean(text string) string {
	if n := len([]rune(text)); n < 3 {
		return "two syllables: too little to be sure of"
	}
	for _, form := range []string{"승인 %s", "네, 승인 %s.", "%s", "%s 승인합니다.", "네, %s."} {
		if answer := fmt.Sprintf(form, text); read("ko", text, written(answer)) != consent.Approve {
			return fmt.Sprintf("can't be told from an answer in every form (%q)", answer)
		}
	}
	if near, d := nearest(text, koreanControls); d < koreanControlGap {
		return fmt.Sprintf("is like %s (%.2f)", near, d)
	}
	if near, d := nearest(text, koreanAsked); d < koreanAskedGap {
		return fmt.Sprintf("is like %s (%.2f)", near, d)
	}
	if near, d := nearest(text, koreanNeighbours); d < koreanNeighbour {
		return fmt.Sprintf("is like %s (%.2f)", near, d)
	}
	return ""
}

// nearest is the word of a list that is nearest to text, other than itself.
func nearest(text string, list []string) (near string, d float64) {
	d = 2
	for _, o := range list {
		if x := apart(soundsOf(text), soundsOf(o)); o != text && x < d {
			near, d = o, x
		}
	}
	return near, d
}

// farthest takes words by turns: each the one whose nearest among those taken is
// farthest; the first is the one farthest from the controls.
func farthest(all []*word, count int) (kept []*word) {
	var texts []string
	gap := func(w *word) float64 {
		_, control := nearest(w.text, koreanControls)
		if len(kept) == 0 {
			return control
		}
		_, d := nearest(w.text, texts)
		return d
	}
	for len(kept) < count {
		var best *word
		most := 0.0
		for _, w := range all {
			if w.why != "" || slices.Contains(kept, w) || slices.ContainsFunc(kept, func(k *word) bool { return edgesAlike(w.text, k.text) }) {
				continue
			}
			if d := gap(w); d > most {
				best, most = w, d
			}
		}
		if best == nil || len(kept) > 0 && most < koreanPairs {
			break
		}
		kept, texts = append(kept, best), append(texts, best.text)
	}
	return kept
}

// edgesAlike says whether two words have their first syllable or their last two
// in common.
func edgesAlike(a, b string) bool {
	x, y := []rune(a), []rune(b)
	return x[0] == y[0] || string(x[len(x)-2:]) == string(y[len(y)-2:])
}

func printKorean(w io.Writer, kept, all []*word) {
	var texts []string
	for _, k := range kept {
		texts = append(texts, k.text)
	}
	fmt.Fprintf(w, "%d of %d words kept.\n\n| word | nearest kept word | nearest word that decides or is asked for |\n|---|---|---|\n", len(kept), len(all))
	for _, k := range kept {
		n, d := nearest(k.text, texts)
		c, e := nearest(k.text, slices.Concat(koreanControls, koreanAsked))
		fmt.Fprintf(w, "| %s | %s (%.2f) | %s (%.2f) |\n", k.text, n, d, c, e)
	}
	why := map[string][]string{}
	for _, x := range all {
		if x.why != "" {
			reason, _, _ := strings.Cut(x.why, " (")
			why[reason] = append(why[reason], x.text)
		}
	}
	reasons := slices.SortedFunc(func(yield func(string) bool) {
		for r := range why {
			if !yield(r) {
				return
			}
		}
	}, func(a, b string) int { return cmp.Or(len(why[b])-len(why[a]), strings.Compare(a, b)) })
	fmt.Fprintln(w, "\n| not kept | words |\n|---|---|")
	for _, r := range reasons {
		fmt.Fprintf(w, "| %s | %s |\n", r, strings.Join(why[r], ", "))
	}
}
