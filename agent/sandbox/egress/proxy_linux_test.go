package egress

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"deputy/agent/sandbox/egress/egresstest"
)

func optionsOf(n *egresstest.Internet) GateOptions {
	return GateOptions{Resolve: n.Resolve, Dial: n.Dial, Traffic: 64 << 20, Logger: slog.New(slog.DiscardHandler)}
}

// proxied is a gate for hosts, and a client that goes through it.
func proxied(t *testing.T, o GateOptions, hosts ...string) (*Proxy, *http.Client, func() (net.Conn, error), *error) {
	t.Helper()
	dir := t.TempDir()
	ended := new(error)
	g, err := Open(dir, hosts, o, func(err error) { *ended = err })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	dial := func() (net.Conn, error) {
		d, err := os.Open(dir)
		if err != nil {
			return nil, err
		}
		defer d.Close()
		return net.Dial("unix", fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), Socket))
	}
	c := &http.Client{Transport: &http.Transport{
		Proxy:           http.ProxyURL(&url.URL{Scheme: "http", Host: "gate"}),
		DialContext:     func(context.Context, string, string) (net.Conn, error) { return dial() },
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // what passes is tried, not whom it reaches
	}}
	t.Cleanup(c.CloseIdleConnections)
	return g, c, dial, ended
}

func TestGate(t *testing.T) {
	n, _ := egresstest.NewInternet(t)
	g, client, _, _ := proxied(t, optionsOf(n), "good.example", "home.example", "mapped.example", "lan.example", "meta.example", "both.example", "six.example", "gone.example")
	for _, tt := range []struct{ url, want string }{
		{"http://good.example/a?b=1", "page /a of good.example, "},
		{"http://GOOD.example:80/a", "page /a of good.example, "},
		{"https://good.example/b", "page /b of good.example, "},
		{"http://both.example/c", "page /c of both.example, "},
		{"http://other.example/", "not allowed"},
		{"https://other.example/", "Forbidden"},
		{"http://sub.good.example/", "not allowed"},
		{"http://" + egresstest.PublicAddress + "/", "not allowed"},
		{"http://127.0.0.1/", "not allowed"},
		{"http://localhost/", "not allowed"},
		{"http://good.example:8080/", "port 8080"},
		{"https://good.example:22/", "Forbidden"},
		{"http://good.example:443/", "port 443"},
		{"http://home.example/", "no public address"},
		{"http://mapped.example/", "no public address"},
		{"http://lan.example/", "no public address"},
		{"http://meta.example/latest/meta-data", "no public address"},
		{"http://six.example/", "no public address"},
		{"https://home.example/", "Bad Gateway"},
		{"http://gone.example/", "can't be found"},
	} {
		got := ""
		if r, err := client.Get(tt.url); err != nil {
			got = err.Error()
		} else {
			b, _ := io.ReadAll(r.Body)
			r.Body.Close()
			got = string(b)
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q in it", tt.url, got, tt.want)
		}
	}
	for _, a := range n.Dialed() {
		if host, _, _ := net.SplitHostPort(a); host != egresstest.PublicAddress {
			t.Errorf("%s was dialed, want only %s", a, egresstest.PublicAddress)
		}
	}
	if got := g.Report(); !strings.Contains(got, "good.example ") || !strings.Contains(got, "refused home.example: home.example has no public address") {
		t.Errorf("report: got %q", got)
	}
}

// TestGateTunnel: what is in a tunnel must be what it was opened for.
func TestGateTunnel(t *testing.T) {
	n, _ := egresstest.NewInternet(t)
	_, _, dial, _ := proxied(t, optionsOf(n), "good.example")
	for _, tt := range []struct {
		name, say string
		server    string
	}{
		{"no TLS", "GET / HTTP/1.1\r\nHost: other.example\r\n\r\n", ""},
		{"another host", "", "other.example"},
		{"no name", "", ""},
	} {
		c, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "CONNECT good.example:443 HTTP/1.1\r\nHost: good.example:443\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		want := "HTTP/1.1 200 Connection established\r\n\r\n"
		head := make([]byte, len(want))
		if _, err := io.ReadFull(c, head); err != nil || string(head) != want {
			t.Fatalf("%s: got %q, %v, want a tunnel", tt.name, head, err)
		}
		if tt.say != "" {
			_, err = io.WriteString(c, tt.say)
			if err == nil {
				_, err = io.ReadFull(c, head[:12])
			}
			if err == nil && strings.HasPrefix(string(head), "HTTP") {
				t.Errorf("%s: got an answer %q, want none", tt.name, head[:12])
			}
			continue
		}
		if err := tls.Client(c, &tls.Config{ServerName: tt.server, InsecureSkipVerify: true}).Handshake(); err == nil {
			t.Errorf("%s: got through", tt.name)
		}
	}
}

func TestGateEndsAtItsLimit(t *testing.T) {
	n, _ := egresstest.NewInternet(t)
	o := optionsOf(n)
	o.Traffic = 1 << 20
	_, client, _, ended := proxied(t, o, "good.example")
	r, err := client.Get("http://good.example/big")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	got, err := io.Copy(io.Discard, r.Body)
	if err == nil || got > 2<<20 {
		t.Errorf("got %d bytes, %v, want an end after about 1 MiB", got, err)
	}
	if *ended == nil || !strings.Contains((*ended).Error(), "1.0 MB over the network") {
		t.Errorf("got %v, want a reason", *ended)
	}
}

func FuzzClientHello(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte{0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, s := net.Pipe()
		go func() {
			_, _ = c.Write(b)
			c.Close()
		}()
		defer s.Close()
		hello, name, err := clientHello(s)
		if err == nil && len(hello) == 0 || err != nil && name != "" {
			t.Errorf("got %q, %q, %v", hello, name, err)
		}
	})
}
