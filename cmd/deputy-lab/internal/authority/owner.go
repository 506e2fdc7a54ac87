package authority

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"deputy/agent/consent"
	"deputy/cmd/deputy-lab/internal/voices"
	"deputy/cmd/internal/app"
)

// levels are the conditions of the table.
var levels = []float64{0, 20, 10, 5}

// A cell counts tries.
type cell struct{ said, first, second int }

type cellKey struct {
	voices, kind string
	level        int
	key          bool
	snr          float64
}

// A measurer holds what a measurement needs and counts.
type measurer struct {
	studio   *voices.Studio
	rooms    *voices.Rooms
	listener *voices.Listener
	cells    map[cellKey]*cell
	seed     uint64
	log      strings.Builder
	tried    map[caseKey]int      // readings of what is no approval
	passed   map[caseKey][]string // those that approved
}

type caseKey struct {
	voices string
	level  int
}

// A cast is a group of voices that is reported on its own.
type cast struct {
	name, lang string
	voices     []voices.Voice
}

// newMeasurer opens what a measurement needs.
func newMeasurer(speech string) (m *measurer, err error) {
	m = &measurer{studio: voices.Open(), cells: map[cellKey]*cell{}, tried: map[caseKey]int{}, passed: map[caseKey][]string{}}
	if m.rooms, err = voices.OpenRooms(speech); err != nil {
		return nil, err
	}
	m.listener, err = voices.OpenListener()
	return m, err
}

func (m *measurer) close() error { return errors.Join(m.listener.Close(), m.studio.Close()) }

func owner(ctx context.Context, out io.Writer, speech, log, lang string, most int) (err error) {
	m, err := newMeasurer(speech)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	casts := []cast{{"Piper", "en", voices.Piper}, {"flite", "en", voices.Flite}, {"espeak-ng", "en", voices.Espeak}, {"espeak-ng, Korean", "ko", voices.Korean}}
	for _, c := range casts {
		if lang != "" && c.lang != lang {
			continue
		}
		vs := m.studio.Installed(c.voices)
		vs = vs[:min(len(vs), most)]
		if len(vs) == 0 {
			fmt.Fprintf(os.Stderr, "%s is not installed: left out\n", c.name)
			continue
		}
		c.voices = vs
		if err = m.cast(ctx, c); err != nil {
			break // what was measured until it was interrupted is told
		}
	}
	m.print(out, casts)
	if log != "" {
		err = errors.Join(err, os.WriteFile(log, []byte(m.log.String()), 0o644))
	}
	if len(m.passed) > 0 {
		err = errors.Join(err, errApproved)
	}
	return err
}

// cast measures one group of voices.
func (m *measurer) cast(ctx context.Context, c cast) error {
	codes := app.Words().CodeWords(c.lang)
	n := 0 // takes the code words by turns
	for i, v := range c.voices {
		for j, snr := range levels {
			for _, k := range script[c.lang] {
				for _, text := range k.says {
					n++
					if err := m.try(ctx, c, v, k, text, codes, n, voices.Condition{SNR: snr, Noise: n}); err != nil {
						return err
					}
				}
			}
			if err := m.refuse(ctx, c, v, codes, i+j, voices.Condition{SNR: snr, Noise: i}); err != nil {
				return err
			}
		}
		fmt.Fprintf(os.Stderr, "%s: %v is done\n", c.name, v)
	}
	return nil
}

// try says something once and, if it was not understood, once more: Deputy asks
// again, with another code word, and the owner says the fuller form, at another
// moment and never quite as before. The same sound is judged without the key and
// as if it had been held.
func (m *measurer) try(ctx context.Context, c cast, v voices.Voice, k kind, text string, codes []string, n int, cond voices.Condition) error {
	understood := map[bool]bool{}
	for second, text := range []string{text, k.again} {
		code := codes[(n+5*second)%len(codes)]
		if second == 1 {
			v.Pitch, v.Tempo = v.Pitch+60, v.Tempo*0.95
			cond.Noise++
		}
		heard, err := m.hear(ctx, v, fill(text, code), cond)
		if err != nil {
			return err
		}
		a := ask(c.lang, k.level, code)
		for _, key := range []bool{false, true} {
			reading := a.first(heard, key)
			m.note(c, v, cond, key, k.level, text, code, heard, reading)
			m.count(cellKey{c.name, k.name, k.level, key, cond.SNR}, second == 0, understood[key], reading == k.want)
			understood[key] = understood[key] || reading == k.want
		}
		switch {
		case k.want == consent.Deny:
			m.judge(c, v, cond, fill(text, code), heard, []asking{a})
		case k.want == consent.Approve:
			m.judge(c, v, cond, fill(text, code), heard, []asking{ask(c.lang, 4, "")})
		}
		if understood[false] && understood[true] {
			return nil
		}
	}
	return nil
}

