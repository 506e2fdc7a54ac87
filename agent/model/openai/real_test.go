package openai_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"deputy/agent/model"
	"deputy/agent/model/llama"
	"deputy/agent/model/openai"
	"deputy/configs/phrases"
)

// These tests talk to a real llama-server with the small model that Deputy
// brings along. They share one server, which TestMain ends.
var real struct {
	sync.Once
	server *llama.Server
	why    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if real.server != nil {
		real.server.Close()
	}
	os.Exit(code)
}

func realServer(t *testing.T) *llama.Server {
	t.Helper()
	if os.Getenv("DEPUTY_TEST_REAL") == "" {
		t.Skip("a real model takes minutes: set DEPUTY_TEST_REAL=1, as make test does, to run this")
	}
	real.Do(func() {
		root := cacheRoot()
		program, err := llama.Find("", root)
		if err != nil {
			real.why = err
			return
		}
		real.server, real.why = llama.Start(context.Background(), llama.Options{
			Program: program, Model: filepath.Join(root, "models", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
			Context: 4096, Threads: 2, Stall: 5 * time.Minute,
		})
	})
	if real.why == nil {
		return real.server
	}
	absent := errors.Is(real.why, llama.ErrNoProgram) || errors.Is(real.why, llama.ErrNoModel)
	if !absent || os.Getenv("DEPUTY_TEST_ALL") == "1" {
		t.Fatalf("no local model server: %v", real.why)
	}
	t.Skipf("no local model server: %v", real.why)
	return nil
}

func cacheRoot() string {
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		return filepath.Join(dir, "deputy")
	}
	home, _ := os.UserHomeDir() // then nothing is found there
	return filepath.Join(home, ".cache", "deputy")
}

func realModel(t *testing.T, mode openai.Mode) *openai.Model {
	t.Helper()
	s := realServer(t)
	return openai.New(openai.Options{Name: "llama-server", BaseURL: s.URL(), Key: s.Key(), Tools: mode, MaxTokens: 300,
		FirstToken: 10 * time.Minute, BetweenTokens: 5 * time.Minute})
}

func prompt(text string) model.Prompt {
	return model.Prompt{
		System:   "You are Deputy. You carry out the user's spoken orders with tools. Be brief.",
		Tools:    openai.DeskTools(),
		Messages: []model.Message{{Role: model.User, Text: text}},
	}
}

func ask(m *openai.Model, ctx context.Context, p model.Prompt) (text []string, calls []model.Call, err error) {
	for c, e := range m.Next(ctx, p) {
		if e != nil {
			return text, calls, e
		}
		if c.Text != "" {
			text = append(text, c.Text)
		}
		if c.Call != nil {
			calls = append(calls, *c.Call)
		}
	}
	return text, calls, nil
}

func TestRealSchemaPicksTheTool(t *testing.T) {
	m := realModel(t, openai.Schema)
	for _, tt := range []struct{ said, tool, args string }{
		{"delete the file old.txt", "delete_file", "old.txt"},
		{"take a note: buy milk and eggs", "take_note", "milk"},
		{"run the command git status", "run_command", "git status"},
		{"agenda.md에 뭐라고 적혀 있어?", "read_file", "agenda.md"},
		{"우유 사야 한다고 메모해 줘", "take_note", "우유"},
	} {
		text, calls, err := ask(m, t.Context(), prompt(tt.said))
		if err != nil || len(calls) != 1 || calls[0].Tool != tt.tool || !strings.Contains(string(calls[0].Args), tt.args) {
			t.Errorf("%q: got text %q, calls %v and %v, want %s with %q", tt.said, text, calls, err, tt.tool, tt.args)
		}
	}
}

