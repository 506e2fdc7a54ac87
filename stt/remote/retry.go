package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

const (
	// maxReply is far beyond any transcript; more is a server gone wrong.
	maxReply = 16 << 20
	// maxWait bounds how long a server may make a speaker wait by Retry-After.
	maxWait = 10 * time.Second
)

// A retrier is an HTTP client that tries again after 429, 5xx and broken
// connections, and bounds each attempt and each reply.
type retrier struct {
	client  *http.Client
	log     *slog.Logger
	retries int
	backoff time.Duration
	timeout time.Duration
}

// Do implements openai.HTTPDoer.
func (r *retrier) Do(req *http.Request) (*http.Response, error) {
	for try := 0; ; try++ {
		resp, err := r.attempt(req)
		if ctxErr := req.Context().Err(); ctxErr != nil {
			return nil, ctxErr
		}
		if try >= r.retries || err == nil && !busy(resp.StatusCode) || err != nil && !errors.Is(err, ErrUnreachable) {
			return resp, err
		}
		wait := r.backoff << try
		if err == nil {
			wait = max(wait, retryAfter(resp.Header))
			r.log.Info("transcription server is busy, trying again", "status", resp.Status, "wait", wait)
		} else {
			r.log.Info("transcription server can't be reached, trying again", "err", err, "wait", wait)
		}
		if err := pause(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// attempt sends req once and reads the whole reply, so that the attempt's time
// bounds both.
func (r *retrier) attempt(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeoutCause(req.Context(), r.timeout, fmt.Errorf("no answer within %v", r.timeout))
	defer cancel()
	again := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
	}
	var body []byte
	resp, err := r.client.Do(again)
	if err == nil {
		defer resp.Body.Close()
		body, err = io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	}
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if len(body) > maxReply {
		return nil, errors.New("the reply is too long")
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

func busy(status int) bool { return status == http.StatusTooManyRequests || status >= 500 }

// retryAfter reads the header's seconds; its dates are rare enough to be waited
// for by backoff.
func retryAfter(h http.Header) time.Duration {
	s, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || s < 0 {
		return 0
	}
	return min(time.Duration(s)*time.Second, maxWait)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
