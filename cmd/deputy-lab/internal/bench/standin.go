package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"deputy/configs"
	"deputy/internal/textnorm"
)

// A standIn is a model server of this process that answers every order at once,
// in its language, in the form that small models answer in. What is left of the
// time to an answer is Deputy's own share.
type standIn struct {
	listener net.Listener
	server   *http.Server
}

// The stand-in's answers: two sentences as a small model writes them.
var standInSays = map[string]string{
	"en": "I saved the short version as short.txt. Tell me if anything should be different.",
	"ko": "말씀하신 내용을 파일에 적어 두었습니다. 고칠 것이 있으면 말씀해 주세요.",
}

// openStandIn serves until close.
func openStandIn() (*standIn, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the stand-in for a model: %w", err)
	}
	s := &standIn{listener: l}
	s.server = &http.Server{Handler: http.HandlerFunc(answerAtOnce), ReadHeaderTimeout: time.Minute}
	go s.server.Serve(l) // returns when close was called
	return s, nil
}

// configure makes it the model of a configuration.
func (s *standIn) configure(cfg *configs.Config) {
	cfg.LLM.Preset, cfg.LLM.URL = "llama-server", "http://"+s.listener.Addr().String()+"/v1"
	cfg.LLM.Model, cfg.LLM.Tools = "stand-in", "schema"
}

func (s *standIn) Close() error { return s.server.Close() }

// answerAtOnce streams a reply in pieces of a few letters, as tokens come.
func answerAtOnce(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Messages []struct{ Content string } }
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&asked); err != nil || len(asked.Messages) == 0 {
		http.Error(w, "no chat completion", http.StatusBadRequest)
		return
	}
	said := asked.Messages[len(asked.Messages)-1].Content
	said = said[strings.LastIndexByte(said, '\n')+1:] // without the time and what was before
	text := standInSays["en"]
	if textnorm.HasHangul(said) {
		text = standInSays["ko"]
	}
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(v any) {
		b, _ := json.Marshal(map[string]any{"choices": []any{v}}) // texts always can be
		fmt.Fprintf(w, "data: %s\n\n", b)
		_ = http.NewResponseController(w).Flush() // who has gone reads no more of it
	}
	letters := []rune(`{"tool":"reply","args":{"text":"` + text + `"}}`)
	for len(letters) > 0 {
		n := min(4, len(letters))
		send(map[string]any{"index": 0, "delta": map[string]string{"content": string(letters[:n])}})
		letters = letters[n:]
	}
	send(map[string]any{"index": 0, "delta": struct{}{}, "finish_reason": "stop"})
	fmt.Fprint(w, "data: [DONE]\n\n")
}
