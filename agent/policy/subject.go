package policy

import (
	"net/url"
	"slices"
	"strings"
)

// A subject is an action with the table that says what its arguments are.
type subject struct {
	Action
	table Table
}

// meets says whether an action meets the conditions of a raise, and whether that
// is sure: a condition that can't be evaluated counts as met, but not as sure.
//
// A condition is a fact and a pattern, where a fact that isn't stated meets none,
// or one of: "amount" and a comparison, "args.NAME" and a pattern, "target" and a
// pattern, "spends" or "egress" and "yes" or "no".
func (s subject) meets(when map[string]string) (yes, sure bool) {
	yes, sure = len(when) > 0, true
	for name, want := range when {
		met := true
		switch arg, isArg := strings.CutPrefix(name, "args."); {
		case name == "amount":
			m := s.compare(want)
			met, sure = m != no, sure && m != maybe
		case name == "spends" || name == "egress":
			met = want == yesNo(name == "egress" && s.Egress || name == "spends" && s.table.Spends(s.Action))
		case name == "target":
			met = matchAny(want, s.Target)
		case isArg:
			v, ok := s.Args[arg]
			met = ok && matchAny(want, v)
		default:
			v, ok := s.Facts[name]
			met = ok && matchAny(want, v)
		}
		if !met {
			return false, true
		}
	}
	return yes, sure
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// compare holds an amount pattern against what the action says it costs. An
// action that costs something nobody can read meets every comparison, perhaps.
func (s subject) compare(pattern string) truth {
	l, err := parseLimit(pattern)
	if err != nil {
		return maybe
	}
	amounts := s.amounts()
	if len(amounts) == 0 {
		if s.Spends {
			return maybe
		}
		return no
	}
	result := no
	for _, a := range amounts {
		result = max(result, l.holds(a))
	}
	return result
}

// amounts are what the action says it costs, as written, with the currency.
func (s subject) amounts() (out []string) {
	add := func(v string) {
		if v == "" {
			return
		}
		currency := s.Facts["currency"]
		if currency == "" {
			currency = s.Args["currency"]
		}
		if a, ok := parseAmount(v); ok && a.currency == "" && currency != "" {
			v += " " + currency
		}
		out = append(out, v)
	}
	add(s.Facts["amount"])
	for name, v := range s.Args {
		if s.table.Kind(s.Tool, name) == Amount {
			add(v)
		}
	}
	slices.Sort(out)
	return out
}

// hosts are those that the action goes to, as they stand in its target and in the
// arguments that say where. ok is false if there is one that can't be read.
func (s subject) hosts() (hosts []string, ok bool) {
	ok = true
	add := func(v string, kind Kind) {
		for _, one := range list(v) {
			h, found, readable := hostOf(one, kind == Link)
			ok = ok && readable
			if found && !slices.Contains(hosts, h) {
				hosts = append(hosts, h)
			}
		}
	}
	add(s.Target, Name)
	for name, v := range s.Args {
		if k := s.table.Kind(s.Tool, name); k == Link || k == Address || k == Name {
			add(v, k)
		}
	}
	slices.Sort(hosts)
	return hosts, ok
}

// hostOf is the host in an URL, a mail address or, if bare, a host itself.
func hostOf(v string, bare bool) (host string, found, readable bool) {
	v = strings.TrimSpace(v)
	switch {
	case v == "":
		return "", false, true
	case strings.Contains(v, "://"):
		u, err := url.Parse(v)
		if err != nil || u.Hostname() == "" {
			return "", false, false
		}
		return normalHost(u.Hostname()), true, true
	case strings.Contains(v, "@") && !strings.ContainsAny(v, " /"):
		return normalHost(v[strings.LastIndexByte(v, '@')+1:]), true, true
	case bare:
		h, _, _ := strings.Cut(v, "/")
		return normalHost(h), true, true
	}
	return "", false, true
}

// list cuts a list of addresses apart; anything else is one value.
func list(s string) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '\n' })
	for i, p := range parts {
		if parts[i] = strings.TrimSpace(p); !strings.Contains(p, "@") {
			return []string{s}
		}
	}
	if len(parts) < 2 {
		return []string{s}
	}
	return parts
}
