package consent

import (
	"math"
	"testing"
)

func TestEvidence(t *testing.T) {
	nan := float32(math.NaN())
	l2, codeQ, l4 := questions["L2"], questions["code"], questions["L4"]
	for _, c := range []struct {
		name string
		q    Question
		a    Answer
		want Reading
		weak bool
	}{
		{"no evidence at all", l2, Answer{Text: "go ahead", Language: "en"}, Unclear, true},
		{"clear words", l2, Answer{Text: "go ahead", Language: "en", Confidence: 0.7, NoSpeech: 0.1}, Approve, false},
		{"mumbled words", l2, Answer{Text: "go ahead", Language: "en", Confidence: 0.4, NoSpeech: 0.1}, Unclear, true},
		{"mumbled with the key", l2, Answer{Text: "go ahead", Language: "en", Confidence: 0.4, NoSpeech: 0.1, Key: true}, Approve, false},
		{"very mumbled with the key", l2, Answer{Text: "go ahead", Language: "en", Confidence: 0.2, Key: true}, Unclear, true},
		{"hardly speech", l2, Answer{Text: "go ahead", Language: "en", Confidence: 0.9, NoSpeech: 0.8}, Unclear, true},
		{"typed", l2, Answer{Text: "go ahead", Language: "en", Typed: true}, Approve, false},
		{"NaN", l2, Answer{Text: "go ahead", Language: "en", Confidence: nan, NoSpeech: nan}, Unclear, true},
		{"NaN no-speech", l2, Answer{Text: "go ahead", Language: "en", Confidence: 0.9, NoSpeech: nan}, Unclear, true},

		{"short yes, strong evidence", l2, clear("okay", "en"), Approve, false},
		{"short yes, no key, medium", l2, Answer{Text: "okay", Language: "en", Confidence: 0.8, Lowest: 0.7, NoSpeech: 0.05, Voiced: 0.8, SNR: 20}, Unclear, true},
		{"short yes, quiet", l2, Answer{Text: "okay", Language: "en", Confidence: 0.95, Lowest: 0.9, NoSpeech: 0.05, Voiced: 0.8, SNR: 4}, Unclear, true},
		{"short yes, hardly voiced", l2, Answer{Text: "네", Language: "ko", Confidence: 0.95, Lowest: 0.9, NoSpeech: 0.05, Voiced: 0.1, SNR: 20}, Unclear, true},
		{"short yes, one doubtful token", l2, Answer{Text: "네", Language: "ko", Confidence: 0.9, Lowest: 0.2, NoSpeech: 0.05, Voiced: 0.8, SNR: 20}, Unclear, true},
		{"short yes with the key", l2, Answer{Text: "네", Language: "ko", Confidence: 0.6, Key: true}, Approve, false},
		{"short yes typed", l2, Answer{Text: "yes", Language: "en", Typed: true}, Approve, false},
		{"short yes, NaN", l2, Answer{Text: "yes", Language: "en", Confidence: 1, Lowest: nan, Voiced: 1, SNR: 50}, Unclear, true},

		{"code", codeQ, Answer{Text: "Approve falcon.", Language: "en", Confidence: 0.6, NoSpeech: 0.1}, Approve, false},
		{"code, mumbled", codeQ, Answer{Text: "Approve falcon.", Language: "en", Confidence: 0.3, NoSpeech: 0.1}, Unclear, true},
		{"code, not very clear", codeQ, Answer{Text: "Approve falcon.", Language: "en", Confidence: 0.45, NoSpeech: 0.1}, Approve, false},
		{"code typed", codeQ, Answer{Text: "falcon", Typed: true}, Approve, false},
		{"yes typed where the code is due", codeQ, Answer{Text: "yes", Language: "en", Typed: true}, Unclear, false},
		{"approve typed where the code is due", codeQ, Answer{Text: "approve", Language: "en", Typed: true, Key: true}, Unclear, false},
		{"yes with the key where the code is due", codeQ, Answer{Text: "yes", Language: "en", Confidence: 1, Key: true}, Unclear, false},

		{"L4 by voice", l4, clear("I approve", "en"), Unclear, false},
		{"L4 with the key", l4, Answer{Text: "I approve", Language: "en", Confidence: 0.9, Key: true}, Approve, false},
		{"L4 yes with the key", l4, Answer{Text: "yes", Language: "en", Confidence: 0.9, Key: true}, Unclear, false},
		{"L4 typed", l4, Answer{Text: "승인", Language: "ko", Typed: true}, Approve, false},
		{"L4 yes typed", l4, Answer{Text: "yes", Language: "en", Typed: true}, Unclear, false},

		{"a mumbled no is a no", codeQ, Answer{Text: "no", Language: "en"}, Deny, false},
		{"a mumbled 하지 마 is a no", l4, Answer{Text: "하지 마", Language: "ko", NoSpeech: 0.9}, Deny, false},
		{"another order out of noise", l2, Answer{Text: "write it all down for him", Language: "en", Confidence: 0.3, NoSpeech: 0.9}, Unclear, false},
		{"a code that is an answer", Question{Code: "yes"}, clear("yes", "en"), Unclear, false},
		{"a code of two words", Question{Code: "blue horse"}, clear("approve blue horse", "en"), Approve, false},
		{"half a code of two words", Question{Code: "blue horse"}, clear("approve blue", "en"), Unclear, false},
		{"an empty code word of dots", Question{Code: "..."}, clear("approve", "en"), Unclear, false},
	} {
		got := Read(c.q, c.a)
		if got.Reading != c.want || got.Weak != c.weak {
			t.Errorf("%s: got %s, weak %v (%s), want %s, weak %v", c.name, got.Reading.name(), got.Weak, got.Why, c.want.name(), c.weak)
		}
	}
}

