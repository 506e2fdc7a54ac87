package netguard

import "testing"

func TestDecode(t *testing.T) {
	for in, want := range map[string]string{
		"xn--bcher-kva": "bücher", "XN--BCHER-KVA": "bücher", "xn--fiq228c": "中文", "xn--80akhbyknj4f": "испытание",
		"acme": "acme", "www.xn--bcher-kva.example": "www.bücher.example", "xn--": "xn--", "xn--\x00": "xn--\x00",
	} {
		if got := Decode(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "[::1]": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.example": false, "10.0.0.1": false, "[::2]": false, "127.1": false,
	} {
		if got := Loopback(host); got != want {
			t.Errorf("%q: got %v, want %v", host, got, want)
		}
	}
}

func TestSite(t *testing.T) {
	for host, want := range map[string]string{
		"www.example.co.kr": "example.co.kr", "a.b.example.com": "example.com", "me.github.io": "me.github.io", "com": "com", "a.evil.example": "evil.example",
	} {
		if got := Site(host); got != want {
			t.Errorf("%q: got %q, want %q", host, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("xn--bcher-kva.example")
	f.Add("xn--99999999999")
	f.Fuzz(func(t *testing.T, s string) {
		if plain := Decode(s); len(plain) > 4*len(s) {
			t.Errorf("%q became %d bytes", s, len(plain))
		}
	})
}
