package consent

import (
	"regexp"
	"strings"

	"deputy/internal/timeexpr"
)

// englishGrant reads a permission, or its end, in English.
func englishGrant(s string) (GrantRequest, bool) {
	if l, ok := englishRevocation(s); ok {
		return l, true
	}
	var l GrantRequest
	rest, ok := l.opened(s)
	if !ok || enPeriod.MatchString(rest) {
		return GrantRequest{}, false
	}
	head, about := rest, ""
	if m := enAbout.FindStringIndex(rest); m != nil {
		head, about = rest[:m[0]], rest[m[1]:]
		if about, ok = l.terms(about, enUntil, enCount, enSum); !ok || about == "" {
			return GrantRequest{}, false
		}
	}
	if head, ok = l.terms(head, enUntil, enCount, enSum); !ok || !plain(rest) {
		return GrantRequest{}, false
	}
	if !l.does(head) {
		return GrantRequest{}, false
	}
	if about != "" {
		l.About = noun(about)
	}
	return l, named(l.Object) && (l.About == "" || named(l.About))
}

// opened reads what makes s a permission, and gives what is permitted: "you may
// @ without asking", "always allow @", "no need to ask before you @".
func (l *GrantRequest) opened(s string) (rest string, ok bool) {
	if m := enSpared.FindStringSubmatch(s); m != nil {
		return m[1], true
	}
	_, body, unasked := take(s, enUnasked)
	if got, cut, ok := take(body, enHead); ok {
		if l.Until = timeexpr.Find(got); l.Until.Set {
			body = cut
		}
	}
	for _, begin := range []*regexp.Regexp{allowing, opener, ordered} {
		if !begin.MatchString(body) || begin == ordered && !unasked {
			continue
		}
		m := begin.FindString(body)
		_, rest, ever := take(body[len(m):], enAlways)
		return rest, unasked || ever || enAlways.MatchString(m)
	}
	return "", false
}

// named says whether s is a name of something: not "it", not a sentence.
func named(s string) bool {
	words := strings.Fields(strings.ToLower(s))
	if len(words) == 0 || len(words) > 8 || len(words) == 1 && pronouns[words[0]] {
		return false
	}
	for i, w := range words {
		if spoils[w] || i > 0 && (words[i-1] == "and" || words[i-1] == "or" || words[i-1] == "then") && doing(w) {
			return false
		}
	}
	return true
}

// doing says whether w begins a second deed: "mail finance and delete the file".
func doing(w string) bool {
	for _, d := range deeds {
		if d.re.MatchString(w) {
			return true
		}
	}
	return false
}

// spoils are words of a sentence, which names nothing.
var spoils = set("you i we he she they it may can will would should must shall is are was were do does did has have saying says said say that which who whom whose because so asking ask")

// englishRevocation reads the end of a permission.
func englishRevocation(s string) (GrantRequest, bool) {
	l := GrantRequest{Revoke: true}
	if m := enRevoke.FindStringSubmatch(s); m != nil {
		return l, l.names(m[1]) && (m[1] == "" || named(l.Object))
	}
	if m := enNoMore.FindStringSubmatch(s); m != nil {
		_, body, _ := take(m[1], enUnasked)
		return l, l.does(body)
	}
	if m := enAskOver.FindStringSubmatch(s); m != nil {
		return l, l.does(m[1])
	}
	_, body, unasked := take(s, enUnasked)
	if !unasked {
		return GrantRequest{}, false
	}
	if m := enStop.FindStringSubmatch(body); m != nil {
		return l, l.does(m[1])
	}
	// "Don't mail finance without asking" takes nothing back unless there was
	// something: "any more".
	_, _, longer := take(s, enLonger)
	if m := enNever.FindStringSubmatch(body); m != nil && longer {
		_, what, _ := take(m[1]+" ", enLonger)
		return l, l.does(what)
	}
	return GrantRequest{}, false
}

// names reads what a revocation is for: a deed or only its object; "" is all.
func (l *GrantRequest) names(s string) bool {
	if s == "" || l.does(s) {
		return true
	}
	if head, about, ok := strings.Cut(s, " about "); ok {
		s, l.About = head, noun(about)
	}
	l.Object = noun(s)
	return l.Object != ""
}

// does reads a deed and what it is done to: "send the report to finance".
func (l *GrantRequest) does(s string) bool {
	for _, d := range deeds {
		m := d.re.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		l.Verb = d.verb
		object := m[1]
		if i := enAbout.FindStringIndex(object); i != nil {
			object, l.About = object[:i[0]], noun(object[i[1]:])
		}
		if i := strings.LastIndex(object, " to "); i > 0 && l.About == "" {
			object, l.About = object[i+4:], noun(object[:i])
		}
		l.Object = noun(object)
		if l.Verb == "read" && isSite(l.Object) {
			l.Verb = "fetch"
		}
		return true
	}
	return false
}

// noun is s without what stands before a noun.
func noun(s string) string { return strings.TrimSpace(article.ReplaceAllString(s+" ", "")) }

// pronouns name nothing that outlasts the talk.
var pronouns = set("it this that them these those him her me us you everything anything all 그거 이거 저거 그걸 이걸 그것 이것 그건 이건 다 전부 모두 뭐든 뭐든지 아무거나 그냥 알아서 그렇게")
