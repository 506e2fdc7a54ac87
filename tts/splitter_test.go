package tts

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestSentences(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"two", "I saved it. You can look now.", []string{"I saved it.", "You can look now."}},
		{"title", "Mr. Kim met Dr. Lee. They agreed.", []string{"Mr. Kim met Dr. Lee.", "They agreed."}},
		{"latin", "Use a list, e.g. bread, or i.e. food. Done.", []string{"Use a list, e.g. bread, or i.e. food.", "Done."}},
		{"decimal", "It grew by 3.5 percent. Good.", []string{"It grew by 3.5 percent.", "Good."}},
		{"number ends", "There are 5. Two are new.", []string{"There are 5.", "Two are new."}},
		{"number of", "See No. 5 below. No. It is not.", []string{"See No. 5 below.", "No.", "It is not."}},
		{"url", "See https://acme.example/a.b?c=d. Then go.", []string{"See https://acme.example/a.b?c=d.", "Then go."}},
		{"initials", "J. R. Smith wrote. U.S. law applies.", []string{"J. R. Smith wrote.", "U.S. law applies."}},
		{"marks", "Really? Yes! Go on.", []string{"Really?", "Yes!", "Go on."}},
		{"quoted mark", `"Really?" he said. "Yes." She left.`, []string{`"Really?" he said.`, `"Yes."`, "She left."}},
		{"ellipsis", "Well... maybe. Well... Maybe.", []string{"Well... maybe.", "Well...", "Maybe."}},
		{"list", "1. Buy milk\n2. Call Kim\n- rest", []string{"1. Buy milk", "2. Call Kim", "- rest"}},
		{"bold", "**Done.** Next one.", []string{"**Done.**", "Next one."}},
		{"korean", "파일을 저장했습니다. 지금 볼까요? 네, 좋아요.", []string{"파일을 저장했습니다.", "지금 볼까요?", "네, 좋아요."}},
		{"korean tight", "저장했습니다.다음은 메일이에요.", []string{"저장했습니다.", "다음은 메일이에요."}},
		{"korean noun", "오늘 할 일: 회의.내일은 없음.", []string{"오늘 할 일: 회의.", "내일은 없음."}},
		{"korean decimal", "버전 1.5로 3.2배 빨라졌어요. 끝", []string{"버전 1.5로 3.2배 빨라졌어요.", "끝"}},
		{"korean quote", `"알겠습니다." 라고 했어요.`, []string{`"알겠습니다.`, `" 라고 했어요.`}},
		{"full width", "完了です。次へ！", []string{"完了です。", "次へ！"}},
		{"code", "Run this:\n```sh\nls. Now\n\nrm x\n```\nThen stop.", []string{"Run this:", "```sh\nls. Now\n\nrm x\n```", "Then stop."}},
		{"code open", "```\na. B", []string{"```\na. B"}},
		{"marks only", "... --- !!!\n\n", nil},
		{"empty", "", nil},
		{"crlf", "One\r\nTwo\r\n", []string{"One", "Two"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Sentences(test.text)); diff != "" {
				t.Errorf("Sentences(%q) (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

func TestSplitterYieldsAsSoonAsSure(t *testing.T) {
	tests := []struct {
		name   string
		pieces []string
		want   []string // what each piece yields, joined by |
	}{
		{"english waits for the next word", []string{"I saved it", ".", " ", "You", " can."}, []string{"", "", "", "I saved it.", ""}},
		{"korean does not", []string{"저장했습니다", ".", " 이제"}, []string{"", "저장했습니다.", ""}},
		{"decimal in two pieces", []string{"It is 3.", "5 now"}, []string{"", ""}},
		{"first fragment at a comma", []string{"I looked at all three files, and ", "none, as far as I know, had it."}, []string{"I looked at all three files,", ""}},
		{"not at a hasty comma", []string{"Yes, I did."}, []string{""}},
		{"korean first fragment", []string{"메일 세 통을 읽어 봤는데, 그중"}, []string{"메일 세 통을 읽어 봤는데,"}},
		{"a rune in two pieces", []string{"됐어요"[:4], "됐어요"[4:] + "."}, []string{"", "됐어요."}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var s Splitter
			for i, p := range test.pieces {
				if got := strings.Join(s.Push(p), "|"); got != test.want[i] {
					t.Errorf("Push(%q): got %q, want %q", p, got, test.want[i])
				}
			}
		})
	}
}

func TestSplitterCutsTheEndless(t *testing.T) {
	got := Sentences(strings.Repeat("word, and another word ", 100))
	for _, s := range got {
		if n := len([]rune(s)); n > longest {
			t.Errorf("got a sentence of %d runes, want at most %d", n, longest)
		}
	}
	if len(got) < 2 || !strings.HasSuffix(got[0], ",") {
		t.Errorf("got %q first, want a cut at a comma", got[0])
	}
}

func FuzzSplitter(f *testing.F) {
	f.Add("I saved it. Mr. Kim, 3.5! 했습니다.다음 ```\na\n``` x。 ok", 3)
	f.Add("a\xffb. C", 1)
	f.Add("```\n```\n. . .", 2)
	f.Fuzz(func(t *testing.T, text string, size int) {
		if size < 1 || size > 1<<20 {
			size = 1
		}
		var one, many Splitter
		whole := append(one.Push(text), one.Flush()...)
		var parts []string
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			parts = append(parts, many.Push(rest[:n])...)
			rest = rest[n:]
		}
		parts = append(parts, many.Flush()...)
		if diff := cmp.Diff(whole, parts); diff != "" {
			t.Errorf("pieces of %d bytes change the sentences (-whole +pieces):\n%s", size, diff)
		}
		if got, want := letters(strings.Join(whole, "")), letters(strings.ToValidUTF8(text, "")); got != want {
			t.Errorf("got the letters %q, want %q", got, want)
		}
	})
}

// letters is what must not be lost from a text.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
