// Package smtptest is a real mail server on this machine, for tests, the demo
// and rehearsals: it takes mail by SMTP, stores each as a file and counts them,
// and it can misbehave in the ways that a client must survive. It must not know
// who sends, and it hands nothing on.
package smtptest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// A Mode says how the server behaves.
type Mode uint8

const (
	// Accept takes every mail.
	Accept Mode = iota
	// Drop takes the whole mail, stores it, and closes the connection without a reply.
	Drop
	// Lose closes the connection in the middle of the mail and stores nothing.
	Lose
	// Refuse refuses every recipient for good (550).
	Refuse
	// RefuseData refuses every mail after it was transmitted (554).
	RefuseData
	// Busy refuses every sender for now (451).
	Busy
	// Silent takes the whole mail, stores nothing, and never replies.
	Silent
)

// Options are the options of Serve; the zero value takes mail from anyone
// without encryption.
type Options struct {
	// Dir is where each mail is stored, as 0001.eml and so on; "" stores none.
	Dir string
	// TLS makes STARTTLS available, or with Implicit TLS from the first byte.
	TLS      *tls.Config
	Implicit bool
	// User and Password are demanded when they are set.
	User, Password string
}

// A Mail is what the server took.
type Mail struct {
	From string
	To   []string
	ID   string // Message-ID, without < and >
	Data []byte // as transmitted
	File string // where it is stored; "" if nowhere
}

// A Server is a mail server that runs until Close. Its methods may be called
// from any goroutine.
type Server struct {
	options Options
	server  *smtp.Server
	addr    string
	stopped chan struct{}
	mu      sync.Mutex // sessions add mails while others count them
	mode    Mode
	delay   time.Duration
	mails   []Mail
	arrived chan struct{} // closed and renewed with each mail
	reached chan struct{} // holds one: a whole mail is being decided about
}

// Start runs a server on addr ("127.0.0.1:0" chooses a port) that stores each
// mail in dir.
func Start(addr, dir string) (*Server, error) { return Serve(addr, Options{Dir: dir}) }

// Serve runs a server on addr.
func Serve(addr string, o Options) (*Server, error) {
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the mail directory: %w", err)
		}
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for mail: %w", err)
	}
	s := &Server{options: o, addr: listener.Addr().String(), stopped: make(chan struct{}), arrived: make(chan struct{}), reached: make(chan struct{}, 1)}
	s.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, conn: c.Conn()}, nil
	}))
	s.server.Domain = "localhost"
	s.server.AllowInsecureAuth = o.TLS == nil
	s.server.TLSConfig = o.TLS
	s.server.MaxMessageBytes = 32 << 20
	s.server.ErrorLog = silent{}
	if o.Implicit {
		listener = tls.NewListener(listener, o.TLS)
	}
	go func() {
		defer close(s.stopped)
		_ = s.server.Serve(listener) // ends with Close, which has nothing to say
	}()
	return s, nil
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// Addr is the host and port on which the server listens.
func (s *Server) Addr() string { return s.addr }

// Port is the port on which the server listens.
func (s *Server) Port() int {
	_, port, _ := net.SplitHostPort(s.addr)
	n, _ := net.LookupPort("tcp", port)
	return n
}

// Close ends the server and every connection.
func (s *Server) Close() error {
	err := s.server.Close()
	<-s.stopped
	return err
}

// SetMode says how the server behaves from the next command on.
func (s *Server) SetMode(m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = m
}

// SetDelay makes the server slow: it waits that long before it answers a mail.
func (s *Server) SetDelay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Reached receives when the server has read a whole mail, before the delay and
// the answer.
func (s *Server) Reached() <-chan struct{} { return s.reached }

func (s *Server) wait() {
	select {
	case s.reached <- struct{}{}:
	default:
	}
	s.mu.Lock()
	delay := s.delay
	s.mu.Unlock()
	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-s.stopped:
		}
	}
}

func (s *Server) is(m Mode) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode == m
}

// Mails are the mails that were taken, in order.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Count is how often a mail with this Message-ID was taken.
func (s *Server) Count(id string) int {
	n := 0
	for _, m := range s.Mails() {
		if m.ID == id {
			n++
		}
	}
	return n
}

// Wait waits until n mails were taken; false if that took longer than limit.
func (s *Server) Wait(n int, limit time.Duration) bool {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	for {
		s.mu.Lock()
		there, next := len(s.mails), s.arrived
		s.mu.Unlock()
		if there >= n {
			return true
		}
		select {
		case <-next:
		case <-deadline.C:
			return false
		}
	}
}

func (s *Server) take(m Mail) error {
	if parsed, err := mail.ReadMessage(bytes.NewReader(m.Data)); err == nil {
		m.ID = trim(parsed.Header.Get("Message-ID"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.options.Dir != "" {
		m.File = filepath.Join(s.options.Dir, fmt.Sprintf("%04d.eml", s.number()))
		if err := os.WriteFile(m.File, m.Data, 0o600); err != nil {
			return fmt.Errorf("store the mail: %w", err)
		}
	}
	s.mails = append(s.mails, m)
	close(s.arrived)
	s.arrived = make(chan struct{})
	return nil
}

// number is the first for which there is no file: a server started again on the
// same directory overwrites nothing.
func (s *Server) number() int {
	for n := len(s.mails) + 1; ; n++ {
		if _, err := os.Stat(filepath.Join(s.options.Dir, fmt.Sprintf("%04d.eml", n))); errors.Is(err, os.ErrNotExist) {
			return n
		}
	}
}

func trim(id string) string {
	if len(id) > 2 && id[0] == '<' && id[len(id)-1] == '>' {
		return id[1 : len(id)-1]
	}
	return id
}
