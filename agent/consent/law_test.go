package consent

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTables holds the tables to what the grammar rests on: nothing that
// approves or is passed over matches a pattern that refuses, delays, asks or
// changes, however it is spaced.
func TestTables(t *testing.T) {
	for phrase, k := range korean {
		if k&(explicit|weak|action|filler) == 0 {
			continue
		}
		rs := []rune(phrase)
		for _, cut := range []int{0, rand.IntN(len(rs))} {
			text := string(rs)
			if cut > 0 {
				text = string(rs[:cut]) + " " + string(rs[cut:])
			}
			for _, p := range endings {
				if m := p.re.FindString(text); m != "" {
					t.Errorf("%q approves or is passed over, but %q in it does not", text, m)
				}
			}
		}
	}
	for phrase, k := range english {
		if n := len(strings.Fields(phrase)); n > longest {
			t.Errorf("%q has %d words, more than are looked at", phrase, n)
		}
		if k&(explicit|weak|action|filler) == 0 {
			continue
		}
		for _, w := range strings.Fields(phrase) {
			if english[w]&(refuse|negate) != 0 {
				t.Errorf("%q approves or is passed over, but %q in it refuses", phrase, w)
			}
		}
		if u := split(phrase); u.text != phrase {
			t.Errorf("%q is looked for as %q", phrase, u.text)
		}
	}
}

// TestNoClock: reading an answer takes times apart, but never asks what time it is.
func TestNoClock(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("got %d files (%v), want this package's", len(files), err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []string{"time.Now", "time.Since", "time.Until", "time.After", "time.Local"} {
			if !strings.HasSuffix(f, "_test.go") && strings.Contains(string(data), call) {
				t.Errorf("%s has %s: when an answer counts is the desk's business", f, call)
			}
		}
	}
}

// never holds what must keep any answer from approving.
var never = []string{
	"no", "not", "don't", "don’t", "do not", "dont", "can't", "won't", "never", "stop", "cancel", "wait", "later", "not yet", "hold on", "nope",
	"?", "what", "why", "if", "unless", "until", "but", "maybe", "tomorrow", "instead",
	"하지 마", "하지마", "하지 마세요", "마세요", "말고", "안 돼", "안돼", "안 해", "못 해", "아니", "아니야", "아니요", "않아", "없어", "싫어", "취소", "멈춰", "그만", "나중에", "잠깐", "아직", "이따가",
	"까요", "뭐", "왜", "누구", "만약", "근데", "그런데", "됐어", "괜찮아", "글쎄", "내일",
}

// refusals deny whatever stands before or behind them.
var refusals = []string{
	"no", "stop", "cancel", "don't do it", "don’t", "not okay", "never mind", "do not", "abort",
	"아니", "아니요", "하지 마", "하지마세요", "안 돼", "취소해", "멈춰", "싫어", "승인하지 마", "그만해", "아닙니다",
}

var (
	everything = []Question{{}, {Level: 2}, {Level: 3, Code: "falcon"}, {Level: 3, Code: "호랑이"}, {Level: 3}, {Level: 4}}
	strongest  = []Answer{{Typed: true}, {Key: true, Confidence: 1, Lowest: 1, Voiced: 1, SNR: 60}, {Confidence: 1, Lowest: 1, Voiced: 1, SNR: 60}}
)

// approvalsOf is every approving phrase of the tables.
func approvalsOf() []string {
	var out []string
	for _, t := range []map[string]kind{english, korean} {
		for p, k := range t {
			if k&(explicit|weak|action) != 0 {
				out = append(out, p)
			}
		}
	}
	return out
}

// some is n of list, at random.
func some(list []string, n int) []string {
	rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:min(n, len(list))]
}

