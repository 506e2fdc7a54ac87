package models

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func hexSum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// content is a file of n bytes that differ.
func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i/251)
	}
	return b
}

// hub is a model hub on this machine. Each hit is counted; serve may misbehave.
type hub struct {
	*httptest.Server
	hits   atomic.Int32
	ranges sync.Map // the Range header of each hit, by number
}

func newHub(t *testing.T, serve http.HandlerFunc) *hub {
	h := &hub{}
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := h.hits.Add(1)
		h.ranges.Store(n, r.Header.Get("Range"))
		serve(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hub) rangeOf(n int32) string {
	v, _ := h.ranges.Load(n)
	s, _ := v.(string)
	return s
}

// file serves raw as a hub does, with ranges.
func file(raw []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", zeroTime, bytes.NewReader(raw))
	}
}

// one is a manifest with one model of these bytes from these places.
func one(raw []byte, places ...Place) Manifest {
	return Manifest{{Name: "m", File: "m.bin", Purpose: Speech, Bytes: int64(len(raw)), SHA256: hexSum(raw), Default: true, Places: places}}
}

// puller pulls into a fresh directory from h; what it says is in the buffer.
func puller(t *testing.T, h *hub) (*Puller, *bytes.Buffer) {
	var said bytes.Buffer
	p := &Puller{Dir: t.TempDir(), Out: &said}
	if h != nil {
		p.Client = h.Client()
	}
	return p, &said
}

func mustHold(t *testing.T, p *Puller, name string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(p.Dir, name))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: got %d bytes, %v; want the model's %d", name, len(got), err, len(want))
	}
	left, _ := filepath.Glob(filepath.Join(p.Dir, "*.part"))
	scratch, _ := filepath.Glob(filepath.Join(p.Dir, ".*.wheels"))
	unpacked, _ := filepath.Glob(filepath.Join(p.Dir, ".*.unpacked"))
	if all := append(append(left, scratch...), unpacked...); len(all) > 0 {
		t.Errorf("left behind: %v", all)
	}
}

var zeroTime time.Time

const hour = time.Hour

// anyTLS is a client that takes the test servers' certificates, whoever made them.
func anyTLS() *http.Client {
	c := hubClient()
	c.Transport.(*http.Transport).TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	return c
}

type dialer = func(context.Context, string, string) (net.Conn, error)

// countDials counts attempts at hosts that are not on this machine.
func countDials(n *atomic.Int32, next dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if !strings.HasPrefix(address, "127.0.0.1:") {
			n.Add(1)
		}
		return next(ctx, network, address)
	}
}

// ending calls do when a body is read on after that many bytes; all of them have been
// written to the disk then.
type ending struct {
	next  http.RoundTripper
	after int
	do    func()
	body  io.ReadCloser
}

func (e *ending) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := e.next.RoundTrip(r)
	if err == nil {
		e.body, resp.Body = resp.Body, e
	}
	return resp, err
}

func (e *ending) Read(b []byte) (int, error) {
	if e.after == 0 {
		e.do()
	}
	n, err := e.body.Read(b)
	e.after -= n
	return n, err
}

func (e *ending) Close() error { return e.body.Close() }
