package openai

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"
)

// A Mode says how a model calls tools.
type Mode string

const (
	// Native uses the server's own tool calls.
	Native Mode = "native"
	// Schema forces every reply into one JSON object {"tool","args"}. The tools
	// stand in the system message as one-line signatures.
	Schema Mode = "schema"
)

// Options say which server and model, and how patient to be. The zero value is
// OpenAI's own server with native tool calls.
type Options struct {
	Name    string // what errors call the server; "" = "the model's server"
	BaseURL string // "http://127.0.0.1:11434/v1"; without a path "/v1" is added; "" = OpenAI's
	Key     string // sent as the bearer token; "" = none
	// KeyVar is where Key comes from, for the error that says it is missing.
	// "" = the server needs no key.
	KeyVar string
	Model  string // as the server names it; "" = the first that it lists
	Tools  Mode   // "" = Native
	// Start is the command that starts the server, for the error that says it
	// doesn't answer; "" = guessed from the port.
	Start string

	// Temperature 0 is as repeatable as the server can be; below 0 it is not
	// sent. Models that take none don't get it.
	Temperature float32
	MaxTokens   int // of one reply; 0 = 2048

	FirstToken    time.Duration // from the request to the first token; 0 = 2 min
	BetweenTokens time.Duration // 0 = 1 min
	// Retries is how often a busy or failing server is asked again before the
	// first token; 0 = 3, below 0 = never.
	Retries int
	Backoff time.Duration // before the first retry, then doubled; 0 = 0.5 s
	// Held reports that the server is stopped on purpose just now. That time
	// doesn't count as waiting. It may be called from any goroutine; nil = never.
	Held func() bool

	Transport http.RoundTripper // nil = direct, or the environment's proxy
	Logger    *slog.Logger      // nil = silent
}

// A Model talks to one model of one server. Its methods may be called from any
// goroutine.
type Model struct {
	o      Options
	base   *url.URL // nil if BaseURL is wrong
	client *openai.Client
	log    *slog.Logger
	// chosen is the model's name once the server was asked for it: a string.
	chosen atomic.Value
}

// New makes a Model; it touches nothing. What is wrong with o comes out of Next.
func New(o Options) *Model {
	o.fill()
	m := &Model{o: o, log: o.Logger}
	m.base, _ = baseURL(o.BaseURL)
	c := openai.DefaultConfig(o.Key)
	if m.base != nil {
		c.BaseURL = m.base.String()
	}
	// The body's own limits end a stream that never says anything (wire.go).
	c.EmptyMessagesLimit = maxStream
	c.HTTPClient = wire{&http.Client{Transport: o.Transport, CheckRedirect: noRedirect}}
	m.client = openai.NewClientWithConfig(c)
	return m
}

func (o *Options) fill() {
	if o.BaseURL == "" {
		o.BaseURL = "https://api.openai.com/v1"
	}
	if o.Tools == "" {
		o.Tools = Native
	}
	if o.MaxTokens <= 0 {
		o.MaxTokens = 2048
	}
	if o.FirstToken <= 0 {
		o.FirstToken = 2 * time.Minute
	}
	if o.BetweenTokens <= 0 {
		o.BetweenTokens = time.Minute
	}
	if o.Retries == 0 {
		o.Retries = 3
	}
	if o.Backoff <= 0 {
		o.Backoff = 500 * time.Millisecond
	}
	if o.Held == nil {
		o.Held = func() bool { return false }
	}
	if o.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 4
		o.Transport = t
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Name == "" {
		o.Name = "the model's server"
	}
}

// baseURL reads s as people write it: with or without a path, a closing slash
// or the endpoint's own name.
func baseURL(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("base URL %q is not like http://127.0.0.1:8080/v1: correct llm.url", s)
	}
	u.RawQuery, u.Fragment = "", ""
	u.Path = strings.TrimRight(u.Path, "/")
	u.Path = strings.TrimSuffix(u.Path, "/chat/completions")
	if u.Path == "" {
		u.Path = "/v1"
	}
	return u, nil
}

// check says what can be known to be wrong before asking the server.
func (m *Model) check() error {
	if m.base == nil {
		_, err := baseURL(m.o.BaseURL)
		return err
	}
	if m.o.Tools != Native && m.o.Tools != Schema {
		return fmt.Errorf("llm.tools: %q is neither %q nor %q", m.o.Tools, Native, Schema)
	}
	if m.o.Key == "" && m.o.KeyVar != "" {
		return fmt.Errorf("there is no key for %s: set the environment variable %s, or choose a local model (deputy models)", m.o.Name, m.o.KeyVar)
	}
	return nil
}
