package consent

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestEcho(t *testing.T) {
	en := []string{
		"I found three files and a good draft. Okay, I will write it down.",
		"Send the e-mail 'Q3 figures' to finance at acme dot example. You can say go ahead and do it, or no. Say: approve falcon.",
	}
	kor := []string{"좋아요, 메모했습니다.", "메일 '3분기 실적'을 보냅니다. 진행하려면 승인 호랑이, 라고 말씀해 주세요."}
	for _, c := range []struct {
		q    Question
		text string
		want Reading
	}{
		{Question{Level: 3, Code: "falcon", Said: en}, "approve falcon", Approve}, // the ask's own tail: the desk's timing guards it
		{Question{Level: 3, Code: "falcon", Said: en}, "falcon", Unclear},
		{Question{Level: 2, Said: en}, "go ahead", Approve},
		{Question{Level: 2, Said: en}, "go ahead and do it", Unclear}, // longer than what is demanded
		{Question{Level: 3, Code: "falcon", Said: en}, "say approve falcon", Unclear},
		{Question{Level: 3, Code: "falcon", Said: en}, "So, approve falcon", Unclear},
		{Question{Level: 3, Code: "falcon", Said: en}, "Yes, approve falcon", Approve},
		{Question{Level: 3, Code: "falcon", Said: en}, "Please approve falcon", Approve},
		{Question{Level: 3, Code: "falcon", Said: en}, "Okay, approve, falcon", Approve},
		{Question{Level: 3, Code: "falcon", Said: en}, "Add milk to the shopping list", Unrelated},
		{Question{Level: 3, Code: "falcon", Said: en}, "Change the figures to Q2", Amend},
		{Question{Level: 3, Code: "falcon", Said: en}, "acme dot example, approve falcon", Unclear},
		{Question{Level: 3, Code: "falcon", Said: en}, "do it, or no. Say approve falcon", Unclear},
		{Question{Level: 3, Code: "falcon", Said: en}, "Sent the e-mail Q3 figures to finance at acme", Unclear},
		{Question{Level: 2, Said: en}, "Okay.", Unclear},
		{Question{Level: 2, Said: en}, "good", Unclear},
		{Question{Level: 2, Said: en}, "Sure.", Approve},
		{Question{Level: 2, Said: en}, "yes, approve", Approve},
		{Question{Level: 2, Said: en}, "I found three files and a good draft", Unclear},
		{Question{Level: 2, Said: en}, "Don't send the e-mail Q3 figures to finance at acme", Deny},
		{Question{Level: 2, Said: en}, "no", Deny},
		{Question{Level: 3, Code: "호랑이", Said: kor}, "승인 호랑이", Approve},
		{Question{Level: 3, Code: "호랑이", Said: kor}, "네, 승인 호랑이", Approve},
		{Question{Level: 3, Code: "호랑이", Said: kor}, "yes, 승인 호랑이", Approve},
		{Question{Level: 3, Code: "falcon", Said: en}, "네, approve falcon", Approve},
		{Question{Level: 3, Code: "호랑이", Said: kor}, "승인 호랑이 라고", Unclear},
		{Question{Level: 3, Code: "호랑이", Said: kor}, "실적을 보냅니다 진행하려면 승인 호랑이", Unclear},
		{Question{Level: 3, Code: "호랑이", Said: kor}, "장보기 목록에 우유 하나 추가해 줘", Unrelated},
		{Question{Level: 3, Code: "호랑이", Said: kor}, "메일 제목을 예산으로 바꿔 줘", Amend},
		{Question{Level: 2, Said: kor}, "좋아요", Unclear},
		{Question{Level: 2, Said: kor}, "좋아", Unclear},
		{Question{Level: 2, Said: kor}, "그래, 진행해", Approve},
		{Question{Level: 2, Said: kor}, "메일 3분기 실적을 보내지 마", Deny},
	} {
		got := Read(c.q, clear(c.text, languageOf(c.text)))
		if got.Reading != c.want {
			t.Errorf("%q: got %s (%s), want %s", c.text, got.Reading, got.Why, c.want)
		}
	}
	// The key and the keyboard say that it was not the room.
	for _, a := range []Answer{{Text: "Okay.", Typed: true}, {Text: "okay", Key: true, Confidence: 0.9}} {
		if got := Read(Question{Level: 2, Said: en}, a); got.Reading != Approve {
			t.Errorf("%+v: got %s (%s), want approve", a, got.Reading, got.Why)
		}
	}
}

// asks are what Deputy says when it asks, as configs/phrases has it, with the
// question that each puts.
var asks = []struct {
	q    Question
	said string
}{
	{Question{Level: 2}, "Read pages of acme dot example. Say \"go ahead\" or \"no\"."},
	{Question{Level: 3, Code: "falcon"}, "Send the e-mail 'Q3 figures' to finance at acme dot example. Say no, or say: approve falcon."},
	{Question{Level: 2}, "acme.example의 페이지를 읽습니다. \"진행해\" 또는 \"아니\"라고 말씀해 주세요."},
	{Question{Level: 3, Code: "호랑이"}, "재무팀 앞으로 \"3분기 실적\" 메일을 보냅니다. \"아니\"라고 하시거나, 이렇게 말씀해 주세요: 승인 호랑이."},
}

