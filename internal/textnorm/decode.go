package textnorm

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
	xunicode "golang.org/x/text/encoding/unicode"
)

func CutPage(p string) (name string, page int, ok bool) {
	name, n, ok := strings.Cut(p, "#page=")
	page, err := strconv.Atoi(n)
	return name, page, ok && err == nil && page > 0
}

// CutPages cuts text into pages of at most n bytes, at an end of line where
// there is one in the last quarter, else at a character.
func CutPages(text string, n int) []string {
	var pages []string
	for len(text) > n {
		cut := RuneCut(text, n)
		if nl := strings.LastIndexByte(text[:cut], '\n'); nl > n*3/4 {
			cut = nl + 1
		}
		pages = append(pages, text[:cut])
		text = text[cut:]
	}
	return append(pages, text)
}

// Binary names what data is when it isn't UTF-8 text, "" when it is.
func Binary(data []byte) string {
	if utf8.Valid(data) && bytes.IndexByte(data, 0) < 0 {
		return ""
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if kind == "text/plain" {
		return "another encoding"
	}
	return kind
}

// DecodeText gives data as UTF-8: it may be UTF-8, UTF-16 with a byte order
// mark, or the encoding of old Korean files (CP949). was says so, for the model.
func DecodeText(data []byte) (text, was string, ok bool) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if Binary(data) == "" {
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
	if err != nil || bytes.ContainsRune(s, utf8.RuneError) || bytes.ContainsFunc(s, Unlikely) {
		return "", "", false
	}
	return string(s), " (the file is EUC-KR)", true
}

// Unlikely are control characters that no text holds.
func Unlikely(r rune) bool {
	return r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' || r == 0x7f
}
