package openai

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A Found is a model server that answers on this machine.
type Found struct {
	Name    string   // "Ollama", "LM Studio", "llama-server", "vLLM"
	BaseURL string   // for Options
	Models  []string // as the server names them, never empty
}

// A place is where a known server listens unless told otherwise.
type place struct{ name, baseURL string }

var places = []place{
	{"Ollama", "http://127.0.0.1:11434/v1"},
	{"LM Studio", "http://127.0.0.1:1234/v1"},
	{"llama-server", "http://127.0.0.1:8080/v1"},
	{"vLLM", "http://127.0.0.1:8000/v1"},
}

// Detect asks the usual ports of this machine for model servers, all at once,
// and gives those that answered with models within a second, in a fixed order.
// What answers but is no such server is left out. It fails only with ctx.
func Detect(ctx context.Context) ([]Found, error) {
	return detect(ctx, places)
}

func detect(ctx context.Context, places []place) ([]Found, error) {
	inner, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	found := make([]*Found, len(places))
	var wg sync.WaitGroup
	for i, p := range places {
		wg.Go(func() {
			if models := listModels(inner, p.baseURL); len(models) > 0 {
				found[i] = &Found{Name: p.name, BaseURL: p.baseURL, Models: models}
			}
		})
	}
	wg.Wait()
	var out []Found
	for _, f := range found {
		if f != nil {
			out = append(out, *f)
		}
	}
	return out, ctx.Err()
}

// listModels gives the names of GET /models, nil where that is not understood.
func listModels(ctx context.Context, baseURL string) (names []string) {
	// This machine is asked directly, whatever the environment's proxy is.
	m := New(Options{BaseURL: baseURL, Transport: &http.Transport{DisableKeepAlives: true}})
	list, err := m.client.ListModels(ctx)
	if err != nil {
		return nil
	}
	for _, x := range list.Models {
		if x.ID != "" && !slices.Contains(names, x.ID) {
			names = append(names, x.ID)
		}
	}
	return names
}
