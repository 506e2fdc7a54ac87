package egresstest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// Internet is a made-up one: names stand for addresses, and what listens at
// public ones is on this machine.
type Internet struct {
	names map[string]string
	at    map[string]string // "address:port" to what really listens
	mu    sync.Mutex        // guards found, which connections share
	found []string
}

func (n *Internet) Resolve(_ context.Context, host string) ([]netip.Addr, error) {
	if n.names[host] == "" {
		return nil, errors.New("no such host")
	}
	var all []netip.Addr
	for a := range strings.FieldsSeq(n.names[host]) {
		all = append(all, netip.MustParseAddr(a))
	}
	return all, nil
}

func (n *Internet) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	n.found = append(n.found, address)
	n.mu.Unlock()
	if n.at[address] == "" {
		return nil, errors.New("connection refused")
	}
	return (&net.Dialer{}).DialContext(ctx, network, n.at[address])
}

func (n *Internet) Dialed() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.found...)
}

const PublicAddress = "93.184.215.14"

func NewInternet(t *testing.T) (*Internet, *httptest.Server) {
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
	return &Internet{
		names: map[string]string{
			"good.example": PublicAddress, "other.example": "93.184.215.15", "www.known.example": PublicAddress,
			"home.example": "127.0.0.1", "mapped.example": "::ffff:127.0.0.1", "lan.example": "192.168.1.1", "meta.example": "169.254.169.254 fd00:ec2::254",
			"both.example": "10.0.0.1 " + PublicAddress, "six.example": "::1 fe80::1",
		},
		at: map[string]string{PublicAddress + ":80": plain.Listener.Addr().String(), PublicAddress + ":443": secure.Listener.Addr().String()},
	}, secure
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
