package consent

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"deputy/internal/textnorm"
	"deputy/internal/timeexpr"
)

// A GrantRequest is a standing permission as it was spoken, or the end of one. It
// permits nothing: the desk makes a grant of it, reads that back and has it
// approved. Object, About and Sum are the owner's own words.
type GrantRequest struct {
	// Verb is what may be done: mail, message, fetch, read, run, write, delete,
	// post, push, pay, book, install, move. "" in a revocation means anything.
	Verb string
	// Object is to whom or with what ("finance list", "example.com"); "" in a
	// revocation means all.
	Object string
	// About is the matter of it ("report"); "" if none was named.
	About string
	// Until is when it ends; the zero value if that was not said.
	Until timeexpr.When
	// Count is how often; 0 if that was not said.
	Count int
	// Sum is how much at most ("50 dollars", 오만 원); "" if that was not said.
	Sum string
	// Revoke says that it takes a permission back.
	Revoke bool
}

// ReadGrantRequest reads a standing permission ("you may mail the finance list about
// the report this week without asking", 이번 주에는 재무팀에 보고서 메일 묻지 말고
// 보내도 돼) or its end ("forget all permissions", 재무팀 허락 취소해). A permission
// must say that nothing is to be asked, or that it is for always; with a
// question, a negation, a condition or an exception it is none, nor with an end
// that can't be told by a clock ("until Kim is back").
func ReadGrantRequest(text, language string) (GrantRequest, bool) {
	if !spoken(language) {
		return GrantRequest{}, false
	}
	s, ok := sentence(text)
	if !ok {
		return GrantRequest{}, false
	}
	if textnorm.HasHangul(s) && !latin(s) {
		return koreanGrant(s)
	}
	return englishGrant(s)
}

// latin says whether s is English with a Korean name in it, rather than Korean
// with an English one: whether it begins so.
func latin(s string) bool {
	w, _, _ := strings.Cut(s, " ")
	return !textnorm.HasHangul(w) && opener.MatchString(s)
}

// sentence makes text one line: plain characters, single spaces, no marks at
// its end or between words. A question mark makes it no statement.
func sentence(text string) (string, bool) {
	folded := strings.Map(func(r rune) rune {
		if r = fold(r); r == 0 {
			return -1
		}
		return r
	}, text)
	var words []string
	for w := range strings.FieldsSeq(norm.NFC.String(folded)) {
		if strings.ContainsRune(w, '?') {
			return "", false
		}
		if w = strings.TrimFunc(w, func(r rune) bool { return unicode.IsPunct(r) && r != '$' || r == '…' }); w != "" {
			words = append(words, strings.ReplaceAll(w, "'", ""))
		}
	}
	return strings.Join(words, " "), len(words) > 1 && len(words) <= 40
}

// take finds re in s and gives its first group that isn't empty, and s without
// all that re matched.
func take(s string, re *regexp.Regexp) (got, rest string, ok bool) {
	m := re.FindStringSubmatchIndex(s)
	if m == nil {
		return "", s, false
	}
	for i := 2; i+1 < len(m); i += 2 {
		if m[i] >= 0 && m[i+1] > m[i] {
			got = s[m[i]:m[i+1]]
			break
		}
	}
	return got, strings.Join(strings.Fields(s[:m[0]]+" "+s[m[1]:]), " "), true
}

// terms takes how long, how often and how much out of s. It is not ok if an end
// is named that no clock can tell.
func (l *GrantRequest) terms(s string, until, count, sum *regexp.Regexp) (rest string, ok bool) {
	if got, cut, ok := take(s, sum); ok {
		l.Sum, s = got, cut
	}
	if got, cut, ok := take(s, count); ok {
		got = strings.TrimSuffix(strings.ToLower(got), " times")
		if l.Count = timeexpr.Count(got); l.Count < 0 {
			l.Count = map[string]int{"once": 1, "twice": 2}[got]
		}
		if l.Count <= 0 {
			return s, false
		}
		s = cut
	}
	if got, cut, ok := take(s, until); ok {
		if l.Until = timeexpr.Find(got); !l.Until.Set {
			return s, false
		}
		s = cut
	}
	return s, true
}

// limits are words of an end or a number that would be a condition elsewhere.
var limits = regexp.MustCompile(`(?i)(?:^| )(?:until|till|once|only)(?: |$)|까지[는만]?`)

// plain says whether s, a permission without what it says of asking, is a plain
// statement: it asks, negates, ties and leaves out nothing.
func plain(s string) bool {
	u := parse(limits.ReplaceAllString(s, " "), "")
	return len(u.words) > 0 && !u.tagged && !u.has(ask|condition|negate|refuse|hedge|but|evade|repeat)
}
