package openai

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// feedAll gives the scanner s in pieces of n bytes.
func feedAll(s string, n int) (text string, sc *scanner) {
	sc = &scanner{}
	var out strings.Builder
	for len(s) > 0 {
		k := min(n, len(s))
		out.WriteString(sc.feed(s[:k]))
		s = s[k:]
	}
	return out.String(), sc
}

func TestScannerText(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", `{"tool":"reply","args":{"text":"Done."}}`, "Done."},
		{"spaces", " \n{ \"tool\" : \"reply\" ,\n \"args\" : { \"text\" : \"a b\" } }", "a b"},
		{"escapes", `{"tool":"reply","args":{"text":"a\n\t\"b\"\\\/c\b\f\r"}}`, "a\n\t\"b\"\\/c\b\f\r"},
		{"unicode escape", `{"tool":"reply","args":{"text":"\uc548\ub155"}}`, "안녕"},
		{"raw Korean", `{"tool":"reply","args":{"text":"안녕하세요"}}`, "안녕하세요"},
		{"surrogates", `{"tool":"reply","args":{"text":"\ud83d\ude00!"}}`, "😀!"},
		{"lone high", `{"tool":"reply","args":{"text":"\ud83dx"}}`, "\uFFFDx"},
		{"lone high at the end", `{"tool":"reply","args":{"text":"\ud83d"}}`, "\uFFFD"},
		{"two highs, one low", `{"tool":"reply","args":{"text":"\ud83d\ud83d\ude00"}}`, "\uFFFD😀"},
		{"lone low", `{"tool":"reply","args":{"text":"\ude00x"}}`, "\uFFFDx"},
		{"broken bytes", "{\"tool\":\"reply\",\"args\":{\"text\":\"a\xe2\x82z\"}}", "a\uFFFD\uFFFDz"},
		{"escaped key", `{"to\u006fl":"reply","args":{"te\u0078t":"x"}}`, "x"},
		{"another tool", `{"tool":"write_file","args":{"path":"a","text":"secret"}}`, ""},
		{"args first", `{"args":{"text":"late"},"tool":"reply"}`, ""},
		{"deeper text", `{"tool":"reply","args":{"x":{"text":"no"},"text":"yes"}}`, "yes"},
		{"text as a value", `{"tool":"reply","args":{"x":"text","y":["text","no"]}}`, ""},
		{"braces in a string", `{"tool":"reply","args":{"text":"}{][,:"}}`, "}{][,:"},
		{"after the end", `{"tool":"reply","args":{"text":"a"}}{"tool":"reply","args":{"text":"b"}}`, "a"},
		{"before the start", `"text": [1] {"tool":"reply","args":{"text":"a"}}`, "a"},
		{"cut", `{"tool":"reply","args":{"text":"half of i`, "half of i"},
		{"no object", `hello`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for n := 1; n <= len(tt.in); n++ {
				if got, _ := feedAll(tt.in, n); got != tt.want {
					t.Fatalf("pieces of %d: got %q, want %q", n, got, tt.want)
				}
			}
		})
	}
}

func TestScannerGivesTextAtOnce(t *testing.T) {
	var s scanner
	s.feed(`{"tool":"reply","args":{"text":"`)
	for _, step := range []struct{ in, want string }{
		{"Yes", "Yes"}, {", ", ", "}, {`\`, ""}, {`n`, "\n"}, {`\u00`, ""}, {`e9`, "é"}, {"\xec\x95", ""}, {"\x88", "안"},
	} {
		if got := s.feed(step.in); got != step.want {
			t.Errorf("after %q: got %q, want %q", step.in, got, step.want)
		}
	}
}

// What the scanner lets out of a valid reply is what a real parser reads,
// however the reply is cut.
func FuzzScanner(f *testing.F) {
	f.Add(`{"tool":"reply","args":{"text":"안녕 \ud83d\ude00 \n x"}}`, 3)
	f.Add(`{"args":{"text":"x"},"tool":"reply"}`, 1)
	f.Add(`{"tool":"reply","args":{"a":[{"text":"\\"}],"text":"\"\u0000"}}`, 2)
	f.Add("{\"tool\":\"reply\",\"args\":{\"text\":\"\xff\\ud800\xe2\"}}", 1)
	f.Add(`{"tool":"read_file","args":{"path":"x"}}`, 7)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if n <= 0 || n > len(s) {
			n = 1
		}
		got, _ := feedAll(s, n)
		whole, _ := feedAll(s, len(s)+1)
		if got != whole {
			t.Fatalf("in pieces of %d: got %q, whole %q", n, got, whole)
		}
		if !utf8.ValidString(got) {
			t.Fatalf("got invalid UTF-8 %q", got)
		}
		r := objectReader{tools: deskTools()}
		said, err := r.take(&delta{Content: s})
		if err != nil {
			return
		}
		rest, calls, err := r.finish()
		if err != nil {
			return
		}
		var want struct {
			Tool string
			Args json.RawMessage
		}
		if err := json.NewDecoder(strings.NewReader(s[strings.IndexByte(s, '{'):])).Decode(&want); err != nil {
			t.Fatalf("accepted what is no JSON: %q", s)
		}
		if want.Tool == replyTool {
			var args struct{ Text string }
			if err := json.Unmarshal(want.Args, &args); err != nil {
				t.Fatal(err)
			}
			if said+rest != args.Text || len(calls) != 0 {
				t.Fatalf("got %q + %q and %d calls, want %q", said, rest, len(calls), args.Text)
			}
			return
		}
		if len(calls) != 1 || calls[0].Tool != want.Tool || said != "" || !json.Valid(calls[0].Args) {
			t.Fatalf("got %v and text %q, want a call of %s", calls, said, want.Tool)
		}
	})
}