// A reply is in the language that is asked for, whichever the order was in; left to
// itself the small model tells what it did for a Korean order in English.
func TestRealSchemaRepliesInTheLanguage(t *testing.T) {
	m := realModel(t, openai.Schema)
	for _, order := range []struct{ said, note string }{{"take a note buy milk", "buy milk"}, {"우유 사라고 메모해 줘", "우유 사기"}} {
		for _, language := range []string{"en", "ko"} {
			p := prompt(order.said)
			p.System, p.Language = phrases.Embedded().Prompt("en"), language
			p.Messages = append(p.Messages,
				model.Message{Role: model.Assistant, Calls: []model.Call{{ID: "1", Tool: "take_note", Args: json.RawMessage(`{"text":"` + order.note + `"}`)}}},
				model.Message{Role: model.ToolRole, Call: "1", Text: "noted"})
			text, calls, err := ask(m, t.Context(), p)
			got := strings.Join(text, "")
			first, _ := utf8.DecodeRuneInString(strings.TrimLeft(got, "0123456789.,:% "))
			if err != nil || len(calls) > 0 || got == "" || unicode.Is(unicode.Hangul, first) != (language == "ko") {
				t.Errorf("%q in %s: got %q, calls %v and %v, want words in that language", order.said, language, got, calls, err)
			}
		}
	}
}

func TestRealSchemaStreamsAReply(t *testing.T) {
	for _, said := range []string{"tell me in two sentences what you can do", "안녕, 너는 누구야?"} {
		text, calls, err := ask(realModel(t, openai.Schema), t.Context(), prompt(said))
		if err != nil || len(calls) > 0 || len(text) < 2 {
			t.Errorf("%q: got text %q, calls %v and %v, want words in several pieces", said, text, calls, err)
		}
		if s := strings.Join(text, ""); strings.ContainsAny(s, `{}`) || strings.Contains(s, "\uFFFD") {
			t.Errorf("%q: got %q, want plain words", said, s)
		}
	}
}

// The small model can't call tools natively: it writes calls as text. Words must
// stream, and whatever else it writes must not become a call that is no call.
func TestRealNative(t *testing.T) {
	m := realModel(t, openai.Native)
	text, calls, err := ask(m, t.Context(), model.Prompt{System: "Be brief.", Messages: []model.Message{{Role: model.User, Text: "Count from one to ten in words."}}})
	if err != nil || len(calls) > 0 || len(text) < 3 {
		t.Errorf("got text %q, calls %v and %v, want words in several pieces", text, calls, err)
	}
	for _, said := range []string{"what files are in my workspace", "delete the file old.txt"} {
		text, calls, err := ask(m, t.Context(), prompt(said))
		if err != nil && !errors.Is(err, model.ErrMalformed) {
			t.Errorf("%q: got %v, want a reply or a malformed one", said, err)
		}
		if s := strings.Join(text, ""); strings.Contains(s, `"arguments"`) {
			t.Errorf("%q: got a call as words: %q", said, s)
		}
		for _, c := range calls {
			if !strings.Contains(string(c.Args), "path") {
				t.Errorf("%q: got call %+v", said, c)
			}
		}
		t.Logf("%q: text %q, calls %v, error %v", said, text, calls, err)
	}
}

// timed notes how much of each prompt the server computed, not taken from its cache.
type timed struct{ computed []int }

