package policy

import (
	"slices"
	"strings"
	"testing"
)

func TestHostMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, host string
		exact, wide   bool // matched by a rule that allows, by one that denies
	}{
		{"acme.example", "acme.example", true, true},
		{"acme.example", "ACME.example.", true, true},
		{"acme.example", "acme.example:443", true, true},
		{"acme.example", "www.acme.example", false, false},
		{"acme.example", "acme.example.evil.example", false, false},
		{"*.acme.example", "www.acme.example", true, true},
		{"*.acme.example", "a.b.acme.example", true, true},
		{"*.acme.example", "acme.example", false, true},
		{"*.acme.example", "evilacme.example", false, false},
		{"*.acme.example", "acme.example.evil.example", false, false},
		{"*.acme.example", ".acme.example", true, true},
		{"*acme.example", "evilacme.example", false, false},
		{"*", "anything.example", true, true},
		{"*", "", false, false},
		{"*.", "a.", false, false},
		{"bücher.example", "xn--bcher-kva.example", true, true},
		{"XN--BCHER-KVA.example", "bücher.example", true, true},
		{"аcme.example", "acme.example", false, false}, // Cyrillic
		{"[::1]", "[::1]", true, true},
	} {
		if got := hostMatches(c.pattern, c.host, false); got != c.exact {
			t.Errorf("%q on %q: got %v, want %v", c.pattern, c.host, got, c.exact)
		}
		if got := hostMatches(c.pattern, c.host, true); got != c.wide {
			t.Errorf("%q on %q, careful: got %v, want %v", c.pattern, c.host, got, c.wide)
		}
	}
}

func TestHosts(t *testing.T) {
	for _, c := range []struct {
		target string
		args   map[string]string
		want   []string
		ok     bool
	}{
		{"a.txt", nil, nil, true},
		{"x@acme.example", nil, []string{"acme.example"}, true},
		{"x@acme.example, y@B.example", nil, []string{"acme.example", "b.example"}, true},
		{"", map[string]string{"url": "https://user:pw@Evil.example:8443/x@acme.example"}, []string{"evil.example"}, true},
		{"", map[string]string{"url": "acme.example/path"}, []string{"acme.example"}, true},
		{"", map[string]string{"url": "https://%zz/"}, nil, false},
		{"", map[string]string{"text": "https://acme.example"}, []string{"acme.example"}, true},
	} {
		got, ok := subject{Action{Target: c.target, Args: c.args}, Table{}}.hosts()
		if !slices.Equal(got, c.want) || ok != c.ok {
			t.Errorf("%q %v: got %v %v, want %v %v", c.target, c.args, got, ok, c.want, c.ok)
		}
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		amount, limit string
		want          truth
	}{
		{"120", "> 100", yes}, {"100", "> 100", no}, {"100", ">= 100", yes}, {"99.99", "< 100", yes}, {"100.00", "= 100", yes}, {"101", "<= 100", no},
		{"1,250,000", "> 1000000", yes}, {"1,25", "> 1", maybe}, {"1.250", "> 1", maybe}, {"1.250,00", "> 1", maybe}, {"1e9", "> 1", maybe},
		{"-5", "< 1", maybe}, {"", "> 1", maybe}, {"a lot", "> 1", maybe}, {"٣", "> 1", maybe}, {strings.Repeat("9", 25), "> 1", maybe},
		{"$120", "> 100", yes}, {"120 USD", "> 100 USD", yes}, {"120", "> 100 USD", maybe}, {"120 EUR", "> 100 USD", maybe}, {"50,000원", "> 40000 KRW", yes},
		{"USD 5 EUR", "> 1", maybe}, {"5 apples", "> 1", maybe}, {"0.1", "= 0.1", yes},
	} {
		l, err := parseLimit(c.limit)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.holds(c.amount); got != c.want {
			t.Errorf("%q %s: got %v, want %v", c.amount, c.limit, got, c.want)
		}
	}
	for _, s := range []string{"", "100", ">", "> x", "=> 1", "!= 5", "> -1", "~ 5"} {
		if CheckAmount(s) == nil {
			t.Errorf("%q: got no error", s)
		}
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("a*b?c", "aXbYc")
	f.Add("*.acme.example", "www.acme.example")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		got := glob(pattern, s)
		if !strings.ContainsAny(pattern, "*?") && got != (string([]rune(pattern)) == string([]rune(s))) {
			t.Errorf("%q on %q: got %v", pattern, s, got)
		}
		if got && !glob("*"+pattern+"*", "x"+s+"y") {
			t.Errorf("%q on %q: a wider pattern doesn't match", pattern, s)
		}
		if got && matchAll(pattern, s) != got && len(list(s)) == 1 {
			t.Errorf("%q on %q: matchAll differs", pattern, s)
		}
	})
}

func FuzzHostMatches(f *testing.F) {
	f.Add("*.acme.example", "evilacme.example")
	f.Add("*.xn--bcher-kva.example", "A.bücher.example.:443")
	f.Fuzz(func(t *testing.T, pattern, host string) {
		exact, careful := hostMatches(pattern, host, false), hostMatches(pattern, host, true)
		if exact && !careful {
			t.Errorf("%q on %q: a rule that denies is narrower than one that allows", pattern, host)
		}
		below, wide := strings.CutPrefix(normalHost(pattern), "*.")
		if exact && wide && !strings.HasSuffix(normalHost(host), "."+below) {
			t.Errorf("%q on %q: matched outside", pattern, host)
		}
		if !wide && exact && normalHost(pattern) != "*" && normalHost(pattern) != normalHost(host) {
			t.Errorf("%q on %q: matched another host", pattern, host)
		}
	})
}

func FuzzAmount(f *testing.F) {
	f.Add("1,250.50 USD", "> 100")
	f.Fuzz(func(t *testing.T, s, pattern string) {
		l, err := parseLimit(pattern)
		if err == nil {
			l.holds(s)
		}
	})
}