// heardBack is what a recogniser may make of the tail of an ask.
func TestHeardBack(t *testing.T) {
	for i, texts := range [][]string{
		{"say go ahead", "Say go ahead or no", "so, go ahead", "say go ahead or know", "go ahead or no", "Okay go ahead or no.", "or no"},
		{"say approve falcon", "or say approve falcon", "or say a proof falcon", "Or say, approved falcon.", "no, or say approve falcon", "Say no, or say approve falcon.", "say a prove falcon", "so approve falcon", "So, approved, falcon.", "example say no or say approve falcon"},
		{"진행해 또는 아니라고 말씀해 주세요", "진행에 또는 아니라고 말씀해 주세요", "해 주세요", "해주세요.", "말씀해 주세요", "아니라고 말씀해 주세요", "페이지를 읽습니다 진행해", "진행해 또는"},
		{"이렇게 말씀해 주세요 승인 호랑이", "말씀해 주세요 승인 호랑이", "해 주세요, 승인 호랑이", "하세요 승인 호랑이", "해주세요. 승인 호랑이.", "이렇게 말씀해 주세요: 승인 호랭이", "하시거나 이렇게 말씀해 주세요 승인 호랑이", "어, 승인 호랑이"},
	} {
		q := asks[i].q
		q.Said = []string{"Okay, I will.", asks[i].said}
		for _, text := range texts {
			if got := Read(q, clear(text, languageOf(text))); got.Reading == Approve {
				t.Errorf("%q approves after %q", text, asks[i].said)
			}
		}
	}
}

// TestSayable: what an ask demands, and a plain answer of the owner's own, is no echo.
func TestSayable(t *testing.T) {
	for i, texts := range [][]string{
		{"go ahead", "Go ahead.", "Yes, go ahead.", "Okay, go ahead.", "Sure, go ahead.", "Please go ahead", "Yeah, go ahead please.", "Sure.", "yes, do it", "Deputy, go ahead."},
		{"Approve falcon.", "Approved, Falcon.", "Yes, approve falcon.", "Okay, approve falcon.", "Please approve falcon", "Yes, please approve falcon.", "Falcon, approve.", "Approve, falcon, please."},
		{"진행해", "진행해.", "네, 진행해 주세요.", "네, 진행해.", "그래, 진행해", "응 진행해 줘", "좋아요, 진행하세요.", "네, 해 주세요."},
		{"승인 호랑이", "승인, 호랑이.", "네, 승인 호랑이.", "예, 승인 호랑이요.", "승인합니다, 호랑이.", "좋아요, 승인 호랑이", "응 호랑이 승인", "그래, 승인 호랑이"},
	} {
		q := asks[i].q
		q.Said = []string{"Okay, I will.", asks[i].said}
		for _, text := range texts {
			if got := Read(q, clear(text, languageOf(text))); got.Reading != Approve {
				t.Errorf("%q after %q: got %s (%s), want approve", text, asks[i].said, got.Reading, got.Why)
			}
		}
	}
}

// TestFragments: no piece of what Deputy said approves, cut anywhere, but for
// what it demands.
func TestFragments(t *testing.T) {
	for _, a := range asks {
		q := a.q
		q.Said = []string{a.said}
		rs := []rune(a.said)
		for range 200 {
			from := rand.IntN(len(rs))
			text := string(rs[from : from+1+rand.IntN(len(rs)-from)])
			got := Read(q, clear(text, languageOf(text)))
			if u := parse(text, q.Code); got.Reading == Approve && !u.sayable() {
				t.Fatalf("%q approves after %q", text, a.said)
			}
		}
	}
}

// TestDenialsAreNoEcho: a no of the owner's own counts, whatever was said before it.
func TestDenialsAreNoEcho(t *testing.T) {
	for _, a := range asks {
		q := a.q
		q.Said = []string{a.said}
		for _, p := range []string{"", "approve falcon", "go ahead", "진행해", "승인 호랑이", "approve falcon, approve falcon", "the Q3 figures to finance", "3분기 실적 메일을 보냅니다"} {
			for _, r := range some(slices.Clone(refusals), 4) {
				for _, text := range []string{r + ", " + p, p + ". " + r, r + " " + p + " " + r} {
					if got := Read(q, clear(text, languageOf(text))); got.Reading != Deny && got.Reading != Later {
						t.Errorf("%q after %q: got %s (%s), want deny", strings.TrimSpace(text), a.said, got.Reading, got.Why)
					}
				}
			}
		}
	}
}
