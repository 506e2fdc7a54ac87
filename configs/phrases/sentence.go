package phrases

import (
	"os"
	"strings"
)

// A Sentence is an error that is a phrase, told in the language of the user's
// locale. Sentences are compared with errors.Is.
type Sentence string

func (s Sentence) Error() string { return Embedded().Phrase(Locale(), string(s), nil) }

// Locale is the language of the user's locale, "en" or "ko".
func Locale() string {
	for _, v := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if s := os.Getenv(v); s != "" {
			if strings.HasPrefix(s, "ko") {
				return "ko"
			}
			break
		}
	}
	return "en"
}
