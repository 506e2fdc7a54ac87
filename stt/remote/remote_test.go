package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"deputy/audio"
	"deputy/stt"
	"deputy/stt/stttest"
)

const verbose = `{"task":"transcribe","language":"english","duration":2.0,"text":" Turn on the light. ",
"segments":[{"start":0,"end":1.5,"text":" Turn on","avg_logprob":-0.1,"no_speech_prob":0.02},
{"start":1.5,"end":2,"text":" the light.","avg_logprob":-0.5,"no_speech_prob":0.1}]}`

// serve answers every transcription with what answer writes.
func serve(t testing.TB, answer http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s.URL + "/v1"
}

func open(t testing.TB, o Options) *Transcriber {
	t.Helper()
	if o.Model == "" {
		o.Model = "whisper-1"
	}
	if o.Backoff == 0 {
		o.Backoff = time.Millisecond
	}
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

var second = audio.Utterance{ID: 1, Samples: make([]float32, audio.Rate), Voiced: 0.5, SNR: 12}

func TestSuite(t *testing.T) {
	stttest.Suite{
		Open: func(t testing.TB) stt.Transcriber {
			return open(t, Options{BaseURL: serve(t, func(w http.ResponseWriter, r *http.Request) {
				if _, _, err := r.FormFile("file"); err != nil {
					http.Error(w, err.Error(), http.StatusBadRequest)
					return
				}
				fmt.Fprint(w, verbose)
			})})
		},
	}.Run(t)
}

func TestSends(t *testing.T) {
	var got struct{ model, format, language, auth, path string }
	var wav []byte
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got.model, got.format, got.language = r.FormValue("model"), r.FormValue("response_format"), r.FormValue("language")
		got.auth, got.path = r.Header.Get("Authorization"), r.URL.Path
		f, _, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return
		}
		wav, _ = io.ReadAll(f)
		fmt.Fprint(w, verbose)
	})
	tr := open(t, Options{BaseURL: url, Key: "sesame", Model: "m", Language: "ko-KR"})
	if _, err := tr.Transcribe(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	want := struct{ model, format, language, auth, path string }{"m", "verbose_json", "ko", "Bearer sesame", "/v1/audio/transcriptions"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(wav) != 44+2*audio.Rate || string(wav[:4]) != "RIFF" || string(wav[8:16]) != "WAVEfmt " {
		t.Errorf("got %d bytes beginning %q, want a WAV of one second", len(wav), wav[:min(16, len(wav))])
	}
}

func TestReads(t *testing.T) {
	for _, tt := range []struct {
		name, reply, language string
		want                  stt.Transcript
		segments              int
	}{
		{"verbose", verbose, "", stt.Transcript{Text: "Turn on the light.", Language: "en", Lowest: 0.607, Confidence: 0.830, NoSpeech: 0.04}, 2},
		{"plain", `{"text":"네, 알겠습니다."}`, "", stt.Transcript{Text: "네, 알겠습니다."}, 0},
		{"fixed language", `{"text":"네."}`, "ko", stt.Transcript{Text: "네.", Language: "ko", LanguageProb: 1}, 0},
		{"nothing said", `{"text":"","language":"korean","segments":[]}`, "", stt.Transcript{Language: "ko"}, 0},
		{"times astray", `{"text":"a b","segments":[{"start":2,"end":1,"text":"a","avg_logprob":-1e9},{"start":-5,"end":1e12,"text":"b","avg_logprob":3,"no_speech_prob":7}]}`, "",
			stt.Transcript{Text: "a b", NoSpeech: 1}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, tt.reply) })
			got, err := open(t, Options{BaseURL: url, Language: tt.language}).Transcribe(t.Context(), second)
			if err != nil {
				t.Fatal(err)
			}
			if got.Text != tt.want.Text || got.Language != tt.want.Language || got.LanguageProb != tt.want.LanguageProb || len(got.Segments) != tt.segments {
				t.Errorf("got %+v, want %+v in %d segments", got, tt.want, tt.segments)
			}
			for i, p := range [][2]float32{{got.Confidence, tt.want.Confidence}, {got.Lowest, tt.want.Lowest}, {got.NoSpeech, tt.want.NoSpeech}} {
				if math.Abs(float64(p[0]-p[1])) > 1e-3 {
					t.Errorf("evidence %d: got %v, want %v", i, p[0], p[1])
				}
			}
			if got.Utterance != 1 || got.Voiced != 0.5 || got.SNR != 12 || got.Length != time.Second {
				t.Errorf("got %+v, want what the utterance says of itself", got)
			}
		})
	}
}

