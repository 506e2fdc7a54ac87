package consent_test

import (
	"fmt"

	"deputy/agent/consent"
)

// An approval needs the code word and nothing that speaks against it.
func ExampleRead() {
	ask := consent.Question{Level: 3, Code: "falcon"}
	for _, text := range []string{"go ahead, falcon", "yes", "don't, falcon", "go ahead, falcon, but what does it cost?"} {
		v := consent.Read(ask, consent.Answer{Text: text, Language: "en", Confidence: 0.95, Lowest: 0.8, Voiced: 0.8, SNR: 25})
		fmt.Printf("%s: %v\n", text, v.Reading)
	}
	// Output:
	// go ahead, falcon: approve
	// yes: unclear
	// don't, falcon: deny
	// go ahead, falcon, but what does it cost?: explain
}
