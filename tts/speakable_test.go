package tts

import (
	"strings"
	"testing"
	"unicode"
)

func TestSpeakableEnglish(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "I saved it.", "I saved it."},
		{"bold", "**Done.** It's _really_ `ready`, snake_case too.", "Done. It's really ready, snake case too."},
		{"unpaired marks", "** It is done", "It is done"},
		{"heading and list", "## Result\n- one\n- [x] two\n1. three", "Result. one. two. 1. three"},
		{"quote", "> he said\n> this", "he said. this"},
		{"code", "Run:\n```go\nx := 1\n```\nok", "Run. a code block. ok"},
		{"code unclosed", "Run:\n```go\nx := 1", "Run. a code block."},
		{"table", "| a | b |\n|---|:-:|\n| 1 | 2 |", "a, b. 1, 2"},
		{"rule", "above\n\n---\n\nbelow", "above. below"},
		{"link", "See [the docs](https://acme.example/x).", "See the docs."},
		{"lying link", "See [acme.example](https://evil.example/x).", "See acme dot example, evil dot example."},
		{"image", "![a cat](c.png)", "an image, a cat"},
		{"url", "Go to https://www.acme.example/a/b?q=1. Then stop", "Go to acme dot example. Then stop"},
		{"url in disguise", "https://google.com@evil-site.example/", "evil dash site dot example"},
		{"url in two alphabets", "https://аcme.example", "an address in mixed alphabets, аcme dot example"},
		{"auto link", "<https://acme.example>", "acme dot example"},
		{"mail", "Send it to finance@acme.example, please.", "Send it to finance at acme dot example, please."},
		{"mail parts", "j.doe-x_y+z@a-b.example", "j dot doe dash x underscore y plus z at a dash b dot example"},
		{"path", "Delete /home/user/a_b.txt?", "Delete slash home slash user slash a b dot txt?"},
		{"relative path", "in src/main.go and notes.md.", "in src slash main dot go and notes dot md."},
		{"home path", "~/notes/todo.md", "notes slash todo dot md"},
		{"flag", "run rm -rf build --force", "run rm dash rf build dash dash force"},
		{"hidden", "edit .env now", "edit dot env now"},
		{"hash", "commit 3f2a9bc01d7e4455", "commit a code ending in 4 4 5 5"},
		{"uuid", "id 123e4567-e89b-12d3-a456-426614174000", "id a code ending in 4 0 0 0"},
		{"dollars", "$3,200 and $1 and $3,200.50 and $5.00", "3200 dollars and 1 dollar and 3200 dollars and 50 cents and 5 dollars"},
		{"scaled", "$3.2M or €5k or US$2 billion", "3.2 million dollars or 5 thousand euros or 2 billion US dollars"},
		{"won", "₩3,200 or 500 KRW", "3200 won or 500 won"},
		{"percent", "50% of 10-20%", "50 percent of 10 to 20 percent"},
		{"thousands", "3,200 of 12,345,678", "3200 of 12345678"},
		{"clock", "at 5pm, 10:00, 10:05, 14:30 and 10:30 a.m. today", "at 5 PM, 10 o'clock, 10 oh 5, 14:30 and 10:30 AM today"},
		{"date", "on 2026-11-23", "on November 23, 2026"},
		{"date and time", "2026-11-23T10:30:00Z", "November 23, 2026 at 10:30 UTC"},
		{"no date", "2026-99-99", "2026 to 99 to 99"},
		{"phone", "call 010-1234-5678", "call 0 1 0, 1 2 3 4, 5 6 7 8"},
		{"long", "number 4111111111111111", "number 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"},
		{"version", "v1.8.0 beats 1.7.9 and 3.5", "version 1 point 8 point 0 beats 1 point 7 point 9 and 3.5"},
		{"address of a machine", "http://192.168.0.1:8080/x", "192 dot 168 dot 0 dot 1"},
		{"unit", "-5°C, 1.5 km at 60km/h, 20MB", "minus 5 degrees Celsius, 1.5 kilometers at 60 kilometers an hour, 20 megabytes"},
		{"number sign", "issue #12 (open)", "issue number 12, open"},
		{"symbols", "A & B = C -> D", "A and B equals C to D"},
		{"about", "~20 files", "about 20 files"},
		{"abbreviations", "e.g. the U.S. plan", "e.g. the U.S. plan"},
		{"emoji", "Done 🎉👍🏽 ok ❤️", "Done ok"},
		{"bidi", "user\u202etxt.exe\u202c \u200bzero\ufeff", "usertxt dot exe zero"},
		{"control", "a\x1b[31mb\x00c\x07", "a, 31mbc"},
		{"tags", `<speak><break time="9s"/>Hi</speak>`, "Hi"},
		{"tags escaped", `&lt;break time="9s"/&gt;Hi &amp; you`, "Hi and you"},
		{"phonemes", "[[h@l'oU]] there", "h at l'oU, there"},
		{"less than", "1 < 2", "1 less than 2"},
		{"dashes first", "--version", "dash dash version"},
		{"dash", "It works - mostly — yes", "It works mostly, yes"},
		{"repeated", "Nooooooooo!!!!!!!!", "Nooo!!!"},
		{"nothing", "🎉 --- ... ** ", ""},
		{"empty", "", ""},
		{"full width", "ＡＢＣ　１２３！", "ABC 123!"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, _ := speakable(test.text, "en"); got != test.want {
				t.Errorf("speakable(%q): got %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestSpeakableKorean(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "저장했습니다.", "저장했습니다."},
		{"won", "3,200원, ₩3,200", "3200원, 3200원"},
		{"big", "₩123,456,789을 보냅니다", "1억 2345만 6789원을 보냅니다"},
		{"dollars", "$20와 $3.2M", "20달러와 3200000달러"},
		{"percent", "50%를 줄였어요", "50퍼센트를 줄였어요"},
		{"counters", "파일 3개, 20명이 12시 30분에 메일 2통을", "파일 세 개, 스무 명이 열두 시 30분에 메일 두 통을"},
		{"sino", "3개월 동안 14시에 5달러, 2명령 3장소 100개", "3개월 동안 14시에 5달러, 2명령 3장소 100개"},
		{"hours", "2시간쯤 99명", "두 시간쯤 아흔아홉 명"},
		{"date", "2026-06-03까지", "2026년 유월 3일까지"},
		{"october", "10월 5일과 11월", "시월 5일과 11월"},
		{"time", "10:30에, 5pm에, 14:05", "열 시 30분에, 오후 다섯 시에, 14시 5분"},
		{"decimal", "3.14배, 1.5km", "3점 일사배, 1점 오킬로미터"},
		{"phone", "010-1234-5678로", "공일공, 일이삼사, 오육칠팔로"},
		{"mail", "finance@acme.example로 보낼까요?", "finance 골뱅이 acme 점 example로 보낼까요?"},
		{"file", "notes.md에 썼어요", "notes 점 md에 썼어요"},
		{"url", "https://acme.example/a를 보세요", "acme 점 example를 보세요"},
		{"code", "```\nx\n```\n끝", "코드 블록. 끝"},
		{"minus", "-5°C", "마이너스 5도"},
		{"range", "10~20%", "10에서 20퍼센트"},
		{"version", "버전 v1.8.0", "버전 버전 1 점 8 점 0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, _ := speakable(test.text, "ko"); got != test.want {
				t.Errorf("speakable(%q): got %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestSpeakableIsCapped(t *testing.T) {
	for _, text := range []string{strings.Repeat("a word, ", 5000), strings.Repeat("말 ", 3000), strings.Repeat("x", 1<<20)} {
		got, cut := speakable(text, "en")
		if n := len([]rune(got)); n > spokenLimit+20 || !cut {
			t.Errorf("got %d runes, cut %v, want at most %d and cut", n, cut, spokenLimit+20)
		}
	}
}

func TestLanguage(t *testing.T) {
	tests := []struct{ text, want string }{
		{"I saved it.", "en"}, {"저장했어요.", "ko"}, {"notes.md에 썼어요", "ko"}, {"Send 버튼을 click 하세요", "ko"},
		{"I wrote to 김민수.", "en"}, {"", "en"}, {"3,200", "en"}, {"네", "ko"},
	}
	for _, test := range tests {
		if got := Language(test.text); got != test.want {
			t.Errorf("Language(%q): got %q, want %q", test.text, got, test.want)
		}
	}
}

func FuzzSpeakable(f *testing.F) {
	f.Add("**a** [b](http://c.d) ```x``` | a | $3.2M 2026-01-01 10:00 <b> -x")
	f.Add("3개월 20명 ₩99,999,999,999,999,999 010-1234-5678 3.14%")
	f.Add("\u202e\x00[[x]] &lt;speak&gt; --f /a/b.c")
	f.Fuzz(func(t *testing.T, text string) {
		for _, language := range []string{"en", "ko", ""} {
			got, _ := speakable(text, language)
			if n := len([]rune(got)); n > spokenLimit+30 {
				t.Errorf("got %d runes", n)
			}
			if strings.HasPrefix(got, "-") {
				t.Errorf("got %q, which an argument parser takes for a flag", got)
			}
			for _, r := range got {
				if !unicode.In(r, unicode.L, unicode.N, unicode.M) && !strings.ContainsRune(" .,;:?!'-", r) {
					t.Errorf("got %q with %q in it", got, r)
				}
			}
		}
	})
}
