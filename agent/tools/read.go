package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
	xunicode "golang.org/x/text/encoding/unicode"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/workspace"
)

// maxRead is the largest file of which a page is read at all.
const maxRead = 64 << 20

type readFile struct{ w *Workspace }

func (readFile) Spec() tool.Spec {
	return tool.Spec{
		Name:        "read_file",
		Description: "Read a text file of the workspace.",
		Params:      json.RawMessage(`{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}`),
	}
}

// Plan takes "big.log#page=2" for the second page of a long file, unless a file
// has that very name: so a model needs no argument more to go on reading.
func (t readFile) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := decode[pathArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	page := 1
	rel, info, err := t.w.resolve(args.Path)
	if name, n, ok := cutPage(args.Path); ok && (err != nil || info == nil) {
		page = n
		rel, info, err = t.w.resolve(name)
	}
	if err == nil {
		err = readable(t.w, rel, info == nil)
	}
	if err != nil {
		return tool.Action{}, err
	}
	if args.Path = rel; page > 1 {
		args.Path += "#page=" + strconv.Itoa(page)
	}
	k := t.w.kind(rel)
	a := tool.Action{
		Tool: "read_file", Target: rel, Args: encode(args), Level: reads(k), Phrase: "read",
		Values:  map[string]string{"path": rel},
		Facts:   map[string]string{"path": "inside"},
		Private: true,
		Summary: "read " + args.Path,
		Repeat:  tool.Idempotent,
		Do: func(context.Context, string) (tool.Result, error) {
			text, err := t.page(rel, page, reads(k))
			if err != nil {
				return tool.Result{}, fmt.Errorf("read %s: %w", rel, err)
			}
			return tool.Result{Text: text}, nil
		},
	}
	protects(&a, k&workspace.Secret)
	return a, nil
}

func readable(w *Workspace, rel string, missing bool) error {
	if missing {
		return regular(rel, nil)
	}
	info, err := w.root.Stat(rel) // through a link, as long as it stays inside
	if err != nil {
		return w.say(rel, err)
	}
	return regular(rel, info)
}

func cutPage(p string) (name string, page int, ok bool) {
	name, n, ok := strings.Cut(p, "#page=")
	page, err := strconv.Atoi(n)
	return name, page, ok && err == nil && page > 0
}

func (t readFile) page(rel string, page int, allowed policy.Level) (string, error) {
	f, info, err := t.w.open(rel)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := t.w.seen(f, rel, allowed, reads); err != nil {
		return "", err
	}
	if info.Size() > maxRead {
		return "", fmt.Errorf("the file is too large to be read: %s", size(info.Size()))
	}
	data, err := io.ReadAll(io.LimitReader(f, maxRead))
	if err != nil {
		return "", t.w.say(rel, err)
	}
	text, was, ok := decodeText(data)
	if !ok {
		return "", fmt.Errorf("%s is no text file (%s, %s), so it can't be read", path.Base(rel), binary(data), size(int64(len(data))))
	}
	if text == "" {
		return "(the file is empty)", nil
	}
	if len(text) <= maxText && page == 1 {
		return text + was, nil
	}
	pages := cutPages(text, maxText)
	if page > len(pages) {
		return "", fmt.Errorf("it has only %d pages", len(pages))
	}
	head := fmt.Sprintf("[page %d of %d%s", page, len(pages), was)
	if page < len(pages) {
		head += fmt.Sprintf("; the next one is read_file path %q", rel+"#page="+strconv.Itoa(page+1))
	}
	return head + "]\n" + pages[page-1], nil
}

// cutPages cuts text into pages of at most n bytes, at an end of line where
// there is one in the last quarter, else at a character.
func cutPages(text string, n int) []string {
	var pages []string
	for len(text) > n {
		cut := runeCut(text, n)
		if nl := strings.LastIndexByte(text[:cut], '\n'); nl > n*3/4 {
			cut = nl + 1
		}
		pages = append(pages, text[:cut])
		text = text[cut:]
	}
	return append(pages, text)
}

// binary names what data is when it isn't UTF-8 text, "" when it is.
func binary(data []byte) string {
	if utf8.Valid(data) && bytes.IndexByte(data, 0) < 0 {
		return ""
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if kind == "text/plain" {
		return "another encoding"
	}
	return kind
}

// decodeText gives data as UTF-8: it may be UTF-8, UTF-16 with a byte order
// mark, or the encoding of old Korean files (CP949). was says so, for the model.
func decodeText(data []byte) (text, was string, ok bool) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if binary(data) == "" {
		return string(data), "", true
	}
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		s, err := xunicode.UTF16(xunicode.LittleEndian, xunicode.ExpectBOM).NewDecoder().Bytes(data)
		return string(s), " (the file is UTF-16)", err == nil && bytes.IndexByte(s, 0) < 0
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "", "", false
	}
	s, err := korean.EUCKR.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(s, utf8.RuneError) || bytes.ContainsFunc(s, unlikely) {
		return "", "", false
	}
	return string(s), " (the file is EUC-KR)", true
}

// unlikely are control characters that no text holds.
func unlikely(r rune) bool {
	return r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' || r == 0x7f
}
