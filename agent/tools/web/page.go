package web

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	readability "codeberg.org/readeck/go-readability/v2"
	"codeberg.org/readeck/go-readability/v2/render"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/unicode/norm"

	"deputy/agent/tool"
	"deputy/internal/textnorm"
)

// pageText gives what a person would read on a page.
func pageText(body []byte, contentType string, at *url.URL) (title, text string, err error) {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil || kind == "application/octet-stream" {
		contentType = http.DetectContentType(body)
		kind, _, _ = strings.Cut(contentType, ";")
	}
	switch {
	case kind == "text/html" || kind == "application/xhtml+xml":
		title, text = htmlText(body, contentType, at)
	case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "json"), strings.HasSuffix(kind, "xml"), kind == "application/javascript":
		text = toUTF8(body, contentType)
	default:
		return "", "", fmt.Errorf("it is no page of text but %s (%s)", textnorm.Brief(kind, 60), textnorm.Size(int64(len(body))))
	}
	text = readableText(text)
	if text == "" {
		return "", "", fmt.Errorf("there is no text on the page: it may need a browser")
	}
	return title, text, nil
}

// toUTF8 decodes a page by what it says of itself, and one that says nothing by
// what it looks like: UTF-8 or the encoding of old Korean pages.
func toUTF8(body []byte, contentType string) string {
	encoding, _, certain := charset.DetermineEncoding(body[:min(len(body), 1024)], contentType)
	if !certain {
		if text, _, ok := textnorm.DecodeText(body); ok {
			return text
		}
	}
	decoded, err := encoding.NewDecoder().Bytes(body)
	if err != nil {
		return strings.ToValidUTF8(string(body), "�")
	}
	return string(decoded)
}

// htmlText is a page's article, or all that is shown on it when it has none.
func htmlText(body []byte, contentType string, at *url.URL) (title, text string) {
	doc, err := html.Parse(strings.NewReader(toUTF8(body, contentType)))
	if err != nil {
		return "", ""
	}
	all := titleOf(doc)
	strip(doc)
	title, text = article(doc, at)
	if title == "" {
		title = all
	}
	whole := render.InnerText(doc)
	// Readability is for articles: of a list or a front page it keeps a corner.
	if len(strings.TrimSpace(text)) < 200 || len(text)*8 < len(whole) && len(text) < 1000 {
		text = whole
	}
	return title, text
}

// article finds the article of a page. It is a stranger's page and a large
// parser: should that give up, the page is read as a whole.
func article(doc *html.Node, at *url.URL) (title, text string) {
	defer func() {
		if recover() != nil {
			title, text = "", ""
		}
	}()
	p := readability.NewParser()
	p.MaxElemsToParse = 20_000
	a, err := p.ParseDocument(doc, at)
	if err != nil || a.Node == nil {
		return a.Title(), ""
	}
	var b bytes.Buffer
	if err := a.RenderText(&b); err != nil {
		return a.Title(), ""
	}
	return a.Title(), b.String()
}

func titleOf(n *html.Node) string {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == "title" && c.FirstChild != nil {
			return strings.Join(strings.Fields(c.FirstChild.Data), " ")
		}
	}
	return ""
}

// strip takes out what a reader of the page would not see: a model must not
// read what its user can't.
func strip(doc *html.Node) {
	var gone []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode || n.Type == html.ElementNode && unseen(n) {
			gone = append(gone, n)
		}
	}
	for _, n := range gone {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

func unseen(n *html.Node) bool {
	switch n.Data {
	case "script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "select", "datalist":
		return true
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "aria-hidden":
			return a.Val == "true"
		case "style":
			style := strings.ToLower(strings.ReplaceAll(a.Val, " ", ""))
			for _, s := range []string{"display:none", "visibility:hidden", "font-size:0;", "font-size:0px;", "opacity:0;"} {
				if strings.Contains(style+";", s) {
					return true
				}
			}
		}
	}
	return false
}

// readableText drops what shows nothing and folds white space: at most one
// empty line, no space at the end of one.
func readableText(s string) string {
	var b strings.Builder
	empty := 0
	for line := range strings.Lines(norm.NFC.String(s)) {
		line = textnorm.Brief(line, tool.MaxArg)
		if line == "" {
			empty++
			continue
		}
		if empty > 0 && b.Len() > 0 {
			b.WriteByte('\n')
		}
		empty = 0
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return strings.TrimSpace(b.String())
}
