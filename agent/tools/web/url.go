package web

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
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"deputy/internal/netguard"
	"deputy/internal/textnorm"
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
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || textnorm.Hidden(r) || r == '\\' }):
		return nil, fmt.Errorf("%q is no address: it holds a space, a backslash or a character that can't be seen", textnorm.Brief(s, 80))
	}
	if !strings.Contains(s, "://") {
		if before, _, _ := strings.Cut(s, "/"); strings.Contains(before, ":") && !strings.Contains(before, ".") {
			return nil, fmt.Errorf("%q can't be fetched: only http and https addresses can", textnorm.Brief(s, 80))
		}
		s = "https://" + s
	}
	u, err := url.Parse(norm.NFC.String(s))
	if err != nil {
		return nil, fmt.Errorf("%q is no address", textnorm.Brief(s, 80))
	}
	return t.allowedURL(u)
}

// allowedURL says whether u may be fetched at all, and puts its host in ASCII.
func (t fetchPage) allowedURL(u *url.URL) (*url.URL, error) {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q can't be fetched: only http and https addresses can", textnorm.Brief(u.String(), 80))
	case u.User != nil:
		return nil, errors.New("an address with a user name or a password in it is not fetched")
	case u.Opaque != "" || u.Hostname() == "":
		return nil, fmt.Errorf("%q is no address: the host is missing", textnorm.Brief(u.String(), 80))
	}
	host, err := netguard.CheckHost(u.Hostname())
	if err != nil {
		return nil, err
	}
	private := netguard.Listed(t.o.AllowPrivate, host)
	port := u.Port()
	if (u.Scheme == "http" && port == "80") || (u.Scheme == "https" && port == "443") {
		port = ""
	}
	ip, isIP := netguard.Address(host)
	switch {
	case private:
	case isIP && !netguard.Public(ip):
		return nil, netguard.ErrPrivate{Host: host}
	case !isIP && !strings.Contains(host, "."), netguard.Local(host):
		return nil, netguard.ErrPrivate{Host: host}
	case port != "" && port != "80" && port != "443" && port != "8080" && port != "8443":
		return nil, fmt.Errorf("port %s is not fetched from", textnorm.Brief(port, 10))
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
			may := netguard.Public
			if netguard.Listed(t.o.AllowPrivate, host) {
				may = netguard.Reachable
			}
			d := net.Dialer{Timeout: 10 * time.Second, Control: func(_, addr string, _ syscall.RawConn) error {
				ap, err := netip.ParseAddrPort(addr)
				if err != nil || !may(ap.Addr()) {
					return netguard.ErrPrivate{Host: host}
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
	if netguard.Site(u.Hostname()) != netguard.Site(first.Hostname()) && !netguard.Listed(t.o.Allow, u.Hostname()) {
		return errElsewhere{u}
	}
	req.URL = u
	return nil
}
