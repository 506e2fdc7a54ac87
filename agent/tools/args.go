package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxText is how many bytes of a result a model is given: a small local model
// has room for no more. maxArg bounds one argument.
const (
	maxText = 6000
	maxArg  = 1 << 20
)

// decode reads a call's arguments strictly: what a tool doesn't know is an
// error that the model is told, never something silently dropped.
func decode[T any](args json.RawMessage) (T, error) {
	var t T
	d := json.NewDecoder(bytes.NewReader(args))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return t, fmt.Errorf("the arguments can't be read: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return t, errors.New("the arguments can't be read: more than one JSON value")
	}
	return t, nil
}

// encode gives the canonical form of arguments: fields in a fixed order.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("tools: arguments that can't be encoded: " + err.Error()) // plain structs of strings only
	}
	return bytes.TrimSpace(b.Bytes())
}

// plainText refuses what no file, note or mail of words may hold.
func plainText(name, s string) error {
	switch {
	case len(s) > maxArg:
		return fmt.Errorf("%s is too long: at most 1 MiB", name)
	case !utf8.ValidString(s):
		return fmt.Errorf("%s is not valid UTF-8", name)
	case strings.ContainsRune(s, 0):
		return fmt.Errorf("%s holds a NUL character", name)
	}
	return nil
}

// clip shortens s to at most n bytes at a character, and says what it left out.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:runeCut(s, n)] + fmt.Sprintf("\n[%s more left out]", size(int64(len(s)-n)))
}

// runeCut is the greatest cut <= n that splits no character of s.
func runeCut(s string, n int) int {
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return min(n, len(s))
}

// brief is the beginning of s in one line of at most n characters, for an ask:
// nothing that can't be seen or heard is left in it.
func brief(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), hidden(r):
			return -1
		}
		return r
	}, norm.NFC.String(s))
	s = strings.Join(strings.Fields(s), " ")
	if rs := []rune(s); len(rs) > n {
		return strings.TrimSpace(string(rs[:n])) + "…"
	}
	return s
}

// hidden says whether r is a character that shows nothing, or turns the order
// of what is shown around.
func hidden(r rune) bool {
	switch {
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069, r == 0xfeff, r == 0x061c, r == 0x00ad:
		return true
	}
	return r >= 0xe0000 && r <= 0xe007f
}

// size is n bytes for people.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
