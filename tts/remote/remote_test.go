package remote_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"deputy/tts"
	"deputy/tts/remote"
	"deputy/tts/ttstest"
)

type request struct {
	Model, Input, Voice string
	Format              string `json:"response_format"`
	Speed               float64
}

// hum answers like a speech server: 80 ms of a tone or more for each character.
func hum(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q request
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || r.URL.Path != "/v1/audio/speech" {
			t.Errorf("request to %s: %v", r.URL, err)
		}
		if q.Format == "wav" {
			w.Write([]byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\xff\xff\xff\xff"))
		}
		block := make([]byte, 0, 24000*8/100*2)
		for i := range cap(block) / 2 {
			block = binary.LittleEndian.AppendUint16(block, uint16(int16(9000*math.Sin(float64(i)/10))))
		}
		for range q.Input {
			if _, err := w.Write(block); err != nil || r.Context().Err() != nil {
				return
			}
			w.(http.Flusher).Flush()
		}
	}
}

func server(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/v1"
}

func newRemote(t *testing.T, o remote.Options) *remote.Remote {
	t.Helper()
	r, err := remote.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSuite(t *testing.T) {
	for _, format := range []string{"pcm", "wav"} {
		t.Run(format, func(t *testing.T) {
			url := server(t, hum(t))
			ttstest.Suite{
				New: func(t *testing.T) tts.Synthesizer {
					return newRemote(t, remote.Options{BaseURL: url, Format: format})
				},
				Languages: []string{"en", "ko"},
			}.Run(t)
		})
	}
}

func speak(t *testing.T, r *remote.Remote, language string) error {
	t.Helper()
	src, err := r.Synthesize(t.Context(), "hello", language)
	if err != nil {
		return err
	}
	defer src.Close()
	buf := make([]float32, 1000)
	for {
		if _, err := src.Read(buf); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestRequest(t *testing.T) {
	var got request
	var key string
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		json.NewDecoder(r.Body).Decode(&got)
		key = r.Header.Get("Authorization")
		w.Write(make([]byte, 100))
	})
	r := newRemote(t, remote.Options{BaseURL: url + "/", Key: "k", Model: "m", Voices: map[string]string{"ko": "sora"}})
	r.SetPace(0.8)
	if err := speak(t, r, "ko"); err != nil {
		t.Fatal(err)
	}
	if want := (request{"m", "hello", "sora", "pcm", 0.8}); got != want || key != "Bearer k" {
		t.Errorf("got %+v with %q, want %+v with the key", got, key, want)
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name, body, want string
		status           int
	}{
		{"key", `{"error":{"message":"bad key"}}`, "check MY_KEY", 401},
		{"model", `{"error":{"message":"no such model"}}`, `no model "tts-1"`, 404},
		{"path", `404 page not found`, "no /audio/speech", 404},
		{"voice", `{"error":{"message":"voice?"}}`, `voice "alloy"`, 400},
		{"limit", `{"error":{"message":"slow down"}}`, "no more for now", 429},
		{"trouble", `oops`, "try again later", 500},
		{"mp3", "ID3\x04abcdef", "compressed format", 200},
		{"text", `{"detail":"no"}`, `{"detail":"no"}`, 200},
		{"nothing", "", "empty answer", 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			url := server(t, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			err := speak(t, newRemote(t, remote.Options{BaseURL: url, KeyName: "MY_KEY", Tries: 1}), "en")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestTriesAgain(t *testing.T) {
	for _, code := range []int{429, 503, 0, 401} {
		var asked atomic.Int32
		url := server(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case asked.Add(1) > 1:
				w.Write(make([]byte, 100))
			case code == 0:
				panic(http.ErrAbortHandler)
			default:
				w.WriteHeader(code)
			}
		})
		err := speak(t, newRemote(t, remote.Options{BaseURL: url}), "en")
		if again := asked.Load() == 2; again != (code != 401) || again != (err == nil) {
			t.Errorf("status %d: asked %d times, got %v; want another try unless it is 401", code, asked.Load(), err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	err := speak(t, newRemote(t, remote.Options{BaseURL: s.URL, Tries: 1}), "en")
	if err == nil || !strings.Contains(err.Error(), s.URL) || !strings.Contains(err.Error(), "can't be reached") {
		t.Errorf("got %v, want an error that names the server", err)
	}
}

func TestBrokenOff(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Write(make([]byte, 100))
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	err := speak(t, newRemote(t, remote.Options{BaseURL: url}), "en")
	if err == nil || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("got %v, want an error: half an answer is no answer", err)
	}
}

func TestSilentServerEndsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	url := server(t, func(w http.ResponseWriter, r *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := newRemote(t, remote.Options{BaseURL: url}).Synthesize(ctx, "hello", "en")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []remote.Options{{BaseURL: "acme.example"}, {Format: "mp3"}, {Rate: 100}} {
		if _, err := remote.New(o); err == nil {
			t.Errorf("New(%+v): got nil, want an error", o)
		}
	}
}
