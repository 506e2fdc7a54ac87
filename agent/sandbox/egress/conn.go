package egress

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"deputy/internal/textnorm"
)

// A counted connection goes to a host, and ends when the gate has passed enough.
type meteredConn struct {
	net.Conn
	gate *Proxy
	host string
	n    atomic.Int64
	once sync.Once
}

func (c *meteredConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, c.add(n, err)
}

func (c *meteredConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.add(n, err)
}

func (c *meteredConn) add(n int, err error) error {
	c.n.Add(int64(n))
	c.gate.reached[c.host].Add(int64(n))
	if c.gate.passed.Add(int64(n)) > c.gate.limit {
		c.gate.end(fmt.Errorf("it moved more than %s over the network", textnorm.Size(c.gate.limit)))
		if err == nil {
			err = net.ErrClosed
		}
	}
	return err
}

func (c *meteredConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Conn.Close()
}

func (c *meteredConn) Close() error {
	c.once.Do(func() {
		c.gate.release(c)
		c.gate.log.Info("sandbox: disconnected", "host", c.host, "bytes", c.n.Load())
	})
	return c.Conn.Close()
}

// Join carries bytes both ways until both have said their last.
func Join(a, b net.Conn) {
	var wg sync.WaitGroup
	carry := func(to, from net.Conn) {
		_, err := io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); ok && err == nil {
			err = half.CloseWrite()
		} else if err == nil {
			err = net.ErrClosed
		}
		if err != nil { // nothing more can be said either way
			to.Close()
			from.Close()
		}
	}
	wg.Go(func() { carry(a, b) })
	wg.Go(func() { carry(b, a) })
	wg.Wait()
}

// A buffered connection is read through what was read ahead of it.
type buffered struct {
	net.Conn
	r *bufio.Reader
}

func (b *buffered) Read(p []byte) (int, error) { return b.r.Read(p) }

func (b *buffered) CloseWrite() error {
	if half, ok := b.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return b.Conn.Close()
}

// errHeard ends the handshake that clientHello only listens to.
var errHeard = errors.New("heard")

// clientHello reads how a client opens TLS: the bytes, and the name of the
// server it asks for, which is all that can be seen of where it goes.
func clientHello(c net.Conn) (hello []byte, name string, err error) {
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return nil, "", err
	}
	ear := &peekConn{Conn: c}
	err = tls.Server(ear, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		name = h.ServerName
		return nil, errHeard
	}}).Handshake()
	if !errors.Is(err, errHeard) {
		return nil, "", errors.New("only TLS passes on port 443")
	}
	return ear.heard.Bytes(), name, c.SetReadDeadline(time.Time{})
}

// An eavesdropper keeps what is read, and says nothing.
type peekConn struct {
	net.Conn
	heard bytes.Buffer
}

func (e *peekConn) Read(p []byte) (int, error) {
	if e.heard.Len() > 64<<10 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := e.Conn.Read(p)
	e.heard.Write(p[:n])
	return n, err
}

func (e *peekConn) Write(p []byte) (int, error) { return len(p), nil }
