package web

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"deputy/agent/consent"
	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/tool/schema"
	"deputy/internal/netguard"
	"deputy/internal/textnorm"
)

// Options are the options of Web; the zero value is usable.
type Options struct {
	// Allow lists hosts that are fetched from without asking: "example.com" is
	// that host, ".example.com" it and all below it.
	Allow []string
	// AllowPrivate lists hosts, written the same way, whose address may be one
	// of this machine or of its own network: an intranet's, or a test's. They
	// may be on any port. Every other host must have a public address.
	AllowPrivate []string
	Timeout      time.Duration // of one fetch with all redirects; 0 is 20 s
	MaxBytes     int64         // of one page, unpacked; 0 is 4 MiB
	// Languages is sent as Accept-Language, such as "ko,en;q=0.8"; "" sends none.
	Languages string
	// Roots are the certificate authorities trusted for pages; nil is the system's.
	Roots  *x509.CertPool
	Logger *slog.Logger // nil is silent
}

// Tools are the tools that read the web: fetch_page. No proxy is used, since the
// address that a proxy connects to could not be checked.
func Tools(o Options) []tool.Tool {
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 4 << 20
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return []tool.Tool{fetchPage{o}}
}

type fetchPage struct{ o Options }

func (fetchPage) Spec() tool.Spec {
	return tool.Spec{
		Name:        "fetch_page",
		Description: "Read a web page as text.",
		Params:      schema.Of[URLArgs](),
	}
}

type URLArgs struct {
	URL string `json:"url"`
}

// Plan takes "https://example.com/#page=2" for the second part of a long page.
func (t fetchPage) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[URLArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	u, err := t.checkURL(args.URL)
	if err != nil {
		return tool.Action{}, err
	}
	page := 1
	if _, n, ok := textnorm.CutPage("#" + u.Fragment); ok {
		page = n
	}
	if u.Fragment = ""; page > 1 {
		u.Fragment = "page=" + strconv.Itoa(page)
	}
	args.URL = u.String()
	a := tool.Action{
		Tool: "fetch_page", Target: u.Hostname(), Args: tool.Encode(args), Level: policy.External, Phrase: "fetch",
		Values:     map[string]string{"url": args.URL, "host": u.Hostname()},
		Summary:    "fetch " + textnorm.Brief(args.URL, 120),
		Facts:      map[string]string{"host": "new"},
		Egress:     true,
		Untrusted:  true,
		Source:     "a page of " + u.Hostname(),
		Repeat:     tool.Idempotent,
		GrantScope: tool.Scoped(siteScope(u.Hostname())),
	}
	// A long query could carry out what stands in the workspace: it is asked for.
	if netguard.Listed(t.o.Allow, u.Hostname()) && len(u.RawQuery) <= 200 && len(u.EscapedPath()) <= 400 {
		a.Level = policy.Look
	}
	switch {
	case netguard.Listed(t.o.Allow, u.Hostname()):
		a.Facts["host"] = "known"
	case netguard.LookalikeHost(u.Hostname()):
		a.Values["warning"], a.Facts["host"] = "lookalike", "lookalike"
	}
	a.Do = func(ctx context.Context, _ string) (tool.Result, error) {
		text, err := t.fetch(ctx, u, page)
		if err != nil {
			return tool.Result{}, fmt.Errorf("fetch %s: %w", textnorm.Brief(args.URL, 120), err)
		}
		return tool.Result{Text: text}, nil
	}
	return a, nil
}

// errElsewhere is a redirect to where nobody allowed to go.
type errElsewhere struct{ to *url.URL }

func (e errElsewhere) Error() string {
	return fmt.Sprintf("the page sends on to another site, %s: fetch that one if it is what the user wants", textnorm.Brief(e.to.String(), 200))
}

func (t fetchPage) fetch(ctx context.Context, u *url.URL, page int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, t.o.Timeout)
	defer cancel()
	at := *u
	at.Fragment = ""
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("User-Agent", "Deputy")
	req.Header.Set("Accept", "text/html,application/xhtml+xml,text/plain;q=0.9,application/json;q=0.8,*/*;q=0.1")
	if t.o.Languages != "" {
		req.Header.Set("Accept-Language", t.o.Languages)
	}
	client := &http.Client{Transport: t.transport(), CheckRedirect: t.redirect}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return "", sayFetch(ctx, err, t.o.Timeout)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the site answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	kind := resp.Header.Get("Content-Type")
	body, err := io.ReadAll(io.LimitReader(resp.Body, t.o.MaxBytes+1))
	cut := int64(len(body)) > t.o.MaxBytes
	if cut {
		body, err = body[:t.o.MaxBytes], nil
	}
	if err != nil {
		return "", sayFetch(ctx, err, t.o.Timeout)
	}
	title, text, err := pageText(body, kind, resp.Request.URL)
	if err != nil {
		return "", err
	}
	return t.lay(u, resp.Request.URL, title, text, page, cut)
}

// lay puts what is known of a page above its text.
func (t fetchPage) lay(asked, got *url.URL, title, text string, page int, cut bool) (string, error) {
	head := ""
	if title != "" {
		head = textnorm.Brief(title, 200) + "\n"
	}
	head += got.String() + "\n"
	pages := textnorm.CutPages(text, tool.MaxText)
	if page > len(pages) {
		return "", fmt.Errorf("it has only %d pages", len(pages))
	}
	if len(pages) > 1 {
		head += fmt.Sprintf("[page %d of %d", page, len(pages))
		if page < len(pages) {
			next := *asked
			next.Fragment = "page=" + strconv.Itoa(page+1)
			head += fmt.Sprintf("; the next one is fetch_page url %q", next.String())
		}
		head += "]\n"
	}
	if cut && page == len(pages) {
		pages[page-1] += fmt.Sprintf("\n[the rest is left out: more than %s]", textnorm.Size(t.o.MaxBytes))
	}
	return head + "\n" + pages[page-1], nil
}

// sayFetch makes a sentence of why a page could not be had.
func sayFetch(ctx context.Context, err error, limit time.Duration) error {
	var elsewhere errElsewhere
	var refused netguard.ErrPrivate
	switch {
	case errors.As(err, &elsewhere):
		return elsewhere
	case errors.As(err, &refused):
		return refused
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("the site did not answer within %s", limit)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("the page can't be had: %s", textnorm.Brief(strings.TrimPrefix(err.Error(), "Get "), 200))
}

// ScopeGrant covers reading from one site.
func (t fetchPage) ScopeGrant(l consent.GrantRequest) (tool.GrantScope, bool) {
	if l.Verb != "fetch" || l.Object == "" {
		return tool.GrantScope{}, false
	}
	u, err := t.checkURL("https://" + strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(l.Object), "https://"), "http://"))
	if err != nil {
		return tool.GrantScope{}, false
	}
	return siteScope(u.Hostname())
}

func siteScope(host string) (tool.GrantScope, bool) {
	return tool.GrantScope{Target: host, Phrase: "fetch", Values: map[string]string{"host": host}}, tool.Literal(host) && !netguard.LookalikeHost(host)
}
