// Package otlp sends timelines to an OpenTelemetry collector, as spans over HTTP.
// It knows the collector's address and nothing else of the world; what it sends
// is times, kinds, counts and the names of tools and tasks, never a word that
// was said, written or asked for: a timing.Turn holds none. A collector that is
// slow or away costs spans, never a turn.
package otlp

import (
	"log/slog"
	"time"
)

// Options say where to. URL is needed: http or https, the path /v1/traces unless
// it has one of its own. Headers, where a collector wants some, are taken from
// OTEL_EXPORTER_OTLP_HEADERS.
type Options struct {
	URL     string
	Version string // Deputy's own
	// Timeout bounds one request; 0 means 10 s.
	Timeout time.Duration
	Logger  *slog.Logger // nil is silent
}
