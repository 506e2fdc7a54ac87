package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
)

// A faultyModel is a model server that can be told to fail in many ways, and to
// be well again.
type faultyModel struct {
	server *httptest.Server
	mode   atomic.Value // string, of modes
	asked  atomic.Int32
}

func newFaultyModel() *faultyModel {
	f := &faultyModel{}
	f.mode.Store("well")
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	return f
}

// behave sets the mode; false if there is none of that name.
func (f *faultyModel) behave(mode string) bool {
	_, ok := modes[mode]
	if ok {
		f.mode.Store(mode)
	}
	return ok
}

func (f *faultyModel) serve(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/chat/completions") {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if readsOnly(body) {
		says(w, "")
		return
	}
	f.asked.Add(1)
	modes[f.mode.Load().(string)](w, r, string(body))
}

// readsOnly says whether a request is only for the server to read how prompts
// begin: nobody waits for what it answers.
func readsOnly(body []byte) bool {
	var r struct {
		MaxTokens int `json:"max_tokens"`
	}
	return json.Unmarshal(body, &r) == nil && r.MaxTokens == 1
}

// modes are the ways to answer a request for a turn.
var modes = map[string]func(w http.ResponseWriter, r *http.Request, body string){
	"well": func(w http.ResponseWriter, _ *http.Request, _ string) { says(w, "All is well.") },
	// writes a file, then says so.
	"writes": func(w http.ResponseWriter, _ *http.Request, body string) {
		if strings.Contains(body, `"role":"tool"`) {
			says(w, "It is written.")
			return
		}
		wishes(w, "write_file", `{"path":"kept.txt","text":"kept"}`)
	},
	// reaches wants to run a command that needs the owner.
	"reaches": func(w http.ResponseWriter, _ *http.Request, body string) {
		if strings.Contains(body, `"role":"tool"`) {
			says(w, "That was that.")
			return
		}
		wishes(w, "fetch_page", `{"url":"https://example.org/"}`)
	},
	// silent takes the request and never says a word.
	"silent": func(_ http.ResponseWriter, r *http.Request, _ string) { <-r.Context().Done() },
	"html": func(w http.ResponseWriter, _ *http.Request, _ string) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><body><h1>Welcome to the router</h1></body></html>")
	},
	// cut ends the connection in the middle of a reply.
	"cut": func(w http.ResponseWriter, _ *http.Request, _ string) {
		events(w, `{"choices":[{"index":0,"delta":{"content":"I will"}}]}`)
		panic(http.ErrAbortHandler)
	},
	"garbage": func(w http.ResponseWriter, _ *http.Request, _ string) {
		events(w, `{"choices":[{"ind`, "\x00\xff\x1b[2J")
	},
	"empty": func(w http.ResponseWriter, _ *http.Request, _ string) { events(w, "[DONE]") },
	"failing": func(w http.ResponseWriter, _ *http.Request, _ string) {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"error":{"message":"out of memory"}}`)
	},
	"locked": func(w http.ResponseWriter, _ *http.Request, _ string) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":{"message":"no key"}}`)
	},
	// invents always wishes for a tool that there isn't.
	"invents": func(w http.ResponseWriter, _ *http.Request, _ string) {
		wishes(w, "launch_rocket", `{"to":"the moon"}`)
	},
	// invents-once takes no for an answer.
	"invents-once": func(w http.ResponseWriter, _ *http.Request, body string) {
		if strings.Contains(body, "launch_rocket") {
			says(w, "I have no tool for that.")
			return
		}
		wishes(w, "launch_rocket", `{"to":"the moon"}`)
	},
	// mangles always writes arguments that are no JSON.
	"mangles": func(w http.ResponseWriter, _ *http.Request, _ string) {
		wishes(w, "write_file", `{"path": kept.txt, "con`)
	},
	// misfits writes arguments that are JSON, but not what the tool takes.
	"misfits": func(w http.ResponseWriter, _ *http.Request, _ string) {
		wishes(w, "write_file", `{"path":["kept.txt"],"content":7,"mode":"777"}`)
	},
	// escapes tries to drive the terminal of whoever reads along.
	"escapes": func(w http.ResponseWriter, _ *http.Request, _ string) {
		says(w, "Fine.\x1b]0;owned\x07\x1b[2J\u202e\u009b31m")
	},
}

func events(w http.ResponseWriter, list ...string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, e := range list {
		fmt.Fprintf(w, "data: %s\n\n", e)
		w.(http.Flusher).Flush()
	}
}

func says(w http.ResponseWriter, text string) {
	q, _ := json.Marshal(text) // a string always can be
	events(w, `{"choices":[{"index":0,"delta":{"content":`+string(q)+`}}]}`,
		`{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`, "[DONE]")
}

func wishes(w http.ResponseWriter, tool, args string) {
	q, _ := json.Marshal(args)
	events(w, `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"x1","type":"function","function":{"name":"`+tool+`","arguments":`+string(q)+`}}]}}]}`,
		`{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`, "[DONE]")
}