func (r *timed) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || !strings.HasSuffix(req.URL.Path, "/chat/completions") {
		return resp, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(body) {
		var e struct {
			Timings *struct {
				Prompt int `json:"prompt_n"`
			}
		}
		if json.Unmarshal(bytes.TrimPrefix(line, []byte("data: ")), &e) == nil && e.Timings != nil {
			r.computed = append(r.computed, e.Timings.Prompt)
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// What was read while the order was being spoken is not read again: neither the
// instructions, nor what stands before the order's own words.
func TestRealReadAhead(t *testing.T) {
	s, server := realServer(t), &timed{}
	m := openai.New(openai.Options{BaseURL: s.URL(), Key: s.Key(), Tools: openai.Schema, MaxTokens: 16, FirstToken: 10 * time.Minute, Transport: server})
	before := "(now: Monday 2026-11-23 09:30; the order before: 우유 사는 거 메모해 줘; its result: 메모했습니다; its file: notes/2026-11-23.md)\n\n"
	if err := m.Warm(t.Context(), prompt(before)); err != nil {
		t.Fatal(err)
	}
	for _, order := range []struct{ words, language string }{{"what files do I have", "en"}, {"보고서를 읽어 줘", "ko"}} {
		p := prompt(before + order.words)
		p.Language = order.language      // which is told to the server and not to the model
		_, _, _ = ask(m, t.Context(), p) // it may be cut short, which is not the point here
	}
	if len(server.computed) != 3 {
		t.Fatalf("got the timings of %d requests, want 3", len(server.computed))
	}
	for i, n := range server.computed[1:] {
		if n > 24 {
			t.Errorf("order %d: %d tokens of the prompt were computed, want those of its words", i+1, n)
		}
	}
	t.Logf("tokens computed: %v", server.computed)
}

// A turn that is cancelled frees the server at once.
func TestRealCancel(t *testing.T) {
	s := realServer(t)
	m := openai.New(openai.Options{BaseURL: s.URL(), Key: s.Key(), MaxTokens: 3500, FirstToken: 10 * time.Minute})
	long := model.Prompt{Messages: []model.Message{{Role: model.User, Text: "Write a story of two thousand words."}}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var at time.Time
	var err error
	for _, err = range m.Next(ctx, long) {
		if at.IsZero() {
			at = time.Now()
			cancel()
		}
	}
	if err != context.Canceled {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if took := time.Since(at); took > 10*time.Second {
		t.Errorf("ended %v after the cancel, want at once", took)
	}
	for end := time.Now().Add(time.Minute); computing(t); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the server still computes the cancelled reply")
		}
	}
}

// computing reports whether the server works on a reply.
func computing(t *testing.T) bool {
	t.Helper()
	s := realServer(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(s.URL(), "/v1")+"/slots", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.Key())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var slots []struct {
		Busy bool `json:"is_processing"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&slots); err != nil || len(slots) != 1 {
		t.Fatalf("got slots %v and %v, want one", slots, err)
	}
	return slots[0].Busy
}

// While the server is held nothing comes, however impatient the model is;
// afterwards the same reply goes on.
func TestRealPause(t *testing.T) {
	s := realServer(t)
	m := openai.New(openai.Options{BaseURL: s.URL(), Key: s.Key(), MaxTokens: 100, FirstToken: 10 * time.Minute, BetweenTokens: 2 * time.Minute, Held: s.Paused})
	n := 0
	var held time.Time
	for _, err := range m.Next(t.Context(), model.Prompt{Messages: []model.Message{{Role: model.User, Text: "Count from one to thirty in words."}}}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 3 {
			s.Pause()
			held = time.Now()
			time.AfterFunc(500*time.Millisecond, s.Resume)
		}
	}
	if n < 20 || time.Since(held) < 500*time.Millisecond {
		t.Errorf("got %d pieces, %v after the pause, want the whole reply after it", n, time.Since(held))
	}
}

func TestRealWrongKey(t *testing.T) {
	s := realServer(t)
	_, _, err := ask(openai.New(openai.Options{BaseURL: s.URL(), Key: "wrong", KeyVar: "SOME_KEY"}), t.Context(), prompt("hi"))
	if err == nil || !strings.Contains(err.Error(), "refused the key") || !strings.Contains(err.Error(), "SOME_KEY") {
		t.Errorf("got %v, want an error about the key", err)
	}
}

func TestRealContextTooLong(t *testing.T) {
	_, _, err := ask(realModel(t, openai.Schema), t.Context(), prompt(strings.Repeat("one two three four five ", 2000)))
	if err == nil || !strings.Contains(err.Error(), "too long for") {
		t.Errorf("got %v, want an error about the length", err)
	}
}
