// Package remote transcribes by any OpenAI-compatible /audio/transcriptions: a
// cloud, a server in the office, one on this machine. It knows HTTP and what
// such servers get wrong; it must not know what the text is for.
//
// What is said leaves this machine: whoever constructs a Transcriber has decided
// that it may.
package remote

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"deputy/audio"
	"deputy/stt"
)

// Kinds of failure that a person can mend. The error that wraps one says how.
var (
	ErrKey         = errors.New("the server wants another key")
	ErrModel       = errors.New("the server doesn't know the model")
	ErrUnreachable = errors.New("the server can't be reached")
)

// Options say where to transcribe and how. BaseURL and Model are required.
type Options struct {
	// BaseURL ends before /audio/transcriptions: "https://api.openai.com/v1".
	BaseURL string
	// Key is sent as a bearer token; "" sends none, which local servers accept.
	Key string
	// KeyFrom names where Key came from ("OPENAI_API_KEY"), for messages only.
	KeyFrom string
	Model   string
	// Language fixes the language by ISO 639-1 code; "" lets the server detect it.
	Language string
	// Timeout bounds one attempt; 30 s and half the audio's length if zero.
	Timeout time.Duration
	// Retries is how often a call is tried again after 429, 5xx or a broken
	// connection; 2 if zero, none if negative.
	Retries int
	// Backoff is the wait before the first retry, doubled for each further one;
	// 500 ms if zero. A server's Retry-After goes before it, up to 10 s.
	Backoff time.Duration
	// Client is http.DefaultClient's transport if nil.
	Client *http.Client
	Logger *slog.Logger
}

// A Transcriber implements stt.Transcriber over HTTP.
type Transcriber struct {
	o     Options
	host  string
	plain atomic.Bool // the server refused verbose_json: ask for json
	turns *stt.Turns
}

// New checks the options; it connects to nothing.
func New(o Options) (*Transcriber, error) {
	u, err := url.Parse(o.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("transcription server %q: want an address such as https://api.openai.com/v1", o.BaseURL)
	}
	if o.Model == "" {
		return nil, fmt.Errorf("transcription server %s: no model is named", u.Host)
	}
	if o.Language != "" {
		code := stt.LanguageCode(o.Language)
		if code == "" {
			return nil, fmt.Errorf("unknown language %q: want a code such as en or ko", o.Language)
		}
		o.Language = code
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Client == nil {
		o.Client = &http.Client{}
	}
	return &Transcriber{o: o, host: u.Host, turns: stt.NewTurns()}, nil
}

// Transcribe implements stt.Transcriber.
func (t *Transcriber) Transcribe(ctx context.Context, u audio.Utterance) (stt.Transcript, error) {
	out := stt.Of(u)
	err := t.turns.Do(ctx, func(ctx context.Context) error {
		if u.Duration() < stt.Shortest {
			return nil
		}
		began := time.Now()
		r, err := t.ask(ctx, u)
		if err != nil {
			return fmt.Errorf("transcribe utterance %d: %w", u.ID, t.explain(err))
		}
		read(&out, r, t.o.Language)
		out.Took = time.Since(began)
		return nil
	})
	if err != nil {
		return stt.Of(u), err
	}
	return out, nil
}

// ask sends u, and once more for plain JSON when the server has no verbose one.
func (t *Transcriber) ask(ctx context.Context, u audio.Utterance) (openai.AudioResponse, error) {
	client := t.client(cmp.Or(t.o.Timeout, 30*time.Second+u.Duration()/2))
	req := openai.AudioRequest{Model: t.o.Model, Language: t.o.Language, FilePath: "utterance.wav"}
	wav := encode(u.Samples)
	for {
		plain := t.plain.Load()
		req.Format = openai.AudioResponseFormatVerboseJSON
		if plain {
			req.Format = openai.AudioResponseFormatJSON
		}
		req.Reader = bytes.NewReader(wav)
		r, err := client.CreateTranscription(ctx, req)
		if err == nil || plain || !refusesFormat(err) {
			return r, err
		}
		t.o.Logger.Debug("the transcription server has no verbose_json", "host", t.host)
		t.plain.Store(true)
	}
}

// client is a client whose attempts may each take as long as timeout.
func (t *Transcriber) client(timeout time.Duration) *openai.Client {
	cfg := openai.DefaultConfig(t.o.Key)
	cfg.BaseURL = strings.TrimSuffix(t.o.BaseURL, "/")
	cfg.HTTPClient = &retrier{
		client: t.o.Client, log: t.o.Logger, timeout: timeout,
		retries: max(0, cmp.Or(t.o.Retries, 2)), backoff: cmp.Or(t.o.Backoff, 500*time.Millisecond),
	}
	return openai.NewClientWithConfig(cfg)
}

// Close implements stt.Transcriber: the call under way ends with stt.ErrClosed.
func (t *Transcriber) Close() error {
	t.turns.Close(func() {})
	return nil
}
