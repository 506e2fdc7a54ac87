package stt

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// plain is the evidence of plain speech, faint that of a sound in an empty room.
func plain(text string) Transcript {
	return Transcript{Text: text, Confidence: 0.9, Lowest: 0.7, NoSpeech: 0.03, Voiced: 0.9, SNR: 20, Length: 4 * time.Second}
}

func faint(text string) Transcript {
	return Transcript{Text: text, Confidence: 0.4, Lowest: 0.1, NoSpeech: 0.7, Voiced: 0.2, SNR: 2, Length: 4 * time.Second}
}

func TestNoise(t *testing.T) {
	for _, tt := range []struct {
		name string
		t    Transcript
		want string // "" is speech
	}{
		{"nothing", plain(""), "empty"},
		{"punctuation", plain(" ... "), "empty"},
		{"tag", plain("[Music]"), "tag"},
		{"two tags", plain("[BLANK_AUDIO] (sighs)"), "tag"},
		{"asterisks", plain("*coughs*"), "tag"},
		{"korean tag", plain("(웃음)"), "tag"},
		{"korean tag and dot", plain("[박수 소리]."), "tag"},
		{"notes", plain("♪♪♪"), "tag"},
		{"notes round a tag", plain("♪ (upbeat music) ♪"), "tag"},
		{"unclosed tag", plain("[Mus"), "tag"},
		{"tag before speech", plain("[Music] turn on the light"), ""},
		{"dictated brackets", plain("call f(x) and then g(2)"), ""},
		{"English in other letters", Transcript{Text: "เดี๋ยวเที่ย์ พักแม่นี้ข้ายออก in pool", Language: "en", Confidence: 0.9}, "another script"},
		{"Korean in other letters", Transcript{Text: "字幕", Language: "ko", Confidence: 0.9}, "another script"},
		{"Korean with an English word", Transcript{Text: "OK Google 켜 줘", Language: "ko", Confidence: 0.9}, ""},
		{"order", plain("Turn on the living room light."), ""},
		{"korean order", plain("거실 불 좀 켜 줘."), ""},
		{"mumbled order", Transcript{Text: "turn on the light", Confidence: 0.4, NoSpeech: 0.2}, ""},
		{"invented sentence", faint("the train is now moving towards the station"), "weak"},
		{"credit", faint("Thanks for watching!"), "credit"},
		{"credit, middling evidence", Transcript{Text: "Thank you for watching.", Confidence: 0.7, NoSpeech: 0.3}, "credit"},
		{"credit, unknown evidence", Transcript{Text: "시청해주셔서 감사합니다."}, "credit"},
		{"credit really said", plain("Thanks for watching."), ""},
		{"credit with spaces", faint("시청해 주셔서 감사합니다!"), "credit"},
		{"credit by pattern", Transcript{Text: "Subtitles by the Amara.org community"}, "credit"},
		{"news sign-off", Transcript{Text: "MBC 뉴스 김아무개입니다.", Confidence: 0.7}, "credit"},
		{"credit among short words", Transcript{Text: "네, 시청해주셔서 감사합니다."}, "credit"},
		{"alarm order is no credit", Transcript{Text: "알림 설정해 줘.", Confidence: 0.7}, ""},
		{"yes", plain("Okay."), ""},
		{"yes of a fan", faint("Okay."), "weak"},
		{"yes, improbable", Transcript{Text: "Yeah.", Confidence: 0.3}, "weak"},
		{"yes, no speech", Transcript{Text: "Yes.", Confidence: 0.9, NoSpeech: 0.8}, "weak"},
		{"yes, hardly voiced", Transcript{Text: "Yes.", Confidence: 0.9, Voiced: 0.1}, "weak"},
		{"yes, buried", Transcript{Text: "Yes.", Confidence: 0.9, SNR: 1}, "weak"},
		{"yes, evidence unknown", Transcript{Text: "Yes."}, ""},
		{"korean yes", plain("네."), ""},
		{"korean yes of a laugh", faint("네."), "weak"},
		{"korean thanks", plain("감사합니다."), ""},
		{"korean thanks of a hum", faint("감사합니다."), "weak"},
		{"many short words", faint("Okay, thank you. Bye-bye."), "weak"},
		{"loop", plain(strings.Repeat("I'm going to go. ", 5)), "loop"},
		{"too much", Transcript{Text: strings.Repeat("every word of this is different from the last one ", 1) + "and so it goes on for ever", Length: time.Second, Confidence: 0.9}, "too much text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, noise := Noise(tt.t)
			if got != tt.want || noise != (tt.want != "") {
				t.Errorf("Noise(%q) = %q, %v, want %q", tt.t.Text, got, noise, tt.want)
			}
		})
	}
}

