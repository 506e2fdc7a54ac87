package consent

import (
	"math"
	"testing"
)

// spoke is an answer whose sound is well above the noise.
func spoke(text string, confidence, lowest, noSpeech float32) Answer {
	return Answer{Text: text, Language: languageOf(text), Confidence: confidence, Lowest: lowest, NoSpeech: noSpeech, Voiced: 0.8, SNR: 20}
}

// but is a with a change.
func (a Answer) but(change func(*Answer)) Answer {
	change(&a)
	return a
}

func TestEvidence(t *testing.T) {
	nan := float32(math.NaN())
	held := func(a *Answer) { a.Key, a.Voiced, a.SNR = true, 0, 0 }
	overlaps := func(a *Answer) { a.Overlaps = true }
	l2, codeQ, l4 := questions["L2"], questions["code"], questions["L4"]
	for _, c := range []struct {
		name string
		q    Question
		a    Answer
		want Reading
		weak bool
	}{
		{"no evidence at all", l2, Answer{Text: "go ahead", Language: "en"}, Unclear, true},
		{"clear words", l2, spoke("go ahead", 0.7, 0.3, 0.1), Approve, false},
		{"mumbled words", l2, spoke("go ahead", 0.4, 0.3, 0.1), Unclear, true},
		{"words with a token out of the air", l2, spoke("go ahead", 0.7, 0.01, 0.1), Unclear, true},
		{"words that are hardly voiced", l2, spoke("go ahead", 0.7, 0.3, 0.1).but(func(a *Answer) { a.Voiced = 0.1 }), Unclear, true},
		{"words in the noise", l2, spoke("go ahead", 0.7, 0.3, 0.1).but(func(a *Answer) { a.SNR = 1 }), Unclear, true},
		{"mumbled with the key", l2, spoke("go ahead", 0.4, 0.01, 0.1).but(held), Approve, false},
		{"very mumbled with the key", l2, spoke("go ahead", 0.2, 0.1, 0).but(held), Unclear, true},
		{"hardly speech", l2, spoke("go ahead", 0.9, 0.5, 0.8), Unclear, true},
		{"hardly speech with the key", l2, spoke("go ahead", 0.9, 0.5, 0.8).but(held), Unclear, true},
		{"typed", l2, Answer{Text: "go ahead", Language: "en", Typed: true}, Approve, false},
		{"NaN", l2, spoke("go ahead", nan, 0.5, nan), Unclear, true},
		{"NaN no-speech", l2, spoke("go ahead", 0.9, 0.5, nan), Unclear, true},
		{"NaN voiced", l2, spoke("go ahead", 0.9, 0.5, 0).but(func(a *Answer) { a.Voiced = nan }), Unclear, true},
		{"NaN level", l2, spoke("go ahead", 0.9, 0.5, 0).but(func(a *Answer) { a.SNR = nan }), Unclear, true},

		{"short yes, strong evidence", l2, clear("okay", "en"), Approve, false},
		{"short yes, no key, medium", l2, spoke("okay", 0.8, 0.7, 0.05), Unclear, true},
		{"short yes, quiet", l2, spoke("okay", 0.95, 0.9, 0.05).but(func(a *Answer) { a.SNR = 4 }), Unclear, true},
		{"short yes, hardly voiced", l2, spoke("네", 0.95, 0.9, 0.05).but(func(a *Answer) { a.Voiced = 0.1 }), Unclear, true},
		{"short yes, one doubtful token", l2, spoke("네", 0.9, 0.2, 0.05), Unclear, true},
		{"a laugh written down as 네", l2, spoke("네.", 0.62, 0.55, 0.35), Unclear, true},
		{"the word cat written down as okay", l2, spoke("Okay.", 0.71, 0.6, 0.1), Unclear, true},
		{"short yes with the key", l2, spoke("네", 0.6, 0, 0).but(held), Approve, false},
		{"short yes typed", l2, Answer{Text: "yes", Language: "en", Typed: true}, Approve, false},
		{"short yes, NaN", l2, spoke("yes", 1, nan, 0), Unclear, true},

		{"code", codeQ, spoke("Approve falcon.", 0.6, 0.2, 0.1), Approve, false},
		{"code, mumbled", codeQ, spoke("Approve falcon.", 0.3, 0.1, 0.1), Unclear, true},
		{"code, not very clear", codeQ, spoke("Approve falcon.", 0.45, 0.1, 0.1), Approve, false},
		{"code in the noise", codeQ, spoke("Approve falcon.", 0.9, 0.5, 0.1).but(func(a *Answer) { a.SNR = 1 }), Unclear, true},
		{"code, not very clear, with the key", codeQ, spoke("Approve falcon.", 0.37, 0.1, 0.1).but(held), Approve, false},
		{"code typed", codeQ, Answer{Text: "falcon", Typed: true}, Approve, false},
		{"yes typed where the code is due", codeQ, Answer{Text: "yes", Language: "en", Typed: true}, Unclear, false},
		{"approve typed where the code is due", codeQ, Answer{Text: "approve", Language: "en", Typed: true, Key: true}, Unclear, false},
		{"yes with the key where the code is due", codeQ, spoke("yes", 1, 1, 0).but(held), Unclear, false},
		{"the code where none was given", Question{Level: 3}, Answer{Text: "approve", Typed: true}, Unclear, false},

		{"L4 by voice", l4, clear("I approve", "en"), Unclear, false},
		{"L4 with the key", l4, spoke("I approve", 0.9, 0.4, 0).but(held), Approve, false},
		{"L4 mumbled with the key", l4, spoke("I approve", 0.4, 0.4, 0).but(held), Unclear, true},
		{"L4 yes with the key", l4, spoke("yes", 0.9, 0.4, 0).but(held), Unclear, false},
		{"L4 typed", l4, Answer{Text: "승인", Language: "ko", Typed: true}, Approve, false},
		{"L4 yes typed", l4, Answer{Text: "yes", Language: "en", Typed: true}, Unclear, false},
		{"L4 with a code, the code alone", Question{Level: 4, Code: "falcon"}, Answer{Text: "falcon", Typed: true}, Unclear, false},
		{"L4 with a code, both", Question{Level: 4, Code: "falcon"}, Answer{Text: "approve falcon", Typed: true}, Approve, false},
		{"L2 with a code, without it", Question{Level: 2, Code: "falcon"}, clear("go ahead", "en"), Unclear, false},
		{"L2 with a code, with it", Question{Level: 2, Code: "falcon"}, clear("yes, falcon", "en"), Approve, false},
		{"the zero question", Question{}, clear("go ahead", "en"), Unclear, false},
		{"a level that is none", Question{Level: 1}, clear("go ahead", "en"), Unclear, false},
		{"a level above all", Question{Level: 5}, clear("go ahead", "en").but(held), Approve, false},

		{"over Deputy's own voice", l2, clear("go ahead", "en").but(overlaps), Unclear, false},
		{"over its voice with the key", l2, clear("go ahead", "en").but(held).but(overlaps), Unclear, false},
		{"over its voice with the code", codeQ, clear("approve falcon", "en").but(held).but(overlaps), Unclear, false},
		{"a no over its voice", codeQ, clear("no", "en").but(overlaps), Deny, false},
		{"always, over its voice", l2, clear("yes and always", "en").but(overlaps), Unclear, false},
		{"always, mumbled", l2, spoke("yes and always", 0.3, 0.1, 0.1), Unclear, true},
		{"always, heard", l2, spoke("yes and always", 0.7, 0.3, 0.1), Always, false},

		{"a mumbled no is a no", codeQ, Answer{Text: "no", Language: "en"}, Deny, false},
		{"a mumbled 하지 마 is a no", l4, Answer{Text: "하지 마", Language: "ko", NoSpeech: 0.9}, Deny, false},
		{"another order out of noise", l2, Answer{Text: "write it all down for him", Language: "en", Confidence: 0.3, NoSpeech: 0.9}, Unclear, false},
		{"a code that is an answer", Question{Level: 3, Code: "yes"}, clear("yes", "en"), Unclear, false},
		{"a mumbled 아니 is a no", l2, spoke("아니", nan, nan, nan), Deny, false},
		{"a code of two words", Question{Level: 3, Code: "blue horse"}, clear("approve blue horse", "en"), Approve, false},
		{"half a code of two words", Question{Level: 3, Code: "blue horse"}, clear("approve blue", "en"), Unclear, false},
		{"an empty code word of dots", Question{Level: 3, Code: "..."}, clear("approve", "en"), Unclear, false},
	} {
		got := Read(c.q, c.a)
		if got.Reading != c.want || got.Weak != c.weak {
			t.Errorf("%s: got %s, weak %v (%s), want %s, weak %v", c.name, got.Reading, got.Weak, got.Why, c.want, c.weak)
		}
	}
}

