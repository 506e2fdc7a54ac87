package consent

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deputy/internal/textnorm"
)

// TestTables holds the tables to what the grammar rests on: nothing that
// approves or is passed over matches a pattern that refuses, delays, asks or
// changes, however it is spaced.
func TestTables(t *testing.T) {
	for phrase, k := range korean {
		if k&(explicit|weak|action|ack|filler) == 0 {
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
		if k&(explicit|weak|action|ack|filler) == 0 {
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
	"always", "from now on", "don't ask me again", "without asking", "every time", "항상", "앞으로는", "매번", "묻지 말고", "다시 묻지 마",
	"in ten minutes", "at five", "십 분 뒤에", "세 시에", "except", "only", "instead", "하지 않", "못 하", "싫", "말고서",
}

// refusals deny whatever stands before or behind them.
var refusals = []string{
	"no", "stop", "cancel", "don't do it", "don’t", "not okay", "never mind", "do not", "abort",
	"아니", "아니요", "하지 마", "하지마세요", "안 돼", "취소해", "멈춰", "싫어", "승인하지 마", "그만해", "아닙니다",
}

// around is what a speaker may put around a refusal without taking it back.
var around = []string{
	"yes", "okay", "go ahead", "approve", "I approve", "approve falcon", "falcon", "sure", "please", "um", "deputy", "thank you", "do it", "send it", "sounds good", "this one",
	"네", "응", "그래", "좋아요", "승인", "승인합니다", "진행해", "진행해 주세요", "호랑이", "승인 호랑이", "음", "그냥", "감사합니다", "해 줘", "보내 줘", "메일을",
}

var (
	everything = []Question{{}, {Level: 2}, {Level: 3, Code: "falcon"}, {Level: 3, Code: "호랑이"}, {Level: 3}, {Level: 4}}
	strongest  = []Answer{{Typed: true}, {Key: true, Confidence: 1, Lowest: 1, Voiced: 1, SNR: 60}, {Confidence: 1, Lowest: 1, Voiced: 1, SNR: 60},
		{Typed: true, Key: true, Overlaps: true, Confidence: 1, Lowest: 1, Voiced: 1, SNR: 60}}
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
	for _, p := range append(some(approvalsOf(), 4), "approve falcon", "승인 호랑이", "falcon", "호랑이 승인") {
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

// disguised is text as some recogniser, keyboard or network may send it: other
// apostrophes, other cases, characters that can't be seen, full-width letters,
// Hangul in its letters, other spaces.
func disguised(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch n := rand.IntN(12); {
		case r == '\'':
			b.WriteString([]string{"'", "’", "‘", "ʼ", "´", "`", "", "＇"}[rand.IntN(8)])
		case r == ' ':
			b.WriteString([]string{" ", "  ", "\u00a0", "\t", "\u3000", " \u200b"}[rand.IntN(6)])
		case n == 0:
			b.WriteString(strings.ToUpper(string(r)))
		case n == 1:
			b.WriteRune(r)
			b.WriteString([]string{"\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad"}[rand.IntN(5)])
		case n == 2 && r > ' ' && r <= '~':
			b.WriteRune(r + 0xFEE0)
		case n == 3 && textnorm.Syllable(r):
			for _, l := range textnorm.Letters(string(r)) {
				b.WriteRune(l)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// TestDenyIsNeverLost: a refusal among approvals and fillers, in any order and
// any disguise, is a denial at every level, with whatever evidence.
func TestDenyIsNeverLost(t *testing.T) {
	for range 2000 {
		parts := []string{refusals[rand.IntN(len(refusals))]}
		for range rand.IntN(4) {
			parts = append(parts, around[rand.IntN(len(around))])
		}
		rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		plainText := strings.Join(parts, []string{" ", ", ", ". ", "... ", "! "}[rand.IntN(5)])
		text := disguised(plainText)
		q := everything[rand.IntN(len(everything))]
		a := Answer{Text: text, Language: []string{"en", "ko", ""}[rand.IntN(3)], Key: rand.IntN(2) == 0, Overlaps: rand.IntN(2) == 0, NoSpeech: rand.Float32(), Confidence: rand.Float32()}
		if got := Read(q, a); got.Reading != Deny {
			t.Fatalf("%q, written as %q: got %s (%s), want deny", plainText, text, got.Reading, got.Why)
		}
	}
}

// TestApproveNeedsAll draws answers and evidence; whatever approves has all that
// its level demands, told here once more in other words.
func TestApproveNeedsAll(t *testing.T) {
	all := approvalsOf()
	named := []string{"falcon", "approve falcon", "yes, approve falcon", "go ahead, falcon", "I approve, falcon"}
	approved := [5]int{}
	for range 4000 {
		text := all[rand.IntN(len(all))]
		if rand.IntN(2) == 0 {
			text = named[rand.IntN(len(named))]
		}
		if rand.IntN(3) == 0 {
			text += ", " + all[rand.IntN(len(all))]
		}
		q := Question{Level: rand.IntN(6), Code: []string{"", "falcon"}[rand.IntN(2)], Half: rand.IntN(2) == 0}
		bits := func() bool { return rand.IntN(3) == 0 }
		a := Answer{Text: text, Typed: bits(), Key: bits(), Overlaps: bits(), Confidence: rand.Float32(), Lowest: rand.Float32(), NoSpeech: rand.Float32(), Voiced: rand.Float32(), SNR: 40 * rand.Float32()}
		if Read(q, a).Reading != Approve {
			continue
		}
		level := q.level()
		approved[level]++
		u := parse(text, q.Code)
		says, names := u.has(explicit|action), strings.Contains(text, "falcon")
		switch {
		case a.Overlaps:
			t.Fatalf("%q approves over Deputy's own voice: %+v", text, a)
		case q.Code != "" && !names:
			t.Fatalf("%q approves %+v without the code word", text, q)
		case level == 3 && q.Code == "":
			t.Fatalf("%q approves a commit that has no code word", text)
		case level == 4 && !a.Typed && !a.Key:
			t.Fatalf("%q approves a seal by voice alone: %+v", text, a)
		case level == 4 && !says:
			t.Fatalf("%q approves a seal without saying so", text)
		case a.Typed:
		case a.Confidence < 0.35 || a.NoSpeech > 0.6:
			t.Fatalf("%q approves on no evidence: %+v", text, a)
		case !a.Key && (a.Confidence < 0.4 || a.Voiced < 0.25 || a.SNR < 3):
			t.Fatalf("%q approves on too little: %+v", text, a)
		case !a.Key && q.Code != "" && !says && !u.has(weak):
			t.Fatalf("%q, a code word alone, approves without the key: %+v", text, a)
		case !a.Key && !says && !names && !q.Half && (a.Confidence < 0.85 || a.Lowest < 0.5 || a.NoSpeech > 0.2 || a.SNR < 10):
			t.Fatalf("%q, a short yes, approves on too little: %+v", text, a)
		case !a.Key && !says && !names && (a.Confidence < 0.5 || a.Lowest < 0.3 || a.NoSpeech > 0.3 || a.Voiced < 0.3 || a.SNR < 10):
			t.Fatalf("%q, a second short yes, approves on too little: %+v", text, a)
		}
	}
	for level := 2; level <= 4; level++ {
		if approved[level] < 5 {
			t.Errorf("got %d approvals at level %d: too few to tell anything", approved[level], level)
		}
	}
}

// TestMoreEvidenceNeverHurts: an approval stays one when it was heard better.
func TestMoreEvidenceNeverHurts(t *testing.T) {
	for range 1500 {
		q := Question{Level: 2 + rand.IntN(3), Code: []string{"", "falcon"}[rand.IntN(2)], Half: rand.IntN(2) == 0}
		a := Answer{Text: []string{"yes", "go ahead", "approve falcon", "falcon", "네", "진행해"}[rand.IntN(6)], Key: rand.IntN(2) == 0,
			Confidence: rand.Float32(), Lowest: rand.Float32(), NoSpeech: rand.Float32(), Voiced: rand.Float32(), SNR: 30 * rand.Float32()}
		b := a
		b.Confidence, b.Lowest, b.NoSpeech, b.Voiced, b.SNR = (1+a.Confidence)/2, (1+a.Lowest)/2, a.NoSpeech/2, (1+a.Voiced)/2, a.SNR+1
		b.Key = true
		if Read(q, a).Reading == Approve && Read(q, b).Reading != Approve {
			t.Fatalf("%+v approves, but %+v does not", a, b)
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

func BenchmarkRead(b *testing.B) {
	q := questions["코드"]
	for b.Loop() {
		Read(q, clear("그래, 그런데 제목을 예산으로 바꿔 줘", "ko"))
	}
}
