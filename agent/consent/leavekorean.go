package consent

import "strings"

// koreanGrant reads a permission, or its end, in Korean.
func koreanGrant(s string) (GrantRequest, bool) {
	if l, ok := koreanRevocation(s); ok {
		return l, true
	}
	_, body, unasked := take(s, koUnasked)
	_, body, ever := take(body, koAlways)
	if !unasked && !ever {
		return GrantRequest{}, false
	}
	var l GrantRequest
	if m := koWhile.FindStringSubmatch(body); m != nil { // 메일 보낼 때 (안 물어봐도 돼)
		l.Verb, body = koWhileVerbs[m[2]], strings.TrimSpace(m[1]+" "+m[3])
	}
	if !plain(body) || koReported.MatchString(body) {
		return GrantRequest{}, false
	}
	body, ok := l.terms(body, koUntil, koCount, koSum)
	if !ok {
		return GrantRequest{}, false
	}
	if !l.koreanDeed(body) {
		// 재무팀 메일은 안 물어봐도 돼: what is done stands in the thing, or before 때.
		if !koSpared.MatchString(s) {
			return GrantRequest{}, false
		}
		l.koreanThings(body, false)
	}
	return l, l.Verb != "" && named(l.Object)
}

// koreanRevocation reads the end of a permission.
func koreanRevocation(s string) (GrantRequest, bool) {
	l := GrantRequest{Revoke: true}
	if m := koRevoke.FindStringSubmatch(s); m != nil {
		_, what, _ := take(m[1], koUnasked)
		for _, w := range []string{"그", "이", "모든", "모두", "전체", "전부", "그럼", "이제", "내", "내가 준", "준", "네", "아까"} {
			if what == w {
				what = ""
			}
		}
		l.koreanThings(what, true)
		return l, true
	}
	if m := koAskNow.FindStringSubmatch(s); m != nil {
		l.koreanThings(m[1], true)
		return l, l.Object != "" || l.Verb != ""
	}
	if _, body, ok := take(s, koUnasked); ok {
		if m := koStop.FindStringSubmatch(body); m != nil {
			l.koreanThings(m[1], true)
			return l, true
		}
	}
	return GrantRequest{}, false
}

// koreanDeed reads the deed that ends s, and what stands before it.
func (l *GrantRequest) koreanDeed(s string) bool {
	for _, d := range koDeeds {
		if m := d.re.FindStringSubmatch(s); m != nil {
			l.Verb = d.verb
			l.koreanThings(m[1], false)
			if l.Verb == "read" && isSite(l.Object) {
				l.Verb = "fetch"
			}
			return true
		}
	}
	return false
}

// koreanThings reads to whom, with what and about what: 재무팀에 보고서. In a
// revocation what is named may name the deed too (재무팀 메일).
func (l *GrantRequest) koreanThings(s string, revoked bool) {
	if m, cut, ok := take(s, koAbout); ok {
		l.About, s = m, cut
	}
	var things, open []string
	for w := range strings.FieldsSeq(s) {
		switch {
		case koMail.MatchString(w):
			if l.Verb == "" {
				l.Verb = "mail"
				if !strings.Contains(w, "메일") && !strings.Contains(w, "편지") {
					l.Verb = "message"
				}
			}
			if len(open) > 0 {
				things, open = append(things, strings.Join(open, " ")), nil
			}
		case revoked && koDoing.MatchString(w):
			if len(open) > 0 {
				things, open = append(things, strings.Join(open, " ")), nil
			}
		case koTo.MatchString(w):
			l.Object = strings.Join(append(open, koTo.FindStringSubmatch(w)[1]), " ")
			open = nil
		case koWhat.MatchString(w):
			things = append(things, strings.Join(append(open, koWhat.FindStringSubmatch(w)[1]), " "))
			open = nil
		default:
			open = append(open, w)
		}
	}
	if len(open) > 0 {
		things = append(things, strings.Join(open, " "))
	}
	for _, t := range things {
		switch {
		case l.Object == "":
			l.Object = t
		case l.About == "":
			l.About = t
		}
	}
}