// TestHeard: what sounded like an approval and isn't one is told as it sounded.
func TestHeard(t *testing.T) {
	for _, c := range []struct {
		q          Question
		text, want string
		weak       bool
	}{
		{Question{Level: 2}, "Okay.", "okay", true},
		{Question{Level: 2}, "[music] Okay.", "okay", false},
		{Question{Level: 2}, "I approve!", "I approve", true},
		{Question{Level: 2}, "네.", "네", true},
		{Question{Level: 3, Code: "falcon"}, "Yes, please.", "yes, please", false},
		{Question{Level: 4}, "Go ahead.", "go ahead", false},
		{Question{Level: 2}, "Okay, yes, sure, fine, good, great, cool, perfect, correct.", "okay, yes, sure, fine, good, great, cool, perfect", false},
		{Question{Level: 2}, "no", "", false},
		{Question{Level: 2}, "what is it?", "", false},
		{Question{Level: 2}, "please", "", false},
		{Question{Level: 2}, "", "", false},
	} {
		got := Read(c.q, Answer{Text: c.text, Language: languageOf(c.text)})
		if got.Heard != c.want || got.Weak != c.weak {
			t.Errorf("%q: got heard %q, weak %v (%s), want %q, weak %v", c.text, got.Heard, got.Weak, got.Why, c.want, c.weak)
		}
	}
}