// TestNever puts every word that must not approve before, behind and into
// approvals; other ones in every run.
func TestNever(t *testing.T) {
	for _, p := range append(some(approvalsOf(), 12), "approve falcon", "승인 호랑이", "falcon", "호랑이 승인") {
		for _, n := range never {
			words := strings.Fields(p)
			texts := []string{n + " " + p, p + " " + n, n + ", " + p, p + ". " + n, p + n}
			for i := 1; i < len(words); i++ {
				texts = append(texts, strings.Join(words[:i], " ")+" "+n+" "+strings.Join(words[i:], " "))
			}
			for _, text := range texts {
				q := Question{Level: 2}
				if strings.Contains(p, "falcon") {
					q.Code = "falcon"
				} else if strings.Contains(p, "호랑이") {
					q.Code = "호랑이"
				}
				if got := Read(q, Answer{Text: text, Typed: true}); got.Reading == Approve {
					t.Errorf("%q approves %+v", text, q)
				}
			}
		}
		for _, r := range refusals {
			for _, text := range []string{r + " " + p, p + " " + r, p + ", " + r + ", " + p} {
				a := clear(text, languageOf(text))
				if got := Read(Question{Level: 2}, a); got.Reading != Deny && got.Reading != Later {
					t.Errorf("%q: got %s (%s), want deny", text, got.Reading, got.Why)
				}
			}
		}
	}
}

// TestCodeDemanded: nothing in the tables approves without the code word.
func TestCodeDemanded(t *testing.T) {
	all := approvalsOf()
	for range 300 {
		var words []string
		for range 1 + rand.IntN(3) {
			words = append(words, all[rand.IntN(len(all))])
		}
		text := strings.Join(words, " ")
		for _, a := range strongest {
			a.Text = text
			if got := Read(Question{Level: 3, Code: "zebra"}, a); got.Reading == Approve {
				t.Fatalf("%q approves without the code word", text)
			}
		}
		a := strongest[2]
		a.Text = text
		if got := Read(Question{Level: 4}, a); got.Reading == Approve {
			t.Fatalf("%q approves by voice alone", text)
		}
	}
}

// TestPhrasesNegated: every phrase of the table, with a refusal before or
// behind it, approves nothing.
func TestPhrasesNegated(t *testing.T) {
	for _, p := range phrases(t) {
		for _, r := range some(slices.Clone(refusals), 2) {
			for _, text := range []string{r + " " + p.text, p.text + " " + r} {
				a := clear(text, languageOf(text))
				a.Key = true
				if got := Read(questions[p.question], a); got.Reading == Approve {
					t.Errorf("%q approves", text)
				}
			}
		}
	}
}

// FuzzRead states the law for any text at all.
func FuzzRead(f *testing.F) {
	for i, p := range phrases(f) {
		if i%4 == 0 {
			f.Add(p.text, languageOf(p.text))
		}
	}
	f.Add("go ahead\u200b \U0001F44D \xff", "ko")
	f.Add("승인", "en") // as conjoining letters
	f.Fuzz(func(t *testing.T, text, language string) {
		for _, q := range everything {
			for _, a := range strongest {
				a.Text, a.Language = text, language
				v := Read(q, a)
				if v.Why == "" {
					t.Fatalf("%q: no reason", text)
				}
				if v.Reading != Approve {
					continue
				}
				lower := strings.ToLower(text)
				for _, n := range []string{"?", "n't", "n’t", "하지 마", "않", "아니", "안 ", "못 ", " not ", "cancel", "stop", "취소"} {
					if strings.Contains(" "+lower+" ", n) {
						t.Fatalf("%q approves with %q in it", text, n)
					}
				}
				if q.Code != "" && !strings.Contains(closedForm(text), closedForm(q.Code)) {
					t.Fatalf("%q approves without %q", text, q.Code)
				}
				if q.level() == 4 && !a.Key && !a.Typed {
					t.Fatalf("%q approves by voice alone", text)
				}
				a.Text = text + " no"
				if w := Read(q, a); w.Reading == Approve {
					t.Fatalf("%q approves", a.Text)
				}
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	q := questions["코드"]
	for b.Loop() {
		Read(q, clear("그래, 그런데 제목을 예산으로 바꿔 줘", "ko"))
	}
}
