package main

import "deputy/configs/phrases"

// A sentence is an error that is a phrase, told in the language of the user's
// locale. Sentences are compared with errors.Is.
type sentence string

func (s sentence) Error() string {
	return phrases.Embedded().Phrase(localeLanguage(), string(s), nil)
}
