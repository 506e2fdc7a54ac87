package openai

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// A scanner follows a JSON object byte by byte, however it is cut, and gives out
// the text of {"tool":"reply","args":{"text":"..."}} as it is written. It judges
// nothing: what it doesn't understand gives no text, and the finished object is
// checked by a real parser. The zero value is ready.
type scanner struct {
	depth  int
	opened bool // the object has begun
	closed bool // and ended
	value  bool // a colon was read: the next string is a value
	inKey  bool
	inText bool      // inside reply's text
	reply  bool      // "tool" was "reply"
	inside bool      // of a string
	part   []byte    // of a string: the beginning of a character
	key    [3]string // the newest key at depth 1 and 2
	word   strings.Builder
}

func (s *scanner) feed(piece string) string {
	var out strings.Builder
	for i := 0; i < len(piece) && !s.closed; i++ {
		if !s.inside {
			s.structure(piece[i])
			continue
		}
		s.part = append(s.part, piece[i])
		to := &s.word // a key, or the tool's name
		if s.inText {
			to = &out
		}
		for n := character(s.part); n > 0 && s.inside; n = character(s.part) {
			if s.part[0] == '"' {
				s.endString()
			} else {
				to.WriteString(decoded(s.part[:n]))
			}
			s.part = append(s.part[:0], s.part[n:]...)
		}
	}
	return out.String()
}

func (s *scanner) structure(c byte) {
	switch c {
	case '{', '[':
		if !s.opened && c == '[' {
			return
		}
		s.opened = true
		s.depth++
		s.value = false
		if s.depth < len(s.key) {
			s.key[s.depth] = ""
		}
	case '}', ']':
		if s.opened {
			s.depth--
			s.closed = s.depth <= 0
			s.value = false
		}
	case ':':
		s.value = true
	case ',':
		s.value = false
	case '"':
		if s.opened {
			s.beginString()
		}
	}
}

func (s *scanner) beginString() {
	s.inside = true
	s.word.Reset()
	s.inKey = !s.value
	s.inText = s.value && s.depth == 2 && s.reply && s.key[1] == "args" && s.key[2] == "text"
}

func (s *scanner) endString() {
	if s.inKey && s.depth < len(s.key) {
		s.key[s.depth] = s.word.String()
	}
	if !s.inKey && s.depth == 1 && s.key[1] == "tool" {
		s.reply = s.word.String() == replyTool
	}
	s.inside, s.inText = false, false
}

// character is the length of the character that part of a string begins with: a rune, an
// escape, or two that are one character; 0 if more of it is to come.
func character(part []byte) int {
	switch n := len(part); {
	case n == 0 || !utf8.FullRune(part):
		return 0
	case part[0] != '\\':
		_, size := utf8.DecodeRune(part)
		return size
	case n < 2:
		return 0
	case part[1] != 'u':
		return 2
	case n < 6:
		return 0
	case !surrogate(part, "89ab"):
		return 6
	case n == 6, n == 7 && part[6] == '\\':
		return 0
	case part[6] != '\\' || part[7] != 'u':
		return 6
	case n < 12:
		return 0
	case surrogate(part[6:], "cdef"):
		return 12
	}
	return 6
}

// surrogate says whether an escape is half of a character, with that second digit.
func surrogate(escape []byte, second string) bool {
	return escape[2]|0x20 == 'd' && strings.IndexByte(second, escape[3]|0x20) >= 0
}

// decoded is a character as encoding/json reads it; what is broken becomes U+FFFD.
func decoded(c []byte) string {
	if c[0] != '\\' {
		return strings.ToValidUTF8(string(c), "\uFFFD")
	}
	var text string
	if json.Unmarshal([]byte(`"`+string(c)+`"`), &text) != nil {
		return "\uFFFD"
	}
	return text
}
