package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"deputy/agent/journal"
)

// erasedText stands where a text was: that there was one may matter.
const erasedText = "(erased)"

// What is said, written or read in an event, by the names of its fields: texts are
// replaced, contents go. Who decided what, when, by which rule and on what evidence
// is none of them, and so stays for ever.
var (
	texts    = map[string]bool{"text": true, "order": true, "prompt": true, "summary": true, "err": true, "rest": true, "produced": true}
	contents = map[string]bool{"values": true, "undo": true, "before": true, "frame": true}
)

// WithoutText is the body of an event of which only what the fold needs is left;
// nil if that is all of it.
func WithoutText(e journal.Event) json.RawMessage {
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(e.Body))
	d.UseNumber()
	if d.Decode(&fields) != nil || !Erase(fields) {
		return nil
	}
	version, known := fields["v"]
	delete(fields, "v")
	left, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	if known {
		comma := ","
		if len(fields) == 0 {
			comma = ""
		}
		left = fmt.Appendf(nil, "%s%v%s%s", SchemaField, version, comma, left[1:])
	}
	if _, err := Decode(journal.Event{Seq: e.Seq, Kind: e.Kind, Body: left}); err != nil {
		return nil // it would not be read any more
	}
	return left
}

// Erase takes the text out of an object, and says whether there was any.
func Erase(fields map[string]any) (found bool) {
	_, tainted := fields["taint"]
	for name, v := range fields {
		name, key := strings.ToLower(name), name
		text, isText := v.(string)
		switch {
		case isText && text != "" && text != erasedText && (texts[name] || name == "target" && !tainted):
			fields[key], found = erasedText, true
		case contents[name]:
			delete(fields, key)
			found = true
		case name == "args":
			if m, ok := v.(map[string]any); !ok || len(m) > 0 {
				fields[key], found = map[string]any{}, true
			}
		default:
			found = eraseIn(v) || found
		}
	}
	return found
}

func eraseIn(v any) (found bool) {
	switch v := v.(type) {
	case map[string]any:
		return Erase(v)
	case []any:
		for _, x := range v {
			found = eraseIn(x) || found
		}
	}
	return found
}
