package control

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"deputy/agent/event"
	"deputy/configs/phrases"
)

const (
	mostConns  = 64               // that are answered at a time
	mostBytes  = 64 << 10         // of a request
	askWithin  = 5 * time.Second  // from connecting to the whole request
	readWithin = 10 * time.Second // what the other end does not take by then is for nobody
)

const tooMany refusal = "control.too_many"

// A conn is one connection: a request, and what comes back.
type conn struct {
	net.Conn
	peer peer
	in   *bufio.Reader
	out  *json.Encoder
}

// origin is where a request comes from: the socket, from that program.
func (c *conn) origin() event.Origin {
	return event.Origin{Channel: event.Socket, Device: fmt.Sprintf("process %d", c.peer.pid)}
}

// Write fails when the other end doesn't read.
func (c *conn) Write(b []byte) (int, error) {
	c.SetWriteDeadline(time.Now().Add(readWithin))
	return c.Conn.Write(b)
}

// Serve answers until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	defer l.Close() // gone before the journal is given back
	var all sync.WaitGroup
	defer all.Wait()
	slots := make(chan struct{}, mostConns)
	for {
		c, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			return nil
		case passing(err):
			time.Sleep(50 * time.Millisecond) // until others have closed something
			continue
		case err != nil:
			return fmt.Errorf("accept on the socket: %w", err)
		}
		all.Go(func() {
			defer c.Close()
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(ctx, func() { c.Close() })()
			s.serve(ctx, c, slots)
		})
	}
}

// passing says whether accepting fails only for now.
func passing(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ECONNABORTED)
}

// serve looks at who has connected, before a word of theirs is read, and answers.
func (s *Server) serve(ctx context.Context, nc net.Conn, slots chan struct{}) {
	c := &conn{Conn: nc}
	c.in, c.out = bufio.NewReaderSize(c, mostBytes), json.NewEncoder(c)
	var err error
	if c.peer, err = peerOf(nc); err == nil {
		defer c.peer.close()
		err = c.peer.vet()
	}
	if err == nil {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		default:
			err = tooMany
		}
	}
	if err == nil {
		c.SetReadDeadline(time.Now().Add(askWithin))
		var r Request
		if r, err = c.request(); err == nil {
			err = s.handle(ctx, r, c)
		}
	}
	if errors.As(err, new(unread)) {
		return
	}
	end := Response{Done: true}
	if err != nil {
		end.Error = s.inWords(err)
	}
	c.out.Encode(end)
}

// An unread request did not come, not in time, or is too long.
type unread struct{ error }

// request reads the next line.
func (c *conn) request() (r Request, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return r, unread{err}
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("that request can't be read: %w", err)
	}
	return r, nil
}

// inWords is an error as the other end is told it.
func (s *Server) inWords(err error) string {
	if r := refusal(""); errors.As(err, &r) {
		return s.phrase(string(r), nil)
	}
	return err.Error()
}

func (s *Server) phrase(key string, values map[string]string) string {
	return phrases.Embedded().Phrase(cmp.Or(s.Language, phrases.Locale()), key, values)
}
