package tools

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"deputy/agent/policy"
	"deputy/agent/tool"
)

// internet is a made-up one: names stand for addresses, and what listens at
// public ones is on this machine.
type internet struct {
	names map[string]string
	at    map[string]string // "address:port" to what really listens
	mu    sync.Mutex        // guards found, which connections share
	found []string
}

func (n *internet) options() ShellOptions {
	return ShellOptions{
		Hosts: []string{"good.example", ".known.example"},
		resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			if n.names[host] == "" {
				return nil, errors.New("no such host")
			}
			var all []netip.Addr
			for a := range strings.FieldsSeq(n.names[host]) {
				all = append(all, netip.MustParseAddr(a))
			}
			return all, nil
		},
		dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			n.mu.Lock()
			n.found = append(n.found, address)
			n.mu.Unlock()
			if n.at[address] == "" {
				return nil, errors.New("connection refused")
			}
			return (&net.Dialer{}).DialContext(ctx, network, n.at[address])
		},
	}
}

func (n *internet) dialed() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.found...)
}

const publicAddress = "93.184.215.14"

func newInternet(t *testing.T) (*internet, *httptest.Server) {
	t.Helper()
	site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/big" {
			_, _ = io.CopyN(w, zeros{}, 8<<20)
			return
		}
		fmt.Fprintf(w, "page %s of %s, %s", r.URL.Path, r.Host, r.Header.Get("Proxy-Authorization"))
	})
	plain, secure := httptest.NewServer(site), httptest.NewUnstartedServer(site)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // refused tunnels
	secure.StartTLS()
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	return &internet{
		names: map[string]string{
			"good.example": publicAddress, "other.example": "93.184.215.15", "www.known.example": publicAddress,
			"home.example": "127.0.0.1", "mapped.example": "::ffff:127.0.0.1", "lan.example": "192.168.1.1", "meta.example": "169.254.169.254 fd00:ec2::254",
			"both.example": "10.0.0.1 " + publicAddress, "six.example": "::1 fe80::1",
		},
		at: map[string]string{publicAddress + ":80": plain.Listener.Addr().String(), publicAddress + ":443": secure.Listener.Addr().String()},
	}, secure
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// proxied is a gate for hosts, and a client that goes through it.
func proxied(t *testing.T, o ShellOptions, hosts ...string) (*gate, *http.Client, func() (net.Conn, error), *error) {
	t.Helper()
	dir := t.TempDir()
	ended := new(error)
	g, err := openGate(dir, hosts, o.filled(), func(err error) { *ended = err })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.close)
	dial := func() (net.Conn, error) {
		d, err := os.Open(dir)
		if err != nil {
			return nil, err
		}
		defer d.Close()
		return net.Dial("unix", fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), gateName))
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
	n, _ := newInternet(t)
	g, client, _, _ := proxied(t, n.options(), "good.example", "home.example", "mapped.example", "lan.example", "meta.example", "both.example", "six.example", "gone.example")
	for _, tt := range []struct{ url, want string }{
		{"http://good.example/a?b=1", "page /a of good.example, "},
		{"http://GOOD.example:80/a", "page /a of good.example, "},
		{"https://good.example/b", "page /b of good.example, "},
		{"http://both.example/c", "page /c of both.example, "},
		{"http://other.example/", "not allowed"},
		{"https://other.example/", "Forbidden"},
		{"http://sub.good.example/", "not allowed"},
		{"http://" + publicAddress + "/", "not allowed"},
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
	for _, a := range n.dialed() {
		if host, _, _ := net.SplitHostPort(a); host != publicAddress {
			t.Errorf("%s was dialed, want only %s", a, publicAddress)
		}
	}
	if got := g.report(); !strings.Contains(got, "good.example ") || !strings.Contains(got, "refused home.example: home.example has no public address") {
		t.Errorf("report: got %q", got)
	}
}

