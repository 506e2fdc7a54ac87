package consent

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"deputy/internal/textnorm"
)

var readings = map[string]Reading{
	"unclear": Unclear, "approve": Approve, "deny": Deny, "amend": Amend, "always": Always,
	"later": Later, "explain": Explain, "repeat": Repeat, "unrelated": Unrelated,
}

// clear is evidence that suffices for anything.
func clear(text, language string) Answer {
	return Answer{Text: text, Language: language, Confidence: 0.95, Lowest: 0.8, NoSpeech: 0.02, Voiced: 0.8, SNR: 25}
}

// questions are the kinds of question that the phrases are held against.
var questions = map[string]Question{
	"plain": {Level: 2},
	"L2":    {Level: 2, Said: []string{"Fetch acme.example. Shall I? Say: go ahead.", "acme.example 사이트를 가져올까요? 진행해, 라고 말씀해 주세요."}},
	"code":  {Level: 3, Code: "falcon", Said: []string{"Send the e-mail 'Q3 figures' to finance at acme dot example. Say: approve falcon."}},
	"코드":    {Level: 3, Code: "호랑이", Said: []string{"메일 '3분기 실적'을 finance@acme.example 로 보냅니다. 승인 호랑이, 라고 말씀해 주세요."}},
	"L4":    {Level: 4},
}

// phrase is a line of testdata/phrases.tsv: question, expected reading, text,
// and, if it matters, the rest that must come with it.
type phrase struct {
	line           int
	question, want string
	text, rest     string
}

func phrases(t testing.TB) []phrase {
	t.Helper()
	f, err := os.Open("testdata/phrases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []phrase
	seen := map[string]bool{}
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		if s.Text() == "" || strings.HasPrefix(s.Text(), "#") {
			continue
		}
		c := strings.Split(s.Text(), "\t")
		if len(c) < 3 {
			t.Fatalf("phrases.tsv:%d: got %d columns, want 3 or 4", n, len(c))
		}
		p := phrase{n, c[0], c[1], c[2], ""}
		if len(c) > 3 {
			p.rest = c[3]
		}
		if _, ok := readings[p.want]; !ok {
			t.Fatalf("phrases.tsv:%d: no reading is called %q", n, p.want)
		}
		if _, ok := questions[p.question]; !ok {
			t.Fatalf("phrases.tsv:%d: no question is called %q", n, p.question)
		}
		if seen[p.question+p.text] {
			t.Errorf("phrases.tsv:%d: %s %q stands there twice", n, p.question, p.text)
		}
		seen[p.question+p.text] = true
		out = append(out, p)
	}
	return out
}

func languageOf(s string) string {
	if textnorm.HasHangul(s) {
		return "ko"
	}
	return "en"
}

func TestPhrases(t *testing.T) {
	all := phrases(t)
	korean := 0
	for _, p := range all {
		if languageOf(p.text) == "ko" {
			korean++
		}
		got := Read(questions[p.question], clear(p.text, languageOf(p.text)))
		if got.Reading != readings[p.want] {
			t.Errorf("phrases.tsv:%d: %s %q: got %s (%s), want %s", p.line, p.question, p.text, got.Reading, got.Why, p.want)
		}
		if p.rest != "" && got.Rest != p.rest && !(p.rest == "-" && got.Rest == "") {
			t.Errorf("phrases.tsv:%d: %q: got rest %q, want %q", p.line, p.text, got.Rest, p.rest)
		}
	}
	if len(all) < 720 || 2*korean < len(all) {
		t.Errorf("got %d phrases, %d of them Korean; want 720, half of them Korean", len(all), korean)
	}
}
