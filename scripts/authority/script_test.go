package main

import (
	"testing"

	"deputy/agent/consent"
	"deputy/configs/phrases"
	"deputy/scripts/voices"
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
		codes := phrases.Embedded().CodeWords(lang)
		for _, k := range kinds {
			for _, text := range append(k.says, k.again) {
				for i, code := range codes {
					if got := ask(lang, k.level, code).read(clear(lang, fill(text, code))); got != k.want {
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
