package models

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const (
	connectWait = 4 * time.Second  // for a host that does not answer at all
	answerWait  = 20 * time.Second // for the first byte of an answer
	stallWait   = 30 * time.Second // for the next byte of a file
	retries     = 3                // how often a broken transfer is taken up again
)

// hubClient gives up quickly on a host that can't be reached and never follows a
// redirect away from https.
func hubClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: connectWait}).DialContext,
			TLSHandshakeTimeout:   connectWait,
			ResponseHeaderTimeout: answerWait,
			DisableCompression:    true,
			ForceAttemptHTTP2:     true,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if req.URL.Scheme != "https" && via[0].URL.Scheme == "https" {
				return errors.New("redirected away from https")
			}
			if len(via) > 5 {
				return errors.New("too many redirects")
			}
			return nil
		},
	}
}

// errStalled says that a server stopped sending.
var errStalled = fmt.Errorf("nothing came for %v", stallWait)

// fromURL fetches a model's .part file, going on where it stands, and returns the
// checksum that it must have: the pinned one, or else the one the hub announces.
func (p *pull) fromURL(ctx context.Context, m Model, place string) (string, error) {
	u, err := url.Parse(place)
	if err != nil {
		return "", err
	}
	if err, dead := p.dead[u.Host]; dead {
		return "", fmt.Errorf("%s can't be reached (%v)", u.Host, err)
	}
	client := p.Client
	if client == nil {
		client = hubClient()
		defer client.CloseIdleConnections()
	}
	var broken error
	for range retries {
		sum, err := p.transfer(ctx, client, m, place)
		if err == nil || ctx.Err() != nil {
			return sum, err
		}
		if unreachable(err) {
			p.dead[u.Host] = rootCause(err)
			return "", fmt.Errorf("%s can't be reached (%v)", u.Host, rootCause(err))
		}
		var torn *tornError
		if !errors.As(err, &torn) {
			return "", err
		}
		broken = err
	}
	return "", broken
}

// tornError is a transfer that broke off and is worth going on with.
type tornError struct{ err error }

func (e *tornError) Error() string { return "the transfer broke off: " + e.err.Error() }
func (e *tornError) Unwrap() error { return e.err }

// unreachable tells a host that can't be spoken to from one that gave a bad answer.
func unreachable(err error) bool {
	var torn *tornError
	if errors.As(err, &torn) {
		return false
	}
	var op *net.OpError
	var dns *net.DNSError
	var timeout net.Error
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op != "read" || errors.As(err, &timeout) && timeout.Timeout()
}

// rootCause drops the request's own words ("Get https://...: dial tcp: ...").
func rootCause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// transfer makes one request and appends what it brings to the .part file.
func (p *pull) transfer(ctx context.Context, client *http.Client, m Model, place string) (string, error) {
	f, err := os.OpenFile(p.part(m), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return "", err
	}
	if have >= m.Bytes && m.SHA256 != "" {
		return m.SHA256, nil // whole, or past saving: the checksum decides
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	resp, announced, err := request(ctx, client, place, have)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if have, err = begin(f, resp, m, have); err != nil {
		return "", err
	}
	sum := m.SHA256
	if sum == "" {
		if sum = announced; sum == "" {
			return "", errors.New("the model is not pinned and the hub announced no checksum")
		}
	}
	stall := time.AfterFunc(stallWait, func() { cancel(errStalled) })
	defer stall.Stop()
	bar := p.meter(m.Name, m.Bytes, have)
	defer bar.end()
	_, err = io.Copy(io.MultiWriter(f, bar), &watched{r: resp.Body, stall: stall})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return "", torn(err)
	}
	return sum, f.Sync()
}

// torn marks an error of the network, as against one of the disk.
func torn(err error) error {
	var disk *os.PathError
	if errors.As(err, &disk) {
		return err
	}
	return &tornError{err}
}

// watched puts the stall alarm off with every byte.
type watched struct {
	r     io.Reader
	stall *time.Timer
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if n > 0 {
		w.stall.Reset(stallWait)
	}
	return n, err
}

// request asks for a file from byte have on. The model hub announces a file's SHA-256
// as X-Linked-Etag on its redirect to the storage, so every answer on the way is read.
func request(ctx context.Context, client *http.Client, place string, have int64) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, place, nil)
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("User-Agent", "deputy")
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	announced := ""
	look := func(h http.Header) {
		if sum := strings.ToLower(strings.Trim(h.Get("X-Linked-Etag"), `"`)); len(sum) == 64 {
			if _, err := hex.DecodeString(sum); err == nil && announced == "" {
				announced = sum
			}
		}
	}
	c := *client
	c.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		look(next.Response.Header)
		if client.CheckRedirect != nil {
			return client.CheckRedirect(next, via)
		}
		return nil
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, "", err
	}
	look(resp.Header)
	return resp, announced, nil
}

// begin makes the .part file stand where the answer goes on, and returns that byte.
func begin(f *os.File, resp *http.Response, m Model, have int64) (int64, error) {
	switch resp.StatusCode {
	case http.StatusPartialContent:
		var from int64
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-", &from); err != nil || from != have {
			return 0, fmt.Errorf("asked for byte %d on, the answer is %q", have, resp.Header.Get("Content-Range"))
		}
	case http.StatusOK:
		have = 0
	case http.StatusRequestedRangeNotSatisfiable:
		// What is here is not a beginning of that file: start over.
		if err := f.Truncate(0); err != nil {
			return 0, err
		}
		return 0, torn(errors.New("the file here was longer than the one there"))
	default:
		return 0, fmt.Errorf("the server answered %s", resp.Status)
	}
	if n := resp.ContentLength; n >= 0 && have+n != m.Bytes {
		return 0, fmt.Errorf("the file there has %d bytes, not %d", have+n, m.Bytes)
	}
	if err := f.Truncate(have); err != nil {
		return 0, err
	}
	_, err := f.Seek(have, io.SeekStart)
	return have, err
}
