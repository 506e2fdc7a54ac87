package netguard

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"deputy/internal/textnorm"
)

// CheckHost gives a host's canonical form. A host that ends in a number is an
// IP address in some spelling; only the usual ones are taken, since others
// (octal, hexadecimal, short) mean different things to different programs.
func CheckHost(host string) (string, error) {
	if ip, ok := Address(host); ok {
		return ip.String(), nil
	}
	bad := fmt.Errorf("%q is no host that can be fetched from", textnorm.Brief(host, 80))
	if strings.ContainsAny(host, ":%[]") {
		return "", bad
	}
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if again, err := idna.Lookup.ToASCII(host); err != nil || again != host {
		return "", bad
	}
	if err != nil || len(host) > 253 || host == "" || host[0] == '.' || strings.Contains(host, "..") {
		return "", bad
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" || last[0] >= '0' && last[0] <= '9' {
		return "", bad
	}
	return host, nil
}

// Address is host as an IP address, if it is one and of no zone.
func Address(host string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(host)
	return ip.Unmap(), err == nil && ip.Zone() == ""
}

// Loopback says whether host names this machine, without asking any server.
func Loopback(host string) bool {
	ip, ok := Address(strings.Trim(host, "[]"))
	return host == "localhost" || ok && ip.IsLoopback()
}

// Decode writes the labels of a host out that are in punycode ("xn--..."); what is no
// punycode stays.
func Decode(host string) string {
	labels := strings.Split(host, ".")
	for i, l := range labels {
		if len(l) > 63 || len(l) < 5 || !strings.EqualFold(l[:4], "xn--") {
			continue
		}
		if decoded, err := idna.Punycode.ToUnicode(strings.ToLower(l)); err == nil {
			labels[i] = decoded
		}
	}
	return strings.Join(labels, ".")
}

// Local says whether a name is one of the own network by its ending.
func Local(host string) bool {
	for _, end := range []string{".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa", ".in-addr.arpa", ".ip6.arpa"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return false
}

// Listed says whether a list of hosts names host.
func Listed(list []string, host string) bool {
	for _, l := range list {
		l = strings.ToLower(strings.TrimPrefix(l, "*"))
		if below, wide := strings.CutPrefix(l, "."); host == l || wide && (host == below || strings.HasSuffix(host, l)) {
			return true
		}
	}
	return false
}

// LookalikeHost says whether a host is written in letters that are neither
// ASCII nor Hangul: some of them look like ASCII.
func LookalikeHost(host string) bool {
	shown, err := idna.ToUnicode(host)
	return err != nil || strings.ContainsFunc(shown, func(r rune) bool { return r > 0x7f && !unicode.Is(unicode.Hangul, r) })
}

// ErrPrivate refuses a host of this machine or of its network.
type ErrPrivate struct{ Host string }

func (e ErrPrivate) Error() string {
	return fmt.Sprintf("%s is an address of this machine or of a private network, and pages are fetched only from public ones; the user can list it under web.allow_private in the configuration", textnorm.Brief(e.Host, 80))
}

// special are the ranges of addresses that are no public host's, beside what
// netip knows (RFC 6890 and its registries).
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

var (
	globalV6 = netip.MustParsePrefix("2000::/3")
	nat64    = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(list ...string) []netip.Prefix {
	p := make([]netip.Prefix, len(list))
	for i, s := range list {
		p[i] = netip.MustParsePrefix(s)
	}
	return p
}

// Public says whether ip is a public host's.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if nat64.Contains(ip) { // a network without IPv4 reaches it this way
		b := ip.As16()
		ip = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Zone() != "" || ip.Is6() && !globalV6.Contains(ip) {
		return false
	}
	for _, p := range special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// Reachable says whether ip may be dialed for a host listed as private: not
// where machines in a cloud keep their credentials.
func Reachable(ip netip.Addr) bool {
	ip = ip.Unmap()
	return !ip.IsLinkLocalUnicast() && !ip.IsMulticast() && !ip.IsUnspecified() && ip != netip.MustParseAddr("fd00:ec2::254")
}

// Site is what the hosts of one owner have in common: "example.co.kr" of
// "www.example.co.kr".
func Site(host string) string {
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}
