package policy

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// assumedTainted says whether a value that stands in no text is taken for a stranger's
// nevertheless: the model may have put it into other words.
func (s *provenance) assumedTainted(value string, kind Kind) bool {
	folded := fold(value)
	if folded == "" || s.ownWords(folded) {
		return false
	}
	switch kind {
	case Address:
		for _, one := range list(folded) {
			if !s.ownWords(one) && !s.knows(one) && !s.own.names(one) {
				return true
			}
		}
		return false
	case Link:
		return s.Facts["host"] != "known" && !s.ownHost(value) && !s.ownLabels(value)
	case File:
		return s.there() && !s.spelled(folded)
	case Amount:
		for n := range numbersIn(strings.TrimSuffix(folded, ".00")) {
			if !s.own.numbers[n] && !s.trusted.numbers[n] {
				return true
			}
		}
		return false
	case Text:
		return s.foreign(folded)
	case Name:
		// Of what nobody knows the use of, what has the form of an address.
		return s.Egress && slices.ContainsFunc(piecesOf(folded), func(p string) bool { return !s.ownWords(p) })
	}
	return false
}

// knows says whether a piece is the address of a contact.
func (s *provenance) knows(p string) bool {
	return slices.ContainsFunc(s.contacts, func(c contact) bool { return c.address == p })
}

// foreign says whether a text has words that neither the owner said nor a
// trusted text holds.
func (s *provenance) foreign(value string) bool {
	return slices.ContainsFunc(words(value), func(w string) bool { return !s.own.has(w) && !s.trusted.has(w) })
}

// spelled says whether the owner, or a trusted text, names every part of a path;
// within the workspace the name of the file is enough.
func (s *provenance) spelled(path string) bool {
	if path == "." {
		return true
	}
	if s.Facts["path"] == "inside" {
		path = path[strings.LastIndexByte(path, '/')+1:]
	}
	stem := strings.TrimSuffix(path, extension(path))
	return s.ownWords(path) || len(words(stem)) > 0 && !s.foreign(stem)
}

// extension is the end of a file's name that nobody says: ".md".
func extension(path string) string {
	i := strings.LastIndexByte(path, '.')
	if i <= 0 || len(path)-i > 5 || strings.Contains(path[i:], "/") {
		return ""
	}
	return path[i:]
}

// ownHost says whether the owner named the host of a link: where it goes then is
// the owner's choice, whoever wrote the rest.
func (s *provenance) ownHost(link string) bool {
	host, found, readable := hostOf(link, true)
	if !found || !readable || !strings.Contains(host, ".") {
		return false
	}
	return s.own.says(host) || s.own.says(strings.TrimPrefix(host, "www."))
}

// ownLabels says whether the owner said the words of a host: "acme" for
// www.acme.co.kr.
func (s *provenance) ownLabels(link string) bool {
	host, found, readable := hostOf(link, true)
	if !found || !readable {
		return false
	}
	labels := strings.Split(host, ".")
	said := 0
	for _, l := range labels[:len(labels)-1] {
		switch {
		case slices.Contains([]string{"www", "co", "com", "or", "ac", "go", "ne", "org", "net", "en", "ko", "kr", "m"}, l):
		case utf8.RuneCountInString(l) >= 3 && s.own.says(l):
			said++
		default:
			return false
		}
	}
	return said > 0
}

// names says whether the owner said every word of a name.
func (t text) names(name string) bool {
	all := words(name)
	return len(all) > 0 && !strings.Contains(name, "@") && !slices.ContainsFunc(all, func(w string) bool { return !t.has(w) })
}

// A contact is an address that the tool knows, and what the owner calls it.
type contact struct{ name, address string }

// contactsOf reads the fact "contacts": "Finance <finance@acme.example>; Kim <kim@acme.example>".
func contactsOf(fact string) (out []contact) {
	for one := range strings.SplitSeq(fact, ";") {
		name, address, ok := strings.Cut(fold(one), "<")
		if address = strings.TrimSuffix(strings.TrimSpace(address), ">"); ok && address != "" {
			out = append(out, contact{strings.TrimSpace(name), address})
		}
	}
	return out
}
