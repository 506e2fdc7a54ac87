package control

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"
)

// What no voice alone may approve is approved over the socket only by who has read
// it: Deputy writes it to the peer's own terminal, with a number that stands
// nowhere else, and the peer must say the number back.

const (
	// minShown is how long it stands there before a number counts: keys that were
	// typed before it was to be seen decide nothing.
	minShown = 2 * time.Second
	// maxShown is how long a number counts.
	maxShown = 2 * time.Minute
)

const (
	wrongNumber refusal = "control.wrong_number"
	tooSoon     refusal = "control.too_soon"
	shownOther  refusal = "control.shown_other" // one is being shown already
)

// show has the peer's user read a decision and waits for its number. It says in
// which terminal that was.
func (s *Server) show(ctx context.Context, c *conn, row AskRow) (where string, err error) {
	if !s.showing.TryLock() {
		return "", shownOther
	}
	defer s.showing.Unlock()
	n, err := rand.Int(rand.Reader, big.NewInt(9000))
	if err != nil {
		return "", err
	}
	number := fmt.Sprint(1000 + n.Int64())
	if where, err = s.display(c.peer, row, number); err != nil {
		return "", err
	}
	at := time.Now()
	if err := c.out.Encode(Response{Kind: "shown"}); err != nil {
		return "", err
	}
	c.SetReadDeadline(at.Add(maxShown))
	r, err := c.request()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil || r.Do != "number" || strings.TrimSpace(r.Text) != number:
		return "", wrongNumber
	case time.Since(at) < minShown:
		return "", tooSoon
	}
	return where, c.peer.vet()
}

// display writes a decision, and the number that approves it, to the peer's terminal.
func (s *Server) display(p peer, row AskRow, number string) (where string, err error) {
	f, err := p.openTerminal()
	if err != nil {
		return "", err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "\n%s\n", s.phrase("control.shown", nil))
	row.Whole(w)
	fmt.Fprintf(w, "%s\n", s.phrase("control.number", map[string]string{"number": number}))
	// A terminal that stands still (Ctrl-S) must not hold up anything. Where it
	// can't be waited for with a limit, it takes what its buffer holds.
	_ = f.SetWriteDeadline(time.Now().Add(5 * time.Second))
	if err := w.Flush(); err != nil {
		return "", noTerminal
	}
	return f.Name(), nil
}

// readNumber reads a line that is typed at this process's terminal from now on, once
// what Deputy wrote there has stood long enough.
func readNumber(ctx context.Context) (string, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return "", fmt.Errorf("read the number: %w", err)
	}
	defer f.Close()
	defer context.AfterFunc(ctx, func() { f.Close() })()
	select {
	case <-time.After(minShown):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if err := flushInput(f); err != nil {
		return "", fmt.Errorf("forget what was typed before: %w", err)
	}
	fmt.Fprint(f, "> ")
	line, err := bufio.NewReader(f).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("read the number: %w", err)
	}
	return line, nil
}
