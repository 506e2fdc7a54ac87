package openai

import (
	"strings"
	"unicode/utf16"
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
	inText bool // inside reply's text
	reply  bool // "tool" was "reply"
	str    stringState
	key    [3]string // the newest key at depth 1 and 2
	word   strings.Builder
}

// stringState decodes the inside of one JSON string.
type stringState struct {
	in   bool
	esc  bool   // after a backslash
	hex  int    // digits of \u still to come
	unit uint16 // of \u
	high uint16 // a high surrogate that waits for its low one
	part []byte // the beginning of a rune
}

func (s *scanner) feed(piece string) string {
	var out strings.Builder
	for i := 0; i < len(piece) && !s.closed; i++ {
		c := piece[i]
		if s.str.in {
			ended := s.str.take(c, s.sink(&out))
			if ended {
				s.endString()
			}
			continue
		}
		s.structure(c)
	}
	return out.String()
}

// sink is where the string that is being read goes: reply's text, a short word
// that must be known (a key, the tool's name), or nowhere.
func (s *scanner) sink(out *strings.Builder) *strings.Builder {
	if s.inText {
		return out
	}
	return &s.word
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
	s.str = stringState{in: true, part: s.str.part[:0]}
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
	s.inText = false
}

// take reads one byte of a string and writes what it means to out. It reports
// the closing quote. What is broken becomes U+FFFD, as in encoding/json.
func (s *stringState) take(c byte, out *strings.Builder) (ended bool) {
	switch {
	case s.hex > 0:
		s.unit = s.unit<<4 | uint16(hexDigit(c))
		if s.hex--; s.hex == 0 {
			s.putUnit(out)
		}
	case s.esc:
		s.esc = false
		if c == 'u' {
			s.hex, s.unit = 4, 0
			return false
		}
		s.flush(out)
		out.WriteByte(unescape(c))
	case c == '\\':
		s.flushPart(out)
		s.esc = true
	case c == '"':
		s.flush(out)
		s.in = false
		return true
	default:
		s.putByte(c, out)
	}
	return false
}

func (s *stringState) putUnit(out *strings.Builder) {
	r := rune(s.unit)
	if s.high != 0 {
		pair := utf16.DecodeRune(rune(s.high), r)
		s.high = 0
		if pair != utf8.RuneError {
			out.WriteRune(pair)
			return
		}
		out.WriteRune(utf8.RuneError)
	}
	if r >= 0xD800 && r < 0xDC00 {
		s.high = s.unit
		return
	}
	out.WriteRune(r) // a lone low surrogate becomes U+FFFD
}

func (s *stringState) putByte(c byte, out *strings.Builder) {
	s.flushHigh(out)
	if c < utf8.RuneSelf && len(s.part) == 0 {
		out.WriteByte(c)
		return
	}
	s.part = append(s.part, c)
	for len(s.part) > 0 && utf8.FullRune(s.part) {
		r, n := utf8.DecodeRune(s.part)
		out.WriteRune(r)
		s.part = append(s.part[:0], s.part[n:]...)
	}
}

func (s *stringState) flush(out *strings.Builder) {
	s.flushHigh(out)
	s.flushPart(out)
}

func (s *stringState) flushHigh(out *strings.Builder) {
	if s.high != 0 {
		out.WriteRune(utf8.RuneError)
		s.high = 0
	}
}

func (s *stringState) flushPart(out *strings.Builder) {
	for range s.part {
		out.WriteRune(utf8.RuneError)
	}
	s.part = s.part[:0]
}

func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	}
	return c
}

func hexDigit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 0
}