func TestFallsBackToPlainJSON(t *testing.T) {
	var calls atomic.Int32
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.FormValue("response_format") == "verbose_json" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":{"message":"response_format 'verbose_json' is not compatible with model 'x'","type":"invalid_request_error"}}`)
			return
		}
		fmt.Fprint(w, `{"text":"fine"}`)
	})
	tr := open(t, Options{BaseURL: url})
	for range 2 {
		if got, err := tr.Transcribe(t.Context(), second); err != nil || got.Text != "fine" {
			t.Fatalf("got %q, error %v; want fine", got.Text, err)
		}
	}
	if n := calls.Load(); n != 3 {
		t.Errorf("got %d requests, want 3: the refusal is remembered", n)
	}
}

func TestRetries(t *testing.T) {
	for _, tt := range []struct {
		name     string
		statuses []int
		calls    int32
		ok       bool
	}{
		{"busy once", []int{429, 200}, 2, true},
		{"broken twice", []int{500, 503, 200}, 3, true},
		{"broken for good", []int{502, 502, 502, 200}, 3, false},
		{"refused", []int{400, 200}, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var calls atomic.Int32
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if _, _, err := r.FormFile("file"); err != nil {
					t.Errorf("the recording is missing: %v", err)
				}
				if s := tt.statuses[calls.Add(1)-1]; s != 200 {
					http.Error(w, "no", s)
					return
				}
				fmt.Fprint(w, verbose)
			})
			_, err := open(t, Options{BaseURL: url}).Transcribe(t.Context(), second)
			if (err == nil) != tt.ok || calls.Load() != tt.calls {
				t.Errorf("got error %v after %d calls, want success %v after %d", err, calls.Load(), tt.ok, tt.calls)
			}
		})
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code); fmt.Fprint(w, body) }
	}
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		key    string
		is     error
		want   string
	}{
		{"no key", status(401, `{"error":{"message":"no key"}}`), "", ErrKey, "set STT_KEY"},
		{"wrong key", status(401, `{"error":{"message":"bad key"}}`), "x", ErrKey, "refused the one in STT_KEY"},
		{"wrong model", status(404, `{"error":{"message":"The model 'whisper-1' does not exist"}}`), "x", ErrModel, `has no "whisper-1"`},
		{"busy", status(503, `<html>down</html>`), "x", nil, "try again later"},
		{"nonsense", status(200, `<html>hello</html>`), "x", nil, "no transcript"},
		{"empty", status(200, ``), "x", nil, "no transcript"},
		{"too big", status(413, `too large`), "x", nil, "refused the recording (413 too large)"},
		{"cut off", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"text":`)
		}, "x", ErrUnreachable, "check the address"},
		{"stuck", func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body) //nolint:errcheck // only then does the server notice that the client left
			<-r.Context().Done()
		}, "x", ErrUnreachable, "no answer within"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := open(t, Options{BaseURL: serve(t, tt.answer), Key: tt.key, KeyFrom: "STT_KEY", Timeout: 200 * time.Millisecond, Retries: -1})
			_, err := tr.Transcribe(t.Context(), second)
			if err == nil || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %v, want %q (%v)", err, tt.want, tt.is)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("got several lines: %q", err)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	_, err := open(t, Options{BaseURL: s.URL}).Transcribe(t.Context(), second)
	if !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v, want ErrUnreachable", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, o := range []Options{
		{}, {BaseURL: "api.example.org", Model: "m"}, {BaseURL: "ftp://example.org", Model: "m"},
		{BaseURL: "http://example.org"}, {BaseURL: "http://example.org", Model: "m", Language: "klingon"},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("New(%+v): got no error", o)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(verbose))
	f.Add([]byte(`{"text":"\ud800","segments":[{"start":1e300,"end":-1}]}`))
	f.Fuzz(func(t *testing.T, reply []byte) {
		var r openai.AudioResponse
		if json.Unmarshal(reply, &r) != nil {
			t.Skip()
		}
		var out stt.Transcript
		read(&out, r, "")
		for _, p := range []float32{out.Confidence, out.Lowest, out.NoSpeech} {
			if !(p >= 0 && p <= 1) {
				t.Fatalf("got evidence %v out of range from %q", p, reply)
			}
		}
		if out.Lowest > out.Confidence {
			t.Fatalf("got lowest %v above confidence %v from %q", out.Lowest, out.Confidence, reply)
		}
		for i, s := range out.Segments {
			if s.End < s.Start || i > 0 && s.Start < out.Segments[i-1].Start {
				t.Fatalf("got times out of order from %q", reply)
			}
		}
	})
}
