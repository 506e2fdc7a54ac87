package sandbox

import (
	"fmt"
	"strings"

	"deputy/agent/tool"
	"deputy/internal/textnorm"
)

// An Output is what a command wrote, and how it ended.
type Output struct {
	head, tail []byte // the beginning, and the end when there was more
	total      int64
	Status     int
	Ended      string // why it was ended; "" if it ended by itself
	network    string // what was reached and refused; "" if nothing was
}

const (
	keepHead  = tool.MaxText * 2 / 3
	keepTail  = tool.MaxText - keepHead
	maxOutput = 16 << 20 // a command that writes more is ended
)

func (o *Output) add(p []byte) {
	o.total += int64(len(p))
	if room := keepHead - len(o.head); room > 0 {
		n := min(room, len(p))
		o.head = append(o.head, p[:n]...)
		p = p[n:]
	}
	o.tail = append(o.tail, p...)
	if len(o.tail) > 4*keepTail {
		o.tail = append(o.tail[:0], o.tail[len(o.tail)-keepTail:]...)
	}
}

// Text is for the model: what was written, then how it ended.
func (o *Output) Text() (said string) {
	tail := o.tail
	if len(tail) > keepTail {
		tail = tail[len(tail)-keepTail:]
	}
	text := strings.ToValidUTF8(string(o.head), "")
	if left := o.total - int64(len(o.head)+len(tail)); left > 0 {
		text += fmt.Sprintf("\n[%s left out]\n", textnorm.Size(left))
	}
	text += strings.ToValidUTF8(string(tail), "")
	if o.network != "" {
		defer func() { said += "\n[network: " + o.network + "]" }()
	}
	text = strings.TrimRight(strings.Map(func(r rune) rune {
		if textnorm.Hidden(r) || textnorm.Unlikely(r) {
			return -1
		}
		return r
	}, text), "\n ")
	switch {
	case o.Ended != "":
		return strings.TrimSpace(text + "\n[the command was ended: " + o.Ended + "]")
	case o.Status != 0:
		return strings.TrimSpace(text + fmt.Sprintf("\n[exit status %d]", o.Status))
	case text == "":
		return "[done, no output]"
	}
	return text
}
