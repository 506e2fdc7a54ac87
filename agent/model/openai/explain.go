package openai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"deputy/agent/model"
)

// explain makes of what went wrong one sentence that says what to do. outer is
// the caller's context, inner the request's own; inner may be nil.
func (m *Model) explain(outer, inner context.Context, err error) error {
	if e := outer.Err(); e != nil {
		return e
	}
	if inner != nil && errors.Is(context.Cause(inner), errSilent) {
		return m.unreachable(fmt.Sprintf("it said nothing for too long; see whether it is overloaded, or allow more time (llm.timeout; it was %v to the first token and %v between two)",
			m.o.FirstToken, m.o.BetweenTokens))
	}
	var status *statusError
	var page *notAPI
	var dial *url.Error
	switch {
	case errors.As(err, &status):
		return m.explainStatus(outer, status)
	case errors.As(err, &page):
		return m.unreachable(page.Error() + "; correct llm.url")
	case errors.Is(err, errEndless), errors.Is(err, errFiltered):
		return fmt.Errorf("%s: %w", m.o.Name, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return m.unreachable("the connection was cut in the middle of a reply; give the order again")
	case errors.As(err, &dial):
		return m.unreachable(dial.Err.Error() + "; " + m.startHint())
	}
	return m.unreachable("the connection failed (" + shorten(err.Error()) + ")")
}

func (m *Model) unreachable(words string) error {
	return fmt.Errorf("%w: %s at %s: %s", model.ErrUnreachable, m.o.Name, m.base, words)
}

// startHint says how the server that should be there is started.
func (m *Model) startHint() string {
	if m.o.Start != "" {
		return "start it with: " + m.o.Start
	}
	switch m.base.Port() {
	case "11434":
		return "start it with: ollama serve"
	case "1234":
		return "start the server in LM Studio's developer tab, or with: lms server start"
	case "8000":
		return "start it with: vllm serve MODEL"
	case "8080":
		return "start it with: llama-server -m MODEL.gguf"
	}
	return "see whether it runs and llm.url is right"
}

func (m *Model) explainStatus(ctx context.Context, e *statusError) error {
	said := ""
	if e.words != "" {
		said = " (it said: " + e.words + ")"
	}
	switch {
	case e.code == http.StatusUnauthorized || e.code == http.StatusForbidden:
		if m.o.KeyVar == "" {
			return fmt.Errorf("%s wants a key%s: name its environment variable in the configuration (llm.key_env)", m.o.Name, said)
		}
		return fmt.Errorf("%s refused the key%s: put a valid one into the environment variable %s", m.o.Name, said, m.o.KeyVar)
	case e.noCredit():
		return fmt.Errorf("the account at %s has no credit left%s: top it up, or choose another model", m.o.Name, said)
	case e.tooLong():
		return fmt.Errorf("the conversation is too long for %s%s: begin a new task, or give the model a larger context", m.modelName(), said)
	case e.noModel():
		return m.explainNoModel(ctx, said)
	case e.code == http.StatusNotFound || e.code == http.StatusMethodNotAllowed:
		return fmt.Errorf("%w: nothing answers at %s/chat/completions%s: correct llm.url", model.ErrUnreachable, m.base, said)
	case e.code == http.StatusTooManyRequests:
		wait := ""
		if e.after > 0 {
			wait = fmt.Sprintf(" in %v", e.after.Round(time.Second))
		}
		return m.unreachable("it takes no more requests for now" + said + "; try again" + wait)
	case e.code == 0 || e.code >= 500:
		return m.unreachable("it failed, " + e.Error() + "; try again, and see its log")
	}
	return fmt.Errorf("%s refused the request, %w: see whether %s can do what is configured (llm.tools: %s)", m.o.Name, e, m.modelName(), m.o.Tools)
}

func (m *Model) modelName() string {
	if m.o.Model == "" {
		return "the model"
	}
	return "model " + m.o.Model
}

func (e *statusError) tooLong() bool {
	if e.code == http.StatusRequestEntityTooLarge {
		return true
	}
	for _, s := range []string{"context_length_exceeded", "exceed_context_size", "context length", "context size", "maximum context", "context window", "prompt is too long", "too many tokens"} {
		if strings.Contains(strings.ToLower(e.kind+" "+e.words), s) {
			return true
		}
	}
	return false
}

func (e *statusError) noModel() bool {
	all := strings.ToLower(e.kind + " " + e.words)
	if strings.Contains(all, "model_not_found") {
		return true
	}
	if e.code != http.StatusNotFound && e.code != http.StatusBadRequest || !strings.Contains(all, "model") {
		return false
	}
	for _, s := range []string{"not found", "not exist", "unknown model", "invalid model", "no such model", "not a valid model", "no models loaded"} {
		if strings.Contains(all, s) {
			return true
		}
	}
	return false
}

// explainNoModel lists what the server has instead, if it tells.
func (m *Model) explainNoModel(ctx context.Context, said string) error {
	name := m.modelName()
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	list, err := m.client.ListModels(ctx)
	if err != nil || len(list.Models) == 0 {
		hint := "correct llm.model"
		if m.base.Port() == "11434" {
			hint += ", or fetch it with: ollama pull " + m.o.Model
		}
		return fmt.Errorf("%s has no %s%s: %s", m.o.Name, name, said, hint)
	}
	var have []string
	for i, x := range list.Models {
		if i == 10 {
			have = append(have, fmt.Sprintf("and %d more", len(list.Models)-i))
			break
		}
		have = append(have, x.ID)
	}
	return fmt.Errorf("%s has no %s: set llm.model to one of: %s", m.o.Name, name, strings.Join(have, ", "))
}