// count counts a try; was says that an earlier one was understood.
func (m *measurer) count(at cellKey, first, was, understood bool) {
	if m.cells[at] == nil {
		m.cells[at] = &cell{}
	}
	got := m.cells[at]
	if first {
		got.said++
	}
	if understood && first {
		got.first++
	}
	if understood && !was {
		got.second++
	}
}

// refuse says what is no approval, and the code words that are not the ask's:
// a part of them at a time, so that every voice says all of it, or half, once.
func (m *measurer) refuse(ctx context.Context, c cast, v voices.Voice, codes []string, part int, cond voices.Condition) error {
	for i, text := range others[c.lang] {
		if (i+part)%4 != 0 {
			continue
		}
		heard, err := m.hear(ctx, v, text, cond)
		if err != nil {
			return err
		}
		// A plain "approve" does for L2, and is there for L3.
		if !strings.HasPrefix(text, "Approve") {
			m.judge(c, v, cond, text, heard, []asking{ask(c.lang, 2, "")})
		}
		var asks []asking
		for _, code := range codes {
			asks = append(asks, ask(c.lang, 3, code))
		}
		m.judge(c, v, cond, text, heard, asks)
	}
	for i, code := range codes {
		if (i+part)%8 != 0 {
			continue
		}
		text := fill(map[string]string{"en": "Approve {code}.", "ko": "승인 {code}."}[c.lang], code)
		heard, err := m.hear(ctx, v, text, cond)
		if err != nil {
			return err
		}
		var asks []asking
		for _, other := range codes {
			if other != code {
				asks = append(asks, ask(c.lang, 3, other))
			}
		}
		m.judge(c, v, cond, text, heard, asks)
	}
	return nil
}

// judge holds all that was heard against asks none of which it may approve: as
// it was said and, where a key would do, as if it had been held.
func (m *measurer) judge(c cast, v voices.Voice, cond voices.Condition, text string, heard []voices.Heard, asks []asking) {
	for _, a := range asks {
		at := caseKey{c.name, a.level}
		for _, h := range heard {
			if h.Filtered != "" {
				continue
			}
			m.tried[at]++
			approved := a.read(h) == consent.Approve
			if h.Key = true; a.level < 4 {
				approved = approved || a.read(h) == consent.Approve
			}
			if approved {
				m.passed[at] = append(m.passed[at], fmt.Sprintf("%q by %v at %v, heard as %q, for %q", text, v, cond, h.Text, a.code))
			}
		}
	}
}

func (m *measurer) hear(ctx context.Context, v voices.Voice, text string, cond voices.Condition) ([]voices.Heard, error) {
	samples, err := m.studio.Say(ctx, v, text)
	if err != nil {
		return nil, err
	}
	m.seed++
	return m.listener.Hear(ctx, m.rooms.Put(samples, cond, m.seed))
}

// note writes down what was heard.
func (m *measurer) note(c cast, v voices.Voice, cond voices.Condition, key bool, level int, text, code string, heard []voices.Heard, r consent.Reading) {
	var texts []string
	for _, h := range heard {
		texts = append(texts, fmt.Sprintf("%s [%s %.2f %.2f %s]", h.Text, h.Language, h.Confidence, h.NoSpeech, h.Filtered))
	}
	fmt.Fprintf(&m.log, "%s\t%v\t%v\t%v\tL%d\t%s\t%d\t%s\n", c.name, v, cond, key, level, fill(text, code), r, strings.Join(texts, " | "))
}