func TestClean(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{" Hello.  there ", "Hello. there"},
		{"[Music] play it", "play it"},
		{"play it [Music]", "play it"},
		{"play (laughs) it", "play it"},
		{"(2 of 3) is open", "(2 of 3) is open"},
		{"f(x) = y", "f(x) = y"},
		{"a ♪ b ♪", "a b"},
		{"그래 (웃음) 알았어", "그래 알았어"},
		{"stop [inaud", "stop"},
		{"wait (what", "wait (what"},
		{"2 * 3", "2 * 3"},
		{"a\xff b", "a b"},
	} {
		if got := Clean(tt.in); got != tt.want {
			t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestDoubled(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"Turn on the light. Turn on the light.", true},
		{"Turn on the light turn on the light", true},
		{"turn on the kitchen light please, turn on the kitchen lights please", true},
		{"First this. Turn on the light. Turn on the light!", true},
		{"불 좀 켜 줘. 불 좀 켜 줘.", true},
		{"불좀켜줘요. 불좀켜줘요.", true},
		{"Turn on the light.", false},
		{"stop, stop", false},
		{"No. No. No.", false},
		{"네, 네.", false},
		{"Turn on the light. Turn off the heating in the hall.", false},
		{"ten four ten five", false},
		{"", false},
	} {
		if got := Doubled(tt.text); got != tt.want {
			t.Errorf("Doubled(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestLooped(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{strings.Repeat("no ", 6), true},
		{strings.Repeat("thank you. ", 4), true},
		{strings.Repeat("turn on the light, ", 3), true},
		{"so " + strings.Repeat("it was very good and ", 3) + "then", true},
		{strings.Repeat("아", 12), true},
		{strings.Repeat("감사", 7), true},
		{strings.Repeat("그렇습니다만", 4), true},
		{"no no no", false},
		{"very very very good", false},
		{"하하하하", false},
		{"turn on the light, turn on the light", false},
		{"one two three four five six seven", false},
		{"5 5 5 1 2 1 2", false},
		{"", false},
	} {
		if got := Looped(tt.text); got != tt.want {
			t.Errorf("Looped(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestRushed(t *testing.T) {
	for _, tt := range []struct {
		text string
		d    time.Duration
		want bool
	}{
		{"turn on the living room light", 1200 * time.Millisecond, false},
		{"거실에 있는 불을 모두 꺼 주세요", 1500 * time.Millisecond, false},
		{"four one five five five five zero one two three", 3 * time.Second, false},
		{strings.Repeat("abcdefghij ", 10), 2 * time.Second, true},
		{strings.Repeat("가나다라마바사 ", 6), 2 * time.Second, true},
		{"1234567890123456789", time.Second, true},
		{strings.Repeat("unknown length ", 10), 0, false},
	} {
		if got := Rushed(tt.text, tt.d); got != tt.want {
			t.Errorf("Rushed(%q, %v) = %v, want %v", tt.text, tt.d, got, tt.want)
		}
	}
}

// Every phrase of the list must be found again as what it is: a typing mistake in
// the list would otherwise only be noticed by a user.
func TestPhraseList(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(phraseData) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, phrase, _ := strings.Cut(line, " ")
		want := map[string]kind{"credit": creditPhrase, "short": shortPhrase}[name]
		if want == ordinary || fold(phrase) == "" {
			t.Errorf("line %q: want a kind and a phrase", line)
			continue
		}
		said := strings.ReplaceAll(phrase, "*", " somebody ")
		if got := phraseKind(fold(said)); got != want {
			t.Errorf("kind of %q = %v, want %v", said, got, want)
		}
		if seen[phrase] {
			t.Errorf("%q is listed twice", phrase)
		}
		seen[phrase] = true
	}
	if len(seen) < 100 {
		t.Errorf("got %d phrases, want the whole list", len(seen))
	}
}

func FuzzNoise(f *testing.F) {
	for _, s := range []string{"", "[Music]", "(웃음) 네", "♪", "okay okay okay", "[[(*<", "a\xc3(", strings.Repeat("가나", 50), "f(x) *y* [z"} {
		f.Add(s, float32(0.5), float32(0.5), int64(time.Second))
	}
	f.Fuzz(func(t *testing.T, text string, conf, nosp float32, d int64) {
		in := Transcript{Text: text, Confidence: conf, NoSpeech: nosp, Length: time.Duration(d)}
		reason, noise := Noise(in)
		if noise != (reason != "") {
			t.Fatalf("Noise(%q) = %q, %v: a reason exactly when it is noise", text, reason, noise)
		}
		c := Clean(text)
		if !utf8.ValidString(c) || c != strings.TrimSpace(c) {
			t.Fatalf("Clean(%q) = %q, want valid, trimmed text", text, c)
		}
		if !noise && fold(c) == "" {
			t.Fatalf("Noise(%q) passes text without a word", text)
		}
		if twice := c + ". " + c + "."; len(strings.Fields(fold(c))) > 1 && long(fold(c)) && !Doubled(twice) {
			t.Fatalf("Doubled(%q) = false", twice)
		}
		if Looped(text) && len([]rune(text)) < 6 {
			t.Fatalf("Looped(%q) on less than six letters", text)
		}
	})
}
