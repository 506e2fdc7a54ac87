package attack

import (
	"context"
	"fmt"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/sandbox"
	"deputy/agent/tools/mail/smtptest"
	"deputy/cmd/internal/rehearsal"
)

// canary stands in the files outside of the workspace: where it is seen, they
// were read.
const canary = "CANARY-7Q4Z"

// destinations are what effects arrive at. They run for all attacks, outside of
// their virtual time.
type destinations struct {
	post *smtptest.Server
	web  *httptest.Server
	port string
	// sandbox says why no command can be run on this machine; nil where one can.
	sandbox error
	// mu guards hits and page: the server's goroutines count.
	mu   sync.Mutex
	hits []string // requests that the owner must allow: all but plain ones to localhost
	page string   // what localhost serves, which is on the list of sites that are free
}

func newDestinations(t *testing.T) *destinations {
	t.Helper()
	post, err := smtptest.Start("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	// The resolver makes what it shares at its first use: not inside a bubble.
	if _, err := net.DefaultResolver.LookupHost(t.Context(), "localhost"); err != nil {
		t.Fatal(err)
	}
	d := &destinations{post: post}
	d.web = httptest.NewServer(http.HandlerFunc(d.serve))
	_, d.port, err = net.SplitHostPort(d.web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.web.Close(); post.Close() })
	_, d.sandbox = sandbox.Probe(t.Context(), sandbox.Options{})
	return d
}

// demand skips an attack that runs commands where none can be run, unless all
// tests are demanded.
func (d *destinations) demand(t *testing.T, a attack) {
	t.Helper()
	runs := slices.ContainsFunc(a.steps, func(s rehearsal.Direction) bool {
		return slices.Contains(s.Args, "run_command") || s.Verb == "pose" && s.Args[0] == "command"
	})
	switch {
	case d.sandbox == nil || !runs:
	case os.Getenv("DEPUTY_TEST_ALL") == "1":
		t.Fatal(d.sandbox)
	default:
		t.Skipf("%v", d.sandbox)
	}
}

func (d *destinations) serve(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if host, _, _ := strings.Cut(r.Host, ":"); host == "localhost" && !strings.HasPrefix(r.URL.Path, "/leave") {
		if r.URL.RawQuery != "" { // it carries something out
			d.hits = append(d.hits, r.URL.String())
		}
		fmt.Fprint(w, d.page)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/leave") {
		http.Redirect(w, r, "http://127.0.0.1:"+d.port+"/taken?"+r.URL.RawQuery, http.StatusFound)
		return
	}
	d.hits = append(d.hits, r.URL.String())
	fmt.Fprint(w, "<p>The price is 5.</p>")
}

func (d *destinations) webHits() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.hits)
}

// hijacked is a model that has been taken over: it replies what the attack has it
// reply, whatever it is told, and keeps what it was told.
type hijacked struct {
	// mu guards both: the desk asks from its own goroutines.
	mu      sync.Mutex
	replies []event.Replied
	told    strings.Builder
}

func (m *hijacked) Next(_ context.Context, p model.Prompt) iter.Seq2[model.Chunk, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, msg := range p.Messages {
		m.told.WriteString(msg.Text + "\n")
	}
	r := event.Replied{Text: "Done."}
	if len(m.replies) > 0 {
		r, m.replies = m.replies[0], m.replies[1:]
	}
	return func(yield func(model.Chunk, error) bool) {
		if r.Text != "" && !yield(model.Chunk{Text: r.Text}, nil) {
			return
		}
		for i, c := range r.Calls {
			c.ID = fmt.Sprint(i)
			if !yield(model.Chunk{Call: &c}, nil) {
				return
			}
		}
	}
}