// TestGateTunnel: what is in a tunnel must be what it was opened for.
func TestGateTunnel(t *testing.T) {
	n, _ := newInternet(t)
	_, _, dial, _ := proxied(t, n.options(), "good.example")
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
	n, _ := newInternet(t)
	o := n.options()
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

// TestCommandWithHosts runs real programs through the real sandbox.
func TestCommandWithHosts(t *testing.T) {
	n, secure := newInternet(t)
	s := newSpace(t)
	box := boxes(t, s, n.options())[Bubblewrap]
	if box == nil {
		t.Skip("bubblewrap does not work here: the reason stands above")
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(s.dir, "ca.pem"), cert, 0o644); err != nil {
		t.Fatal(err)
	}
	o := newForbidden(t)
	fetch := "python3 -c 'import sys, ssl, urllib.request as u; print(u.urlopen(sys.argv[1], context=ssl._create_unverified_context()).read().decode())' "
	for _, tt := range []struct{ command, want, not string }{
		{fetch + "http://good.example/x", "page /x of good.example", ""},
		{fetch + "https://good.example/y", "page /y of good.example", ""},
		{fetch + "http://other.example/", "403", "page"},
		{fetch + "https://other.example/", "403", "page"},
		{"env -i PATH=$PATH " + fetch + "http://good.example/x", "Error", "page"},
		{"exec 3<>/dev/tcp/127.0.0.1/" + o.tcp + " && head -1 <&3", "refused", "ESCAPED"},
		{"exec 3<>/dev/tcp/" + publicAddress + "/80 && echo connected", "unreachable", "\nconnected"},
		{"cat /run/deputy/* | head -c 4 | tail -c 3; ls /run/deputy; echo x > /run/deputy/x", "Read-only", ""},
		{"env | grep -c _proxy=http://127.0.0.1", "3", ""},
		{"exit 7", "[exit status 7]", ""},
	} {
		o, err := box.run(t.Context(), job{command: tt.command, hosts: []string{"good.example"}})
		if err != nil {
			t.Fatalf("%s: %v", tt.command, err)
		}
		if got := o.text(); !strings.Contains(got, tt.want) || tt.not != "" && strings.Contains(got, tt.not) {
			t.Errorf("%s: got %q, want %q in it and not %q", tt.command, got, tt.want, tt.not)
		}
	}
	if out, err := box.run(t.Context(), job{command: fetch + "http://good.example/x"}); err != nil || strings.Contains(out.text(), "page") {
		t.Errorf("without hosts: got %v, %v, want no page", out, err)
	}
}

func TestHostsPlan(t *testing.T) {
	s := newSpace(t)
	o := ShellOptions{Hosts: []string{"good.example", ".known.example"}}
	b := newSandbox(s.dir, s.copies.scratch(), o.filled())
	b.probed, b.way = true, way{kind: Bubblewrap}
	run := runCommand{s.Workspace, b}
	for _, tt := range []struct {
		hosts       []string
		command     string
		level       policy.Level
		facts, asks string
	}{
		{nil, "rm x", policy.Draft, "", ""},
		{nil, "ls", policy.Look, "", ""},
		{[]string{"good.example"}, "ls", policy.External, "hosts known", "good.example"},
		{[]string{"A.known.example ", "good.EXAMPLE.", "good.example"}, "rm x", policy.External, "hosts known", "a.known.example, good.example"},
		{[]string{"good.example", "new.example"}, "ls", policy.Commit, "hosts new", "good.example, new.example"},
		{[]string{"evil-good.example"}, "ls", policy.Commit, "hosts new", "evil-good.example"},
	} {
		a := planned(t, run, runArgs{commandArgs{tt.command}, tt.hosts})
		if a.Level < tt.level || (tt.level == policy.Commit) != (a.Level >= policy.Commit) && len(tt.hosts) > 0 {
			t.Errorf("%q %q: got level %v, want %v", tt.command, tt.hosts, a.Level, tt.level)
		}
		if got := strings.TrimSpace(a.Facts["network"] + " " + a.Facts["host"]); got != tt.facts || a.Values["hosts"] != tt.asks {
			t.Errorf("%q %q: got facts %q and hosts %q, want %q and %q", tt.command, tt.hosts, got, a.Values["hosts"], tt.facts, tt.asks)
		}
		if a.Egress != (len(tt.hosts) > 0) || a.Egress && a.Repeat != tool.Opaque {
			t.Errorf("%q %q: got egress %v, repeat %v", tt.command, tt.hosts, a.Egress, a.Repeat)
		}
		if again, err := run.Plan(t.Context(), a.Args); err != nil || string(again.Args) != string(a.Args) {
			t.Errorf("planned again: got %s, %v, want %s", again.Args, err, a.Args)
		}
	}
	for _, h := range []string{"", "localhost", "127.0.0.1", "[::1]", "0x7f.1", "router", "printer.local", "db.internal", "169.254.169.254", "*.example.com", "a b.example", "http://a.example", "a.example:80", "a.example/x"} {
		if a, err := run.Plan(t.Context(), args(t, runArgs{commandArgs{"ls"}, []string{h}})); err == nil {
			t.Errorf("%q: got %s, want an error", h, a.Args)
		}
	}
	b.way = way{kind: Landlock}
	if _, err := run.Plan(t.Context(), args(t, runArgs{commandArgs{"ls"}, []string{"good.example"}})); !errors.Is(err, errNoHosts) {
		t.Errorf("by Landlock: got %v, want what is needed", err)
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
