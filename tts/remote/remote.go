// Package remote speaks through any server with OpenAI's /audio/speech. It
// knows the request, the two kinds of sound that may come back (bare samples and
// WAV), and which failures are worth another try. It must not know where the
// sound goes or what the text is about.
package remote

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"

	"deputy/audio"
	"deputy/tts"
)

// Options make a Remote. For OpenAI itself only Key is needed.
type Options struct {
	// BaseURL is the part before /audio/speech; "" means OpenAI's own.
	BaseURL string
	// Key is sent as the bearer token; "" sends none that means anything, as
	// servers of one's own want.
	Key string
	// KeyName is where the user keeps the key, for messages; "" means
	// OPENAI_API_KEY.
	KeyName string
	// Model and Voice are the server's names; "" means tts-1 and alloy.
	Model, Voice string
	// Voices, where set, gives another voice for a language.
	Voices map[string]string
	// Languages are those that the voice speaks; none means en and ko.
	Languages []string
	// Format is "pcm" or "wav"; "" means pcm. A WAV is recognised either way.
	Format string
	// Rate is that of pcm, in hertz; 0 means 24000, as OpenAI sends.
	Rate int
	// Tries is how often to ask in all when the server is busy or can't be
	// reached; 0 means 3.
	Tries int
	// Client may carry a proxy or a test's server; nil means one of its own.
	Client *http.Client
	// Logger is silent when nil.
	Logger *slog.Logger
}

// Remote is a tts.Synthesizer. Any goroutine may use it.
type Remote struct {
	o      Options
	client *openai.Client
	pace   atomic.Uint64 // float64 bits
}

// New checks the options and asks nothing of the server.
func New(o Options) (*Remote, error) {
	config := openai.DefaultConfig(o.Key)
	if o.BaseURL != "" {
		config.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	}
	if !strings.HasPrefix(config.BaseURL, "http://") && !strings.HasPrefix(config.BaseURL, "https://") {
		return nil, fmt.Errorf("the speech server's address %q must begin with http:// or https://", o.BaseURL)
	}
	o.BaseURL = config.BaseURL
	switch o.Format {
	case "":
		o.Format = "pcm"
	case "pcm", "wav":
	default:
		return nil, fmt.Errorf("the speech server's format is %q, want pcm or wav", o.Format)
	}
	if o.Rate == 0 {
		o.Rate = 24000
	}
	if o.Rate < 8000 || o.Rate > 48000 {
		return nil, fmt.Errorf("the speech server's rate is %d Hz, want 8000 to 48000", o.Rate)
	}
	if len(o.Languages) == 0 {
		o.Languages = []string{"en", "ko"}
	}
	o.KeyName = cmp.Or(o.KeyName, "OPENAI_API_KEY")
	o.Model = cmp.Or(o.Model, string(openai.TTSModel1))
	o.Voice = cmp.Or(o.Voice, string(openai.VoiceAlloy))
	if o.Tries <= 0 {
		o.Tries = 3
	}
	if o.Client == nil {
		o.Client = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: 20 * time.Second, IdleConnTimeout: time.Minute,
		}}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	config.HTTPClient = o.Client
	r := &Remote{o: o, client: openai.NewClientWithConfig(config)}
	r.SetPace(1)
	return r, nil
}

// SetPace changes the speed; see tts.Pacer.
func (r *Remote) SetPace(factor float64) {
	r.pace.Store(math.Float64bits(min(max(factor, 0.5), 2)))
}

// Synthesize asks for one text and returns when the answer begins. A server
// that is busy or can't be reached is asked again after a while.
func (r *Remote) Synthesize(ctx context.Context, text, language string) (audio.Source, error) {
	if !slices.Contains(r.o.Languages, language) {
		return nil, fmt.Errorf("the speech server is not set up for the language %q", language)
	}
	if strings.TrimSpace(strings.ReplaceAll(text, "\x00", " ")) == "" {
		return nil, errors.New("there is nothing to say")
	}
	// The body must end with the Source and not with Synthesize.
	rctx, cancel := context.WithCancel(ctx)
	body, err := r.ask(rctx, text, language)
	if err != nil {
		cancel()
		return nil, err
	}
	wave, err := r.open(body)
	if err != nil {
		cancel()
		body.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("speech server: %w", err)
	}
	return &source{ctx: ctx.Err, cancel: cancel, body: body, wave: wave}, nil
}

// ask sends the request until it is answered or there is no use in it.
func (r *Remote) ask(ctx context.Context, text, language string) (io.ReadCloser, error) {
	voice := r.o.Voices[language]
	request := openai.CreateSpeechRequest{
		Model: openai.SpeechModel(r.o.Model), Voice: openai.SpeechVoice(cmp.Or(voice, r.o.Voice)),
		Input: strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", " "), " "), ResponseFormat: openai.SpeechResponseFormat(r.o.Format),
	}
	if pace := math.Float64frombits(r.pace.Load()); pace != 1 {
		request.Speed = pace
	}
	wait := 300 * time.Millisecond
	for try := 1; ; try++ {
		answer, err := r.client.CreateSpeech(ctx, request)
		if err == nil {
			return answer.ReadCloser, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if try >= r.o.Tries || !passing(err) {
			return nil, r.explain(err)
		}
		r.o.Logger.Info("speech server is asked again", "try", try, "err", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		wait *= 3
	}
}

// open finds out what has come back.
func (r *Remote) open(body io.Reader) (*tts.Wave, error) {
	head := make([]byte, 4)
	n, err := io.ReadFull(body, head)
	if n == 0 {
		return nil, fmt.Errorf("an empty answer: %w", err)
	}
	whole := io.MultiReader(strings.NewReader(string(head[:n])), body)
	switch s := string(head[:n]); {
	case tts.IsWave(head[:n]):
		return tts.OpenWave(whole)
	case strings.HasPrefix(s, "ID3"), strings.HasPrefix(s, "\xff\xfb"), strings.HasPrefix(s, "\xff\xf3"), s == "OggS", s == "fLaC":
		return nil, errors.New("it sends a compressed format though pcm or wav was asked for; set its format to wav, or another model")
	case r.o.Format == "wav":
		return nil, fmt.Errorf("it sends no WAV but %q", s)
	case s[0] == '{' || s[0] == '<':
		text, _ := io.ReadAll(io.LimitReader(whole, 200))
		return nil, fmt.Errorf("it answers with text and not with sound: %s", text)
	}
	return tts.RawWave(whole, r.o.Rate), nil
}
