package authority

import (
	"testing"

	"deputy/agent/consent"
	"deputy/cmd/deputy-lab/internal/voices"
	"deputy/cmd/internal/app"
	"deputy/stt"
)

// clear is a text that was heard as well as can be.
func clear(lang, text string) voices.Heard {
	return voices.Heard{Transcript: stt.Transcript{Text: text, Language: lang, Confidence: 0.99, Lowest: 0.95, NoSpeech: 0.01, Voiced: 0.9, SNR: 30}}
}

// TestScript: what an owner may say means, if it is heard right, what the table
// says that it should; what is no approval is none for any ask.
func TestScript(t *testing.T) {
	for lang, kinds := range script {
		codes := app.Words().CodeWords(lang)
		for _, k := range kinds {
			for _, text := range append(k.says, k.again) {
				for i, code := range codes {
					h := clear(lang, fill(text, code))
					h.Key = k.name == codeAlone && text != k.again
					if got := ask(lang, k.level, code).read(h); got != k.want {
						t.Errorf("%s, L%d: %q: got reading %d, want %d", lang, k.level, fill(text, code), got, k.want)
					}
					other := codes[(i+1)%len(codes)]
					if got := ask(lang, 3, other).read(clear(lang, fill(text, code))); got == consent.Approve {
						t.Errorf("%s: %q: got an approval of the ask for %q", lang, fill(text, code), other)
					}
				}
				if got := ask(lang, 4, "").read(clear(lang, fill(text, codes[0]))); got == consent.Approve {
					t.Errorf("%s: %q: got an approval at L4 without the key", lang, text)
				}
			}
		}
		for _, text := range others[lang] {
			for _, level := range []int{2, 3} {
				plain := level == 2 && text[:min(7, len(text))] == "Approve"
				if got := ask(lang, level, codes[0]).read(clear(lang, text)); (got == consent.Approve) != plain {
					t.Errorf("%s, L%d: %q: got approval %v, want %v", lang, level, text, got == consent.Approve, plain)
				}
			}
		}
	}
}

// TestFaintRefusals: of what the noise filter drops only a refusal counts.
func TestFaintRefusals(t *testing.T) {
	faint := func(text string) voices.Heard {
		h := clear("en", text)
		h.Filtered, h.Confidence = "weak", 0.3
		return h
	}
	for _, c := range []struct {
		heard []voices.Heard
		want  consent.Reading
	}{
		{[]voices.Heard{faint("Stop.")}, consent.Deny},
		{[]voices.Heard{faint("Yes."), clear("en", "No.")}, consent.Deny},
		{[]voices.Heard{faint("Go ahead.")}, consent.Unclear},
		{[]voices.Heard{faint("Okay."), clear("en", "Go ahead.")}, consent.Approve},
	} {
		if got := ask("en", 2, "").first(c.heard, true); got != c.want {
			t.Errorf("%q: got %v, want %v", c.heard[0].Text, got, c.want)
		}
	}
}
