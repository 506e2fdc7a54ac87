package tool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxText is how many bytes of a result a model is given: a small local model
// has room for no more. MaxArg bounds one argument.
const (
	MaxText = 6000
	MaxArg  = 1 << 20
)

// Decode reads a call's arguments strictly: what a tool doesn't know is an
// error that the model is told, never something silently dropped.
func Decode[T any](args json.RawMessage) (T, error) {
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

// Encode gives the canonical form of arguments: fields in a fixed order.
func Encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("tools: arguments that can't be encoded: " + err.Error()) // plain structs of strings only
	}
	return bytes.TrimSpace(b.Bytes())
}

// PlainText refuses what no file, note or mail of words may hold.
func PlainText(name, s string) error {
	switch {
	case len(s) > MaxArg:
		return fmt.Errorf("%s is too long: at most 1 MiB", name)
	case !utf8.ValidString(s):
		return fmt.Errorf("%s is not valid UTF-8", name)
	case strings.ContainsRune(s, 0):
		return fmt.Errorf("%s holds a NUL character", name)
	}
	return nil
}
