// Package phrases holds every sentence that Deputy says of its own, in English and in
// Korean, the code words of its approvals and the standing instruction of the language
// model. An ask is one of these sentences with the frozen values of an action put in:
// no model writes a word of it.
//
// It knows words only. It must not know when anything is said or what follows from it.
package phrases

import (
	"embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v3"

	"deputy/internal/textnorm"
)

//go:embed en.yaml ko.yaml
var files embed.FS

// Languages there are phrases in. The first stands in for any other.
var Languages = []string{"en", "ko"}

// Phrases renders sentences. It is safe for use by several goroutines.
type Phrases struct {
	books map[string]book
}

// book is one language's file, flattened: "ask.mail" and so on.
type book struct {
	sentences map[string]string
	words     []string
	prompt    string
}

var embedded = sync.OnceValue(func() *Phrases {
	p := &Phrases{books: map[string]book{}}
	for _, lang := range Languages {
		raw, err := files.ReadFile(lang + ".yaml")
		if err == nil {
			p.books[lang], err = readBook(raw)
		}
		if err != nil {
			panic(fmt.Sprintf("the embedded phrases (%s) are wrong: %v", lang, err))
		}
	}
	return p
})

// Embedded returns the phrases that Deputy was built with.
func Embedded() *Phrases { return embedded() }

// With gives the phrases with those that folders of tools bring: each about is YAML
// with a key "phrases", then the language, the section and the key. A sentence in one
// language only, or one that is there already, is an error.
func (p *Phrases) With(about ...[]byte) (*Phrases, error) {
	out := &Phrases{books: map[string]book{}}
	for lang, b := range p.books {
		b.sentences = maps.Clone(b.sentences)
		out.books[lang] = b
	}
	for _, raw := range about {
		var file struct {
			Phrases map[string]map[string]map[string]string `yaml:"phrases"`
		}
		if err := yaml.Unmarshal(raw, &file); err != nil {
			return nil, fmt.Errorf("the phrases of tools: %w", err)
		}
		for lang, sections := range file.Phrases {
			b, ok := out.books[lang]
			if !ok {
				return nil, fmt.Errorf("the phrases of tools: there is no language %q", lang)
			}
			for section, sentences := range sections {
				for key, text := range sentences {
					if _, twice := b.sentences[section+"."+key]; twice {
						return nil, fmt.Errorf("the phrases of tools: %s.%s is there twice in %s", section, key, lang)
					}
					b.sentences[section+"."+key] = strings.TrimSpace(text)
				}
			}
		}
	}
	for _, lang := range Languages {
		for _, other := range Languages {
			for key := range out.books[lang].sentences {
				if _, ok := out.books[other].sentences[key]; !ok {
					return nil, fmt.Errorf("the phrases of tools: %s is there in %s and not in %s", key, lang, other)
				}
			}
		}
	}
	return out, nil
}

func readBook(raw []byte) (book, error) {
	var file struct {
		Phrases map[string]map[string]string `yaml:"phrases"`
		Words   []string                     `yaml:"code_words"`
		Prompt  string                       `yaml:"prompt"`
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		return book{}, err
	}
	b := book{sentences: map[string]string{}, words: file.Words, prompt: strings.TrimSpace(file.Prompt)}
	for section, sentences := range file.Phrases {
		for key, text := range sentences {
			b.sentences[section+"."+key] = strings.TrimSpace(text)
		}
	}
	return b, nil
}

func (p *Phrases) book(lang string) book {
	if b, ok := p.books[lang]; ok {
		return b
	}
	return p.books[Languages[0]]
}

// placeholder is {name}, in Korean with the particle that follows it in both forms:
// {name}[을/를] or "{name}"[을/를].
var placeholder = regexp.MustCompile(`\{([a-z_]+)\}(?:("?)\[([^\]/]+)/([^\]]+)\])?`)

// optional is <name|words>: the words are said only if name has a value.
var optional = regexp.MustCompile(`<([a-z_]+)\|([^<>]*)>`)

// Phrase renders the sentence with this key, with values put into its placeholders. A
// value goes in as one line and is never itself searched for placeholders. A key that
// does not exist comes out in brackets, as does a placeholder that has no value: both
// are mistakes that should be heard, not hidden.
func (p *Phrases) Phrase(lang, key string, values map[string]string) string {
	text, ok := p.book(lang).sentences[key]
	if !ok {
		return "[" + key + "]"
	}
	// Values go in last, so that none of them is read as a part of the sentence.
	text = optional.ReplaceAllStringFunc(text, func(found string) string {
		m := optional.FindStringSubmatch(found)
		if values[m[1]] == "" {
			return ""
		}
		return m[2]
	})
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		m := placeholder.FindStringSubmatch(found)
		value, ok := values[m[1]]
		if !ok {
			return "[" + m[1] + "]"
		}
		value = oneLine(value)
		if m[3] == "" {
			return value
		}
		return value + m[2] + particle(value, m[3], m[4])
	})
}

// oneLine makes a value speakable: control characters and runs of space become one
// space, so that nothing can be pushed out of sight on a screen.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || textnorm.Hidden(r)
	}), " ")
}

// CodeWords lists the words an approval of high authority can carry: no two alike to a
// recogniser's ear. The caller may change the list.
func (p *Phrases) CodeWords(lang string) []string { return slices.Clone(p.book(lang).words) }

// Prompt is the language model's standing instruction. It is the same bytes every
// time, so that a server can keep it processed. The English one serves all languages.
func (p *Phrases) Prompt(lang string) string { return p.book(lang).prompt }

// Keys lists what Phrase can render, in order.
func (p *Phrases) Keys() []string {
	return slices.Sorted(maps.Keys(p.books[Languages[0]].sentences))
}
