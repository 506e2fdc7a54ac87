package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

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

// withoutText is the body of an event of which only what the fold needs is left;
// nil if that is all of it.
func withoutText(e journal.Event) json.RawMessage {
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(e.Body))
	d.UseNumber()
	if d.Decode(&fields) != nil || !erase(fields) {
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
		left = fmt.Appendf(nil, "%s%v%s%s", schemaField, version, comma, left[1:])
	}
	if _, err := Decode(journal.Event{Seq: e.Seq, Kind: e.Kind, Body: left}); err != nil {
		return nil // it would not be read any more
	}
	return left
}

// erase takes the text out of an object, and says whether there was any.
func erase(fields map[string]any) (found bool) {
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
		return erase(v)
	case []any:
		for _, x := range v {
			found = eraseIn(x) || found
		}
	}
	return found
}

// erasing erases the text that is older than Options.Keep: now, and each day.
func (k *keeper) erasing(ctx context.Context) {
	j, ok := k.to.(journal.Eraser)
	if !ok || k.d.o.Keep <= 0 {
		return
	}
	for _, r := range j.Erased() {
		k.d.log.Debug("old text was erased", "from", uint64(r.From), "to", uint64(r.To), "at", r.At, "keep", r.Keep)
	}
	for {
		n, err := k.erase(ctx, j)
		switch {
		case ctx.Err() != nil:
			return
		case journal.AlteredIn(err) != nil:
			k.d.put(damaged{err})
			return
		case err != nil:
			k.d.log.Warn("old text could not be erased from the journal", "err", err)
		case n > 0:
			k.d.log.Info("old text was erased from the journal", "events", n, "older_than", k.d.o.Keep)
			k.anew.Store(true) // a snapshot holds some of it
			k.ring()
		}
		select {
		case <-time.After(24 * time.Hour):
		case <-ctx.Done():
			return
		}
	}
}

// erase leaves what belongs to a task that isn't finished, or waits for something,
// and what says what a standing permission covers.
func (k *keeper) erase(ctx context.Context, j journal.Eraser) (int, error) {
	now := k.d.now().wall
	for e, err := range j.Events(1) {
		switch {
		case err != nil:
			return 0, err
		case e.Time.After(now):
			continue // the clock was wrong then
		case e.Time.After(now.Add(-k.d.o.Keep)):
			return 0, nil // the first is young, and so are all
		}
		break
	}
	s := unborn()
	if _, err := fold(&s, j, journal.Snapshot{}); err != nil {
		return 0, err
	}
	stays := map[string]bool{}
	for _, t := range s.Tasks {
		stays[t.ID] = t.Status.Open() || s.waits(t) || now.Sub(t.Closed) < k.d.o.Keep
	}
	return j.Erase(ctx, now, k.d.o.Keep, func(e journal.Event) json.RawMessage {
		switch e.Kind {
		case Granted{}.Kind(), Revoked{}.Kind(), Used{}.Kind(), Repaired{}.Kind():
			return nil
		}
		if stays[e.Task] {
			return nil
		}
		return withoutText(e)
	})
}
