package openai

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What a server may send at most, in bytes.
const (
	maxStream = 32 << 20 // one reply with all its framing
	maxLine   = 4 << 20  // one event
	maxError  = 64 << 10 // an error's body
	maxList   = 4 << 20  // a list of models, or a reply that is not streamed
)

// wire is the HTTP client under go-openai. It turns what go-openai can't tell
// apart into errors of its own: a status with its Retry-After, a page that is no
// API, a stream that just ends. And it bounds what is read.
type wire struct{ client *http.Client }

func (w wire) Do(req *http.Request) (*http.Response, error) {
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		defer resp.Body.Close()
		return nil, readStatus(resp)
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind == "text/html" || kind == "application/xhtml+xml" {
		resp.Body.Close()
		return nil, &notAPI{"a web page"}
	}
	if req.Header.Get("Accept") != "text/event-stream" {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxList), resp.Body}
		return resp, nil
	}
	if kind == "application/json" {
		return wholeReply(resp)
	}
	resp.Body = &eventBody{body: resp.Body}
	return resp, nil
}

func noRedirect(req *http.Request, _ []*http.Request) error {
	return &notAPI{"a redirect to " + req.URL.Redacted()}
}

// A notAPI is an answer from something that is no model server.
type notAPI struct{ what string }

func (e *notAPI) Error() string { return "got " + e.what + " where a model's API was expected" }

// A statusError is an HTTP answer that is not a success.
type statusError struct {
	code  int           // 0 = an error in a reply of status 200
	after time.Duration // Retry-After; 0 = not said
	kind  string        // the error's code or type, in the server's words
	words string        // the error's message, in the server's words
}

func (e *statusError) Error() string {
	if e.words == "" {
		return fmt.Sprintf("status %d %s", e.code, http.StatusText(e.code))
	}
	return strings.TrimPrefix(fmt.Sprintf("status %d: %s", e.code, e.words), "status 0: ")
}

func readStatus(resp *http.Response) *statusError {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxError))
	e := &statusError{code: resp.StatusCode, after: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
	e.kind, e.words = serverError(body)
	if e.words == "" && !bytes.Contains(body, []byte("<")) { // plain words, not a gateway's page
		e.words = shorten(string(body))
	}
	return e
}

// serverError reads {"error":{"message","code","type"}}, {"error":"..."},
// {"message":"..."} and {"detail":...}: servers differ.
func serverError(body []byte) (kind, words string) {
	var top struct {
		Error, Message, Detail json.RawMessage
	}
	if json.Unmarshal(body, &top) != nil {
		return "", ""
	}
	var in struct {
		Message    string
		Code, Type json.RawMessage
	}
	if json.Unmarshal(top.Error, &in) == nil && in.Message != "" {
		return strings.Trim(string(in.Code), `"`) + " " + strings.Trim(string(in.Type), `"`), shorten(in.Message)
	}
	for _, raw := range []json.RawMessage{top.Error, top.Message, top.Detail} {
		var s string
		if json.Unmarshal(raw, &s) == nil && s != "" {
			return "", shorten(s)
		}
	}
	if len(top.Error) > 0 && string(top.Error) != "null" {
		return "", shorten(string(top.Error))
	}
	return "", ""
}

// shorten makes one line of at most about 300 bytes.
func shorten(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + "..."
	}
	return s
}

// retryAfter reads the header's seconds or date; 0 if there is neither.
func retryAfter(h string, now time.Time) time.Duration {
	if s, err := strconv.ParseFloat(h, 64); err == nil && s > 0 && s < 1e6 {
		return time.Duration(s * float64(time.Second))
	}
	if at, err := http.ParseTime(h); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// An eventBody bounds a stream of events. Its end is an error: only [DONE] is
// an orderly one, and go-openai could not tell them apart.
type eventBody struct {
	body  io.ReadCloser
	total int
	line  int
	head  []byte // how the stream began, for the error
	last  []byte // how it ends so far
}

// An endError is a stream that ended without [DONE].
type endError struct {
	head string
	err  error
}

func (e *endError) Error() string { return "the stream ended: " + e.err.Error() }
func (e *endError) Unwrap() error { return e.err }

var errEndless = errors.New("the server sent more than a reply can hold")

func (b *eventBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if len(b.head) < 120 {
		b.head = append(b.head, p[:min(n, 120-len(b.head))]...)
	}
	b.last = append(b.last, p[max(0, n-16):n]...)
	b.last = b.last[max(0, len(b.last)-16):]
	b.total += n
	if i := bytes.LastIndexByte(p[:n], '\n'); i >= 0 {
		b.line = n - i - 1
	} else {
		b.line += n
	}
	if b.total > maxStream || b.line > maxLine {
		return 0, errEndless
	}
	if err == io.EOF {
		err = &endError{shorten(string(b.head)), io.ErrUnexpectedEOF}
	}
	return n, err
}

// Close reads the few bytes that may follow [DONE], so that the connection can
// be used again.
func (b *eventBody) Close() error {
	if bytes.Contains(b.last, []byte("[DONE]")) {
		_, _ = io.CopyN(io.Discard, b.body, 1024) // the end is what is hoped for
	}
	return b.body.Close()
}

// wholeReply makes the one-event stream of a reply that the server sent whole,
// in spite of being asked to stream.
func wholeReply(resp *http.Response) (*http.Response, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxList))
	if err != nil {
		return nil, err
	}
	var whole struct {
		Choices []struct {
			Message json.RawMessage `json:"message"`
			Finish  string          `json:"finish_reason"`
		} `json:"choices"`
	}
	if json.Unmarshal(body, &whole) != nil || len(whole.Choices) == 0 || whole.Choices[0].Message == nil {
		if kind, words := serverError(body); words != "" {
			return nil, &statusError{kind: kind, words: words}
		}
		return nil, &notAPI{"JSON that is no reply"}
	}
	ev, err := json.Marshal(map[string]any{"choices": []any{map[string]any{
		"index": 0, "delta": whole.Choices[0].Message, "finish_reason": whole.Choices[0].Finish,
	}}})
	if err != nil {
		return nil, &notAPI{"JSON that is no reply"}
	}
	resp.Body = io.NopCloser(strings.NewReader("data: " + string(ev) + "\n\ndata: [DONE]\n\n"))
	return resp, nil
}
