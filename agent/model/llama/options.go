package llama

import (
	"log/slog"
	"runtime"
	"time"
)

// Options say what is run. Only Model is needed.
type Options struct {
	Program string // the llama-server; "" = found by Find
	Model   string // the weights, a GGUF file
	Port    int    // on 127.0.0.1; 0 = a free one
	Threads int    // that compute; 0 = the machine's cores, at most 8
	Context int    // tokens of one conversation; 0 = 8192
	// CacheDir holds saved prompt caches; "" = they are not kept.
	CacheDir string
	// Stall is how long a start may go on without any sign of progress; 0 = 60 s.
	Stall time.Duration
	// Backoff is the pause before the first restart, then doubled; 0 = 1 s.
	Backoff time.Duration
	Logger  *slog.Logger // nil = silent
}

func (o *Options) fill() {
	if o.Threads <= 0 {
		o.Threads = min(runtime.NumCPU(), 8)
	}
	if o.Context <= 0 {
		o.Context = 8192
	}
	if o.Stall <= 0 {
		o.Stall = time.Minute
	}
	if o.Backoff <= 0 {
		o.Backoff = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}
