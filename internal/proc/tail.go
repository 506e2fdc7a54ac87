package proc

import (
	"bytes"
	"strings"
)

// A Tail keeps the end of what a program wrote on its standard error. It is written by
// one goroutine, and read when that has ended.
type Tail struct{ end []byte }

func (t *Tail) Write(b []byte) (int, error) {
	t.end = append(t.end, b...)
	if len(t.end) > 400 {
		t.end = bytes.Clone(t.end[len(t.end)-400:])
	}
	return len(b), nil
}

// String is ": " and what was kept, as one line, to follow an error; or nothing.
func (t *Tail) String() string {
	if s := strings.Join(strings.Fields(string(t.end)), " "); s != "" {
		return ": " + s
	}
	return ""
}