// Other languages decide nothing, but a plain no is understood.
func TestOtherLanguages(t *testing.T) {
	for text, want := range map[string]Reading{
		"yes": Unclear, "ok": Unclear, "go ahead": Unclear, "approve falcon": Unclear, "oui": Unclear, "ja, bitte": Unclear, "はい": Unclear, "好的": Unclear,
		"no": Deny, "No!": Deny, "stop": Deny, "no, stop": Deny, "no quiero que lo mandes ahora": Unclear, "nein": Unclear,
	} {
		for _, l := range []string{"fr", "ja", "de", "xx", "zh", "enm"} {
			if got := Read(Question{}, clear(text, l)); got.Reading != want {
				t.Errorf("%q in %s: got %s, want %s", text, l, got.Reading.name(), want.name())
			}
		}
	}
	for _, l := range []string{"en", "EN", "en-US", "ko_KR", "english", "Korean", ""} {
		if got := Read(Question{}, clear("go ahead", l)); got.Reading != Approve {
			t.Errorf("go ahead in %q: got %s, want approve", l, got.Reading.name())
		}
	}
}

func TestNearMiss(t *testing.T) {
	for _, c := range []struct{ code, text, want string }{
		{"falcon", "approve talcum", "talcum"},
		{"falcon", "Approve Fulcan.", "fulcan"},
		{"falcon", "fall con", "fall con"},
		{"falcon", "Yes, approve felcon please", "felcon"},
		{"falcon", "approve balcony", "balcony"},
		{"falcon", "approve zebra", ""},
		{"falcon", "approve", ""},
		{"falcon", "yes", ""},
		{"falcon", "approve falcon", ""},
		{"falcon", "write the balcony report for him", ""},
		{"호랑이", "승인 호란이", "호란이"},
		{"호랑이", "승인 오랑이", "오랑이"},
		{"호랑이", "호랭이", "호랭이"},
		{"호랑이", "승인 바나나", ""},
		{"사슴", "승인 사슨", "사슨"},
	} {
		got := Read(Question{Code: c.code}, clear(c.text, languageOf(c.text)))
		if got.NearMiss != c.want {
			t.Errorf("%q for %s: got near miss %q (%s), want %q", c.text, c.code, got.NearMiss, got.Why, c.want)
		}
		if c.want != "" && got.Reading != Unclear {
			t.Errorf("%q for %s: got %s, want unclear", c.text, c.code, got.Reading.name())
		}
	}
}

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
		{Question{Code: "falcon", Said: en}, "approve falcon", Approve}, // the ask's own tail: the desk's timing guards it
		{Question{Code: "falcon", Said: en}, "falcon", Approve},
		{Question{Said: en}, "go ahead", Approve},
		{Question{Said: en}, "go ahead and do it", Approve}, // one phrase
		{Question{Code: "falcon", Said: en}, "say approve falcon", Unclear},
		{Question{Code: "falcon", Said: en}, "So, approve falcon", Unclear},
		{Question{Code: "falcon", Said: en}, "Yes, approve falcon", Approve},
		{Question{Code: "falcon", Said: en}, "Please approve falcon", Approve},
		{Question{Code: "falcon", Said: en}, "Okay, approve, falcon", Approve},
		{Question{Code: "falcon", Said: en}, "Add milk to the shopping list", Unrelated},
		{Question{Code: "falcon", Said: en}, "Change the figures to Q2", Amend},
		{Question{Code: "falcon", Said: en}, "acme dot example, approve falcon", Unclear},
		{Question{Code: "falcon", Said: en}, "do it, or no. Say approve falcon", Unclear},
		{Question{Code: "falcon", Said: en}, "Sent the e-mail Q3 figures to finance at acme", Unclear},
		{Question{Said: en}, "Okay.", Unclear},
		{Question{Said: en}, "good", Unclear},
		{Question{Said: en}, "Sure.", Approve},
		{Question{Said: en}, "yes, approve", Approve},
		{Question{Said: en}, "I found three files and a good draft", Unclear},
		{Question{Said: en}, "Don't send the e-mail Q3 figures to finance at acme", Deny},
		{Question{Said: en}, "no", Deny},
		{Question{Code: "호랑이", Said: kor}, "승인 호랑이", Approve},
		{Question{Code: "호랑이", Said: kor}, "네, 승인 호랑이", Approve},
		{Question{Code: "호랑이", Said: kor}, "yes, 승인 호랑이", Approve},
		{Question{Code: "falcon", Said: en}, "네, approve falcon", Approve},
		{Question{Code: "호랑이", Said: kor}, "승인 호랑이 라고", Unclear},
		{Question{Code: "호랑이", Said: kor}, "실적을 보냅니다 진행하려면 승인 호랑이", Unclear},
		{Question{Code: "호랑이", Said: kor}, "장보기 목록에 우유 하나 추가해 줘", Unrelated},
		{Question{Code: "호랑이", Said: kor}, "메일 제목을 예산으로 바꿔 줘", Amend},
		{Question{Said: kor}, "좋아요", Unclear},
		{Question{Said: kor}, "좋아", Unclear},
		{Question{Said: kor}, "그래, 진행해", Approve},
		{Question{Said: kor}, "메일 3분기 실적을 보내지 마", Deny},
	} {
		got := Read(c.q, clear(c.text, languageOf(c.text)))
		if got.Reading != c.want {
			t.Errorf("%q: got %s (%s), want %s", c.text, got.Reading.name(), got.Why, c.want.name())
		}
	}
	// The key and the keyboard say that it was not the room.
	for _, a := range []Answer{{Text: "Okay.", Typed: true}, {Text: "okay", Key: true, Confidence: 0.9}} {
		if got := Read(Question{Said: en}, a); got.Reading != Approve {
			t.Errorf("%+v: got %s (%s), want approve", a, got.Reading.name(), got.Why)
		}
	}
}
