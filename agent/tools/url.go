package tools

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

const maxRedirects = 5

// checkURL gives the canonical form of an address of the web, or says why it is
// none that may be fetched. What a name stands for is checked when it is dialed.
func (t fetchPage) checkURL(s string) (*url.URL, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return nil, errors.New("the address is missing")
	case len(s) > 2000:
		return nil, errors.New("the address is too long: at most 2000 bytes")
	case !utf8.ValidString(s):
		return nil, errors.New("the address is not valid UTF-8")
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || hidden(r) || r == '\\' }):
		return nil, fmt.Errorf("%q is no address: it holds a space, a backslash or a character that can't be seen", brief(s, 80))
	}
	if !strings.Contains(s, "://") {
		if before, _, _ := strings.Cut(s, "/"); strings.Contains(before, ":") && !strings.Contains(before, ".") {
			return nil, fmt.Errorf("%q can't be fetched: only http and https addresses can", brief(s, 80))
		}
		s = "https://" + s
	}
	u, err := url.Parse(norm.NFC.String(s))
	if err != nil {
		return nil, fmt.Errorf("%q is no address", brief(s, 80))
	}
	return t.allowedURL(u)
}

// allowedURL says whether u may be fetched at all, and puts its host in ASCII.
func (t fetchPage) allowedURL(u *url.URL) (*url.URL, error) {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q can't be fetched: only http and https addresses can", brief(u.String(), 80))
	case u.User != nil:
		return nil, errors.New("an address with a user name or a password in it is not fetched")
	case u.Opaque != "" || u.Hostname() == "":
		return nil, fmt.Errorf("%q is no address: the host is missing", brief(u.String(), 80))
	}
	host, err := checkHost(u.Hostname())
	if err != nil {
		return nil, err
	}
	private := listed(t.o.AllowPrivate, host)
	port := u.Port()
	if (u.Scheme == "http" && port == "80") || (u.Scheme == "https" && port == "443") {
		port = ""
	}
	ip, isIP := address(host)
	switch {
	case private:
	case isIP && !public(ip):
		return nil, errAddress{host}
	case !isIP && !strings.Contains(host, "."), local(host):
		return nil, errAddress{host}
	case port != "" && port != "80" && port != "443" && port != "8080" && port != "8443":
		return nil, fmt.Errorf("port %s is not fetched from", brief(port, 10))
	}
	out := *u
	if out.Host = host; strings.Contains(host, ":") {
		out.Host = "[" + host + "]"
	}
	if port != "" {
		out.Host += ":" + port
	}
	return &out, nil
}

// checkHost gives a host's canonical form. A host that ends in a number is an
// IP address in some spelling; only the usual ones are taken, since others
// (octal, hexadecimal, short) mean different things to different programs.
func checkHost(host string) (string, error) {
	if ip, ok := address(host); ok {
		return ip.String(), nil
	}
	bad := fmt.Errorf("%q is no host that can be fetched from", brief(host, 80))
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

func address(host string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(host)
	return ip.Unmap(), err == nil && ip.Zone() == ""
}

// local says whether a name is one of the own network by its ending.
func local(host string) bool {
	for _, end := range []string{".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa", ".in-addr.arpa", ".ip6.arpa"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return false
}

// listed says whether a list of hosts names host.
func listed(list []string, host string) bool {
	for _, l := range list {
		l = strings.ToLower(strings.TrimPrefix(l, "*"))
		if below, wide := strings.CutPrefix(l, "."); host == l || wide && (host == below || strings.HasSuffix(host, l)) {
			return true
		}
	}
	return false
}

// lookalikeHost says whether a host is written in letters that are neither
// ASCII nor Hangul: some of them look like ASCII.
func lookalikeHost(host string) bool {
	shown, err := idna.ToUnicode(host)
	return err != nil || strings.ContainsFunc(shown, func(r rune) bool { return r > 0x7f && !unicode.Is(unicode.Hangul, r) })
}

// errAddress refuses a host of this machine or of its network.
type errAddress struct{ host string }

func (e errAddress) Error() string {
	return fmt.Sprintf("%s is an address of this machine or of a private network, and pages are fetched only from public ones; the user can list it under web.allow_private in the configuration", brief(e.host, 80))
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

// public says whether ip is a public host's.
func public(ip netip.Addr) bool {
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

// reachable says whether ip may be dialed for a host listed as private: not
// where machines in a cloud keep their credentials.
func reachable(ip netip.Addr) bool {
	ip = ip.Unmap()
	return !ip.IsLinkLocalUnicast() && !ip.IsMulticast() && !ip.IsUnspecified() && ip != netip.MustParseAddr("fd00:ec2::254")
}

// transport dials only what may be reached. The address is checked at the last
// moment, when the name is resolved, so that no name can stand for one address
// when it is checked and for another when it is used.
func (t fetchPage) transport() *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			may := public
			if listed(t.o.AllowPrivate, host) {
				may = reachable
			}
			d := net.Dialer{Timeout: 10 * time.Second, Control: func(_, addr string, _ syscall.RawConn) error {
				ap, err := netip.ParseAddrPort(addr)
				if err != nil || !may(ap.Addr()) {
					return errAddress{host}
				}
				return nil
			}}
			return d.DialContext(ctx, network, addr)
		},
		TLSClientConfig:        &tls.Config{RootCAs: t.o.Roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: 64 << 10,
		TLSHandshakeTimeout:    10 * time.Second,
	}
}

// redirect follows a redirect within the site, and to hosts that need no asking.
func (t fetchPage) redirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errors.New("the page sends on too often")
	}
	u, err := t.allowedURL(req.URL)
	if err != nil {
		return err
	}
	first, last := via[0].URL, via[len(via)-1].URL
	if last.Scheme == "https" && u.Scheme == "http" {
		return errors.New("the page sends on from https to http, which is not followed")
	}
	if site(u.Hostname()) != site(first.Hostname()) && !listed(t.o.Allow, u.Hostname()) {
		return errElsewhere{u}
	}
	req.URL = u
	return nil
}

// site is what the hosts of one owner have in common: "example.co.kr" of
// "www.example.co.kr".
func site(host string) string {
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}
