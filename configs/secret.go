package configs

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// Secret is a password or an API key. It prints as a placeholder wherever it is
// printed, logged or written; Reveal gives it to the one who must send it. The text is
// behind a pointer because fmt looks into unexported fields without asking for methods.
type Secret struct{ text *string }

// NewSecret hides a text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the secret itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero says that there is none.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

func (s Secret) String() string {
	if s.IsZero() {
		return "(none)"
	}
	return "(hidden)"
}

// Format prints the placeholder whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// MarshalText keeps JSON and YAML from showing the text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue keeps slog from showing the text.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// maxSecret is far above any key's length, and below what would be a wrong file.
const maxSecret = 16 << 10

// ReadSecret reads a secret from the environment variable env or, where that is unset,
// from file, which nobody but its owner may read. Neither being named or set is no
// error: the Secret is then zero.
func ReadSecret(env, file string) (Secret, error) {
	if env != "" {
		if v := strings.TrimSpace(os.Getenv(env)); v != "" {
			return NewSecret(v), nil
		}
	}
	if file == "" {
		return Secret{}, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return Secret{}, fmt.Errorf("read a secret: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Secret{}, fmt.Errorf("read a secret: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Secret{}, fmt.Errorf("read a secret: %s is not a plain file", file)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Secret{}, fmt.Errorf("read a secret: others can read %s (mode %04o): chmod 600 %s", file, info.Mode().Perm(), file)
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return Secret{}, fmt.Errorf("read a secret: %w", err)
	}
	text := strings.TrimSpace(string(raw))
	switch {
	case len(raw) > maxSecret:
		return Secret{}, fmt.Errorf("read a secret: %s is too large to be one", file)
	case text == "":
		return Secret{}, fmt.Errorf("read a secret: %s is empty", file)
	case strings.ContainsAny(text, "\r\n\x00"):
		return Secret{}, errors.New("read a secret: " + file + " has more than one line")
	}
	return NewSecret(text), nil
}
