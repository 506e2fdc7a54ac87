package consent

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead states the law for any text at all.
func FuzzRead(f *testing.F) {
	for i, p := range phrases(f) {
		if i%8 == 0 {
			f.Add(p.text, languageOf(p.text))
		}
	}
	f.Add("go ahead\u200b \U0001F44D \xff", "ko")
	f.Add("\u1109\u1173\u11bc\u110b\u1175\u11ab", "en") // as conjoining letters
	f.Fuzz(func(t *testing.T, text, language string) {
		for _, q := range everything {
			for _, a := range strongest {
				a.Text, a.Language = text, language
				v := Read(q, a)
				if v.Why == "" {
					t.Fatalf("%q: no reason", text)
				}
				if v.When.Set && v.Reading != Later || v.Weak && v.Reading != Unclear {
					t.Fatalf("%q: %s comes with %+v", text, v.Reading, v)
				}
				if v.Reading == Approve {
					lawful(t, q, a)
				}
			}
		}
	})
}

// lawful says what may not be in an approval.
func lawful(t *testing.T, q Question, a Answer) {
	t.Helper()
	lower := " " + strings.ToLower(a.Text) + " "
	for _, n := range []string{"?", "n't", "n’t", "하지 마", "않", "아니", "안 ", "못 ", " not ", "cancel", "stop", "취소", " if ", " but ", " always ", "항상", "나중에", "tomorrow", "묻지"} {
		if strings.Contains(lower, n) {
			t.Fatalf("%q approves with %q in it", a.Text, n)
		}
	}
	switch l := q.level(); {
	case a.Overlaps:
		t.Fatalf("%q approves over Deputy's own voice", a.Text)
	case q.Code != "" && !strings.Contains(closedForm(a.Text), closedForm(q.Code)), l == 3 && q.Code == "":
		t.Fatalf("%q approves %+v", a.Text, q)
	case l == 4 && !a.Key && !a.Typed:
		t.Fatalf("%q approves by voice alone", a.Text)
	case !spoken(a.Language):
		t.Fatalf("%q approves in %q", a.Text, a.Language)
	}
	text := a.Text
	for _, n := range []string{" no", ", don’t", " 하지 마", "? what is it"} {
		a.Text = text + n
		if w := Read(q, a); w.Reading == Approve {
			t.Fatalf("%q approves", a.Text)
		}
	}
}

// FuzzEcho: nothing approves that stands in what Deputy said, but for what it demands.
func FuzzEcho(f *testing.F) {
	for _, a := range asks {
		f.Add(a.said, 10, 30)
	}
	f.Add("Okay. Yes, go ahead and do it, approve falcon, 네 진행해 주세요.", 0, 20)
	f.Fuzz(func(t *testing.T, said string, from, n int) {
		rs := []rune(said)
		if from < 0 || n < 1 || from >= len(rs) || n > len(rs)-from || !utf8.ValidString(said) {
			return
		}
		text := string(rs[from : from+n])
		for _, q := range everything {
			q.Said = []string{said}
			u := parse(text, q.Code)
			if got := Read(q, clear(text, languageOf(text))); got.Reading == Approve && !u.sayable() && cutsWhole(rs, from, n) {
				t.Fatalf("%q approves after %q", text, said)
			}
		}
	})
}

// cutsWhole says whether a piece ends where a word does: half an English word
// at its end is another word ("oka|y").
func cutsWhole(rs []rune, from, n int) bool {
	return from+n == len(rs) || rs[from+n] == ' ' || rs[from+n] == '.'
}

func FuzzGrantRequest(f *testing.F) {
	f.Add("You may mail the finance list about the report this week without asking.", "en")
	f.Add("이번 주에는 재무팀에 보고서 메일 묻지 말고 보내도 돼", "ko")
	f.Add("you may pay Kim up to $40 twice without asking until 5 p.m.", "en")
	f.Add("재무팀 허락 취소해", "ko")
	for _, n := range none {
		f.Add(n, "")
	}
	f.Fuzz(func(t *testing.T, text, language string) {
		l, ok := ReadGrantRequest(text, language)
		switch {
		case !ok:
			return
		case strings.Contains(text, "?") || !spoken(language):
			t.Fatalf("%q in %q permits %+v", text, language, l)
		case !l.Revoke && (l.Object == "" || l.Verb == "" || l.Count < 0):
			t.Fatalf("%q permits %+v", text, l)
		}
		if m, ok := ReadGrantRequest("no, "+text, language); ok && !m.Revoke {
			t.Fatalf("%q with a no permits %+v", text, m)
		}
	})
}

func FuzzChoice(f *testing.F) {
	names := []string{"Send the e-mail 'Q3 figures' to finance@acme.example", "메모/옛 계획.txt 파일을 삭제합니다", "Fetch acme.example"}
	for _, s := range []string{"number two", "the second mail", "두 번째", "이번", "the one to finance", "all of them", "전부 다"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		i, ok := ReadChoice(text, languageOf(text), names)
		if i < 0 || i >= len(names) || ok && strings.Contains(text, "?") {
			t.Fatalf("%q chooses %d, %v", text, i, ok)
		}
		if ok && ReadAll(text, languageOf(text)) {
			t.Fatalf("%q chooses one and all", text)
		}
	})
}
