package consent

import "testing"

func TestReadChoice(t *testing.T) {
	mails := []string{
		"Send the e-mail 'Q3 figures' to finance@acme.example",
		"Delete the file notes/old plan.txt",
		"Send the e-mail 'Lunch' to kim@acme.example",
	}
	kor := []string{"재무팀 앞으로 \"3분기 실적\" 메일을 보냅니다", "메모/옛 계획.txt 파일을 삭제합니다", "김 부장 앞으로 \"점심\" 메일을 보냅니다"}
	for _, c := range []struct {
		names []string
		text  string
		want  int // from 1; 0: none
	}{
		{mails, "number two", 2}, {mails, "Number 2.", 2}, {mails, "the second one", 2}, {mails, "two", 2}, {mails, "2", 2}, {mails, "Two, please.", 2},
		{mails, "the first", 1}, {mails, "the first one, please", 1}, {mails, "the 3rd one", 3}, {mails, "the last one", 3}, {mails, "number to", 2}, {mails, "okay, number three", 3},
		{mails, "I mean the second one", 2}, {mails, "the second request", 2},
		{mails, "number four", 0}, {mails, "the fifth one", 0}, {mails, "number zero", 0}, {mails, "one and two", 0}, {mails, "number one or number two", 0}, {mails, "the first and the second", 0},
		{mails, "the mail to finance", 1}, {mails, "the finance one", 1}, {mails, "the one to Kim", 3}, {mails, "lunch", 3}, {mails, "the old plan", 2}, {mails, "the deletion", 2}, {mails, "the file", 2},
		{mails, "the mail", 0}, {mails, "the e-mail", 0}, {mails, "the second mail", 3}, {mails, "the first mail", 1}, {mails, "number three, the mail to Kim", 3}, {mails, "number two, the mail to Kim", 0},
		{mails, "the figures", 1}, {mails, "재무팀 메일", 0}, {mails, "삭제하는 거", 2},
		{mails, "not the second one", 0}, {mails, "number two?", 0}, {mails, "which one?", 0}, {mails, "no", 0}, {mails, "no, the second one", 0}, {mails, "if number two", 0}, {mails, "number two later", 0},
		{mails, "write a short summary for finance", 0}, {mails, "yes", 0}, {mails, "go ahead", 0}, {mails, "", 0}, {mails, "that one", 0}, {mails, "it", 0}, {mails, "banana", 0}, {mails, "all of them", 0},
		{mails[:2], "two", 2}, {mails[:1], "two", 0}, {nil, "one", 0},
		{[]string{"Send a mail to Ann", "Fetch a.example", "Send a mail to Bob"}, "the second mail", 3},
		{[]string{"Fetch a.example", "Send a mail to Ann", "Send a mail to Bob"}, "the second mail", 0},
		{kor, "두 번째", 2}, {kor, "두번째 거요", 2}, {kor, "이번", 2}, {kor, "2번", 2}, {kor, "2번이요.", 2}, {kor, "이 번", 2}, {kor, "첫 번째", 1}, {kor, "첫번째요", 1}, {kor, "마지막 거", 3}, {kor, "세 번째 걸로 해 줘", 3},
		{kor, "둘째", 2}, {kor, "번호 이", 2}, {kor, "처음 거", 1}, {kor, "삼번", 3}, {kor, "number two", 2}, {kor, "사번", 0}, {kor, "다섯 번째", 0}, {kor, "일번 이번", 0},
		{kor, "재무팀 메일", 1}, {kor, "재무팀에 보내는 거", 1}, {kor, "김 부장 메일이요", 3}, {kor, "점심 거", 3}, {kor, "삭제하는 거", 2}, {kor, "옛 계획", 2}, {kor, "메일", 0}, {kor, "두 번째 메일", 3}, {kor, "the delete one", 2},
		{kor, "두 번째 말고", 0}, {kor, "두 번째는 아니야", 0}, {kor, "두 번째?", 0}, {kor, "어떤 거", 0}, {kor, "네", 0}, {kor, "그거", 0}, {kor, "재무팀 회의록 찾아서 요약해 줘", 0}, {kor, "나중에 두 번째", 0},
	} {
		i, ok := ReadChoice(c.text, languageOf(c.text), c.names)
		if got := i + 1; ok != (c.want > 0) || ok && got != c.want {
			t.Errorf("%q of %d: got %d, %v, want %d", c.text, len(c.names), got, ok, c.want)
		}
	}
	if _, ok := ReadChoice("two", "fr", mails); ok {
		t.Error("another language chooses")
	}
}

func TestReadAll(t *testing.T) {
	for text, want := range map[string]bool{
		"all of them": true, "approve all": true, "All.": true, "everything": true, "approve everything": true, "both": true, "both of them, please": true, "yes to all": true, "do them all": true, "All of these.": true, "let me hear them all": true, "all at once": true, "yes, approve them all": true,
		"모두": true, "전부": true, "전부 다": true, "전부다요": true, "모두 승인": true, "모두 승인해 줘": true, "둘 다": true, "둘다요": true, "한꺼번에": true, "다 해 줘": true, "싹 다 해": true, "네, 전부요": true, "전부 진행해 주세요": true, "한꺼번에 들려줘": true,
		"all right": false, "not all of them": false, "all of them?": false, "don't approve all": false, "all but the first": false, "none": false, "that's all": false, "all good": false, "approve": false, "yes": false, "all later": false, "if all of them are small": false, "delete all files in the folder": false, "no, all of them": false, "tell me all about the weather": false, "": false,
		"전부는 아니야": false, "모두 하지 마": false, "전부 다?": false, "네": false, "승인": false, "다음에": false, "다시": false, "모두 취소해": false, "전부 다 얼마야": false, "모두에게 메일 보내": false, "나중에 전부": false,
	} {
		if got := ReadAll(text, languageOf(text)); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
