package openai

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/sashabaranov/go-openai"
)

// maxPause is the longest a server may make us wait before a retry.
const maxPause = 30 * time.Second

// openRetrying asks the server again while it is busy or failing. Nothing was
// answered yet, so asking twice can't do anything twice.
func (m *Model) openRetrying(ctx context.Context, req openai.ChatCompletionRequest, w *watch) (*openai.ChatCompletionStream, error) {
	for try := 0; ; try++ {
		s, err := m.open(ctx, req)
		if err == nil {
			return s, nil
		}
		var status *statusError
		isStatus := errors.As(err, &status)
		if try >= m.o.Retries || isStatus && !status.passing() || !isStatus && !hungUp(err) {
			return nil, err
		}
		pause := m.o.Backoff << min(try, 10)
		pause += rand.N(pause/4 + 1)
		if isStatus && status.after > 0 {
			pause = status.after
		}
		if !isStatus && try == 0 {
			pause = 0 // a kept connection that was too old; a new one will do
		}
		if pause > maxPause {
			return nil, err
		}
		m.log.Info("model's server didn't answer, asking again", "why", err, "in", pause, "try", try+1)
		w.renew(m.o.FirstToken + pause)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// hungUp reports a connection that was taken and closed without an answer: one
// kept from before, most often.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed)
}

// passing reports a failure that may be over in a moment.
func (e *statusError) passing() bool {
	switch e.code {
	case http.StatusTooManyRequests:
		return !e.noCredit()
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout, 529: // 529: overloaded
		return true
	}
	return false
}

func (e *statusError) noCredit() bool {
	return e.code == http.StatusPaymentRequired || strings.Contains(e.kind, "insufficient_quota")
}
