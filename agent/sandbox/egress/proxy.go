package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"deputy/internal/netguard"
	"deputy/internal/textnorm"
)

// gateName is the socket's name in a command's private folder.
const Socket = "gate"

// A gate is the one way out of a sandbox: an HTTP proxy on a socket, that
// connects to the hosts it was opened for and to no other. It finds out their
// addresses itself, refuses those that are not public, and counts what passes.
type Proxy struct {
	hosts   []string
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	log     *slog.Logger
	server  *http.Server
	served  chan struct{}
	passed  atomic.Int64 // bytes, both ways
	limit   int64
	end     context.CancelCauseFunc // called when more than limit passed
	// mu guards what follows, which the goroutines of connections share.
	mu      sync.Mutex
	open    map[net.Conn]struct{} // to hosts, and from commands once they are tunnels
	shut    bool
	refused map[string]string // why, by what was asked for
	going   sync.WaitGroup    // requests
	reached map[string]*atomic.Int64
}

// GateOptions are all needed.
type GateOptions struct {
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Traffic int64 // bytes, both ways
	Logger  *slog.Logger
}

// Open listens in dir. end is called with the reason when too much passed.
func Open(dir string, hosts []string, o GateOptions, end context.CancelCauseFunc) (*Proxy, error) {
	g := &Proxy{
		hosts: hosts, resolve: o.Resolve, dial: o.Dial, log: o.Logger, limit: o.Traffic, end: end, served: make(chan struct{}),
		open: map[net.Conn]struct{}{}, refused: map[string]string{}, reached: map[string]*atomic.Int64{},
	}
	for _, h := range hosts {
		g.reached[h] = new(atomic.Int64)
	}
	// The name of a socket may have 107 bytes; through the open folder it is short.
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	l, err := net.Listen("unix", fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), Socket))
	if err != nil {
		return nil, fmt.Errorf("open the gate: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // it goes with the folder
	g.server = &http.Server{
		Handler: g, ReadHeaderTimeout: 20 * time.Second, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // a command that talks nonsense is no event
	}
	go func() {
		defer close(g.served)
		_ = g.server.Serve(l) // it ends with close
	}()
	return g, nil
}

// Close ends every connection, and waits for what served them.
func (g *Proxy) Close() {
	g.mu.Lock()
	g.shut = true
	open := slices.Collect(maps.Keys(g.open))
	g.mu.Unlock()
	for _, c := range open {
		c.Close()
	}
	_ = g.server.Close()
	<-g.served
	g.going.Wait()
}

// enter begins a request; false is a gate that is shut.
func (g *Proxy) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut {
		g.going.Add(1)
	}
	return !g.shut
}

// Report says in a line what was reached and what was refused; "" is nothing.
func (g *Proxy) Report() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var parts []string
	for host, n := range g.reached {
		if n := n.Load(); n > 0 {
			parts = append(parts, host+" "+textnorm.Size(n))
		}
	}
	for what, why := range g.refused {
		parts = append(parts, "refused "+textnorm.Brief(what, 60)+": "+why)
	}
	slices.Sort(parts)
	if len(parts) > 10 {
		parts = append(parts[:10], "…")
	}
	return strings.Join(parts, "; ")
}

func (g *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.enter() {
		return
	}
	defer g.going.Done()
	host, err := g.target(r)
	if err != nil {
		g.refuse(r.Host, err)
		http.Error(w, "Deputy: "+err.Error(), http.StatusForbidden)
		return
	}
	if r.Method == http.MethodConnect {
		g.tunnel(w, r, host)
		return
	}
	(&httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL = &url.URL{Scheme: "http", Host: host, Path: p.In.URL.Path, RawPath: p.In.URL.RawPath, RawQuery: p.In.URL.RawQuery}
			p.Out.Host = host
		},
		Transport: &http.Transport{
			DialContext:            func(ctx context.Context, _, _ string) (net.Conn, error) { return g.reach(ctx, host, "80") },
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: 64 << 10,
		},
		FlushInterval: -1,
		ErrorLog:      g.server.ErrorLog,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "Deputy: "+err.Error(), http.StatusBadGateway)
		},
	}).ServeHTTP(w, r)
}

// target is the host that a request is for, if the command may reach it: by
// CONNECT for TLS on port 443, else by a plain request on port 80.
func (g *Proxy) target(r *http.Request) (string, error) {
	u, port := r.URL, "80"
	if r.Method == http.MethodConnect {
		u, port = &url.URL{Host: r.Host}, "443"
	} else if u.Scheme != "http" {
		return "", errors.New("only http and https pass")
	}
	if p := u.Port(); p != port && (p != "" || r.Method == http.MethodConnect) {
		return "", fmt.Errorf("port %s is not open: 80 is for http and 443 for https", textnorm.Brief(p, 10))
	}
	host, err := netguard.CheckHost(u.Hostname())
	if err != nil {
		return "", err
	}
	if !slices.Contains(g.hosts, host) {
		return "", errors.New("this host was not allowed; name it in hosts")
	}
	return host, nil
}

func (g *Proxy) refuse(what string, why error) {
	g.log.Info("sandbox: connection refused", "to", textnorm.Brief(what, 80), "why", why)
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.refused) < 100 {
		g.refused[what] = why.Error()
	}
}

// reach connects to host. The address is the one that was checked: it is dialed
// itself, so that the name can't stand for another one meanwhile.
func (g *Proxy) reach(ctx context.Context, host, port string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	addresses, err := g.resolve(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("%s can't be found: %w", host, err)
	}
	err = fmt.Errorf("%s has no public address", host)
	for _, a := range addresses {
		if a = a.Unmap(); !netguard.Public(a) {
			continue
		}
		var c net.Conn
		if c, err = g.dial(ctx, "tcp", netip.AddrPortFrom(a, portNumbers[port]).String()); err == nil {
			g.log.Info("sandbox: connected", "host", host, "port", port, "address", a)
			return g.count(c, host)
		}
	}
	g.refuse(host, err)
	return nil, err
}

var portNumbers = map[string]uint16{"80": 80, "443": 443}

// tunnel passes TLS on once it has seen that it is for host: a connection to
// one site of a large server must not become one to another.
func (g *Proxy) tunnel(w http.ResponseWriter, r *http.Request, host string) {
	to, err := g.reach(r.Context(), host, "443")
	if err != nil {
		http.Error(w, "Deputy: "+err.Error(), http.StatusBadGateway)
		return
	}
	defer to.Close()
	c, rest, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // the server says why
	}
	defer c.Close()
	if !g.hold(c) {
		return
	}
	defer g.release(c)
	from := &buffered{Conn: c, r: rest.Reader}
	if _, err := io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	hello, name, err := clientHello(from)
	if err == nil && !strings.EqualFold(name, host) {
		err = fmt.Errorf("a connection to %s asked for %q", host, textnorm.Brief(name, 80))
	}
	if err != nil {
		g.refuse(host, err)
		return
	}
	if _, err := to.Write(hello); err != nil {
		return
	}
	Join(from, to)
}

// hold keeps c, to be closed with the gate; false is a gate that is shut.
func (g *Proxy) hold(c net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut {
		g.open[c] = struct{}{}
	}
	return !g.shut
}

func (g *Proxy) release(c net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, c)
}

// count makes c one whose bytes are counted.
func (g *Proxy) count(c net.Conn, host string) (net.Conn, error) {
	k := &meteredConn{Conn: c, gate: g, host: host}
	if !g.hold(k) {
		c.Close()
		return nil, net.ErrClosed
	}
	return k, nil
}