// Other languages decide nothing, but a plain no or wait is understood.
func TestOtherLanguages(t *testing.T) {
	for text, want := range map[string]Reading{
		"yes": Unclear, "ok": Unclear, "go ahead": Unclear, "approve falcon": Unclear, "oui": Unclear, "ja, bitte": Unclear, "はい": Unclear, "好的": Unclear,
		"no": Deny, "No!": Deny, "stop": Deny, "no, stop": Deny, "no quiero que lo mandes ahora": Unclear, "nein": Unclear,
		"하지마!": Deny, "하지 마": Deny, "don't": Deny, "wait": Later, "잠깐": Later, "not okay": Unclear, "나중에 보내": Unclear,
	} {
		for _, l := range []string{"fr", "ja", "de", "xx", "zh", "enm"} {
			if got := Read(Question{Level: 2}, clear(text, l)); got.Reading != want {
				t.Errorf("%q in %s: got %s, want %s", text, l, got.Reading, want)
			}
		}
	}
	for _, l := range []string{"en", "EN", "en-US", "ko_KR", "english", "Korean", ""} {
		if got := Read(Question{Level: 2}, clear("go ahead", l)); got.Reading != Approve {
			t.Errorf("go ahead in %q: got %s, want approve", l, got.Reading)
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
		got := Read(Question{Level: 3, Code: c.code}, clear(c.text, languageOf(c.text)))
		if got.NearMiss != c.want {
			t.Errorf("%q for %s: got near miss %q (%s), want %q", c.text, c.code, got.NearMiss, got.Why, c.want)
		}
		if c.want != "" && got.Reading != Unclear {
			t.Errorf("%q for %s: got %s, want unclear", c.text, c.code, got.Reading)
		}
	}
}

// TestTwoShortYeses: one that decides nothing is half an approval; the second to the
// same ask, heard as well, is one, at level 2 only.
func TestTwoShortYeses(t *testing.T) {
	for _, tt := range []struct {
		text                         string
		level                        int
		confidence, lowest, noSpeech float32
		half, twice                  bool
	}{
		{"Yes.", 2, 0.62, 0.43, 0.13, true, true},
		{"네.", 2, 0.55, 0.4, 0.1, true, true},
		{"Okay.", 2, 0.7, 0.5, 0.1, true, true},
		{"Yes.", 2, 0.45, 0.4, 0.1, false, false},
		{"Yes.", 2, 0.6, 0.2, 0.1, false, false},
		{"Yes.", 2, 0.6, 0.4, 0.5, false, false},
		{"Yes.", 3, 0.8, 0.8, 0.1, false, false},
		{"Yes.", 4, 0.8, 0.8, 0.1, false, false},
		{"Right.", 2, 0.7, 0.7, 0.1, false, false},
		{"Yeah, right.", 2, 0.7, 0.7, 0.1, false, false},
		{"Yes?", 2, 0.7, 0.7, 0.1, false, false},
		{"Thank you.", 2, 0.7, 0.7, 0.1, false, false},
	} {
		q := Question{Level: tt.level}
		if tt.level == 3 {
			q.Code = "falcon"
		}
		a := spoke(tt.text, tt.confidence, tt.lowest, tt.noSpeech)
		first := Read(q, a)
		q.Half = true
		if second := Read(q, a); first.Reading == Approve || first.Half != tt.half || (second.Reading == Approve) != tt.twice {
			t.Errorf("%q at L%d: got half %v, then %s; want %v, %v", tt.text, tt.level, first.Half, second.Reading, tt.half, tt.twice)
		}
	}
}

// TestBareCodeWord: a code word is a common word, which a film says too: alone it
// decides nothing without the key.
func TestBareCodeWord(t *testing.T) {
	q := Question{Level: 3, Code: "captain"}
	for text, want := range map[string]Reading{"Captain!": Unclear, "Captain, captain.": Unclear, "Go ahead, captain.": Approve, "Yes, captain.": Approve} {
		if got := Read(q, clear(text, "en")); got.Reading != want || got.Bare != (want == Unclear) {
			t.Errorf("%q: got %s (%s), bare %v, want %s", text, got.Reading, got.Why, got.Bare, want)
		}
	}
	a := clear("Captain!", "en")
	if a.Key = true; Read(q, a).Reading != Approve {
		t.Error("with the key it does")
	}
}
