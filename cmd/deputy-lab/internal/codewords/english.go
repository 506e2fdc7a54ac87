package codewords

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"deputy/agent/consent"
	"deputy/cmd/deputy-lab/internal/voices"
	"deputy/cmd/internal/app"
	"deputy/stt"
)

// A say is one way in which each word of a round is spoken.
type say struct {
	voice voices.Voice
	alone bool // the word alone, else "Approve WORD."
	cond  voices.Condition
}

func (s say) String() string {
	form := "in the answer"
	if s.alone {
		form = "alone"
	}
	return fmt.Sprintf("%v, %v, %s", s.voice, s.cond, form)
}

// carrier is the answer that Deputy asks for.
const carrier = "Approve %s."

// A round has every word spoken in each of its ways. Only the best go on.
type round struct {
	says []say
	keep int // how many go on; 0 is all
}

// rounds are the measurement: the hardest of one kind early, so that it prunes;
// the many conditions for those that are left.
func rounds(p, f, e []voices.Voice) []round {
	at := func(snr float64, noise, room int) voices.Condition {
		return voices.Condition{SNR: snr, Noise: noise, Room: room}
	}
	return []round{
		{[]say{{f[0], false, at(20, 0, 0)}}, 80},
		{[]say{{p[0], false, at(10, 1, 0)}, {f[2], true, at(20, 2, 0)}}, 40},
		{[]say{
			{f[1], false, at(20, 3, 1)}, {p[2], true, at(0, 0, 0)}, {f[0], false, at(5, 4, 0)}, {p[1], false, at(5, 2, 0)},
			{f[1], true, at(10, 1, 0)}, {p[3], false, at(20, 3, 2)}, {f[4], true, at(10, 0, 3)}, {f[2], false, at(10, 2, 4)},
		}, 0},
		{[]say{{e[0], false, at(0, 0, 0)}, {e[4], false, at(0, 0, 0)}}, 0},
	}
}

// A word is a candidate with what became of it.
type word struct {
	text        string
	said, right int            // how often, and how often it stands in what was written
	approved    int            // of said: with what stood around it, it was an approval
	espeak      int            // right by espeak-ng, which is not counted above
	heard       map[string]int // what was written in its place, where it was wrong
	sure        float32        // the sum of the confidence where it was right
	round       int            // the last round that it was in
	why         string         // why it is not kept; "" if it is
	passes      map[string]int // other candidates that were written for it
}

func english(ctx context.Context, out io.Writer, speech, table, few string, count int) (err error) {
	studio := voices.Open()
	rooms, err := voices.OpenRooms(speech)
	if err != nil {
		return err
	}
	listener, err := voices.OpenListener()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, listener.Close(), studio.Close()) }()
	if n := len(studio.Installed(slices.Concat(voices.Piper, voices.Flite, voices.Espeak))); n < len(voices.Piper)+len(voices.Flite)+len(voices.Espeak) {
		return errors.New("voices are missing: scripts/setup piper, and apt-get install flite espeak-ng sox")
	}
	all := usable(candidates)
	if few != "" {
		all = usable(strings.Split(few, ","))
	}
	left := slices.DeleteFunc(slices.Clone(all), func(w *word) bool { w.why = control(w.text); return w.why != "" })
	rs := rounds(voices.Piper, voices.Flite, voices.Espeak)
	for i, r := range rs {
		for _, s := range r.says {
			for j, w := range left {
				if err := measure(ctx, studio, rooms, listener, s, w, uint64(i*1000+j)); err != nil {
					return err
				}
				w.round = i + 1
			}
			fmt.Fprintf(os.Stderr, "round %d: %d words by %v\n", i+1, len(left), s)
		}
		if i == 2 {
			// espeak-ng is tried on the kept ones only.
			left = choose(left, count)
		} else if r.keep > 0 && few == "" {
			left = prune(left, r.keep)
		}
	}
	printEnglish(out, all, rs)
	if table == "" {
		return nil
	}
	return os.WriteFile(table, []byte(tableOf(all)), 0o644)
}

// usable are the words that consent can tell from an answer.
func usable(list []string) (out []*word) {
	for _, t := range list {
		if !slices.ContainsFunc([]string{"Approve %s.", "Yes, approve %s.", "I approve, %s.", "%s"}, func(form string) bool {
			return read("en", t, written(fmt.Sprintf(form, t))) != consent.Approve
		}) {
			out = append(out, &word{text: t, heard: map[string]int{}, passes: map[string]int{}})
		}
	}
	return out
}

// read is what consent makes of an answer to an ask for a code word: alone it is
// said with the key held, since otherwise it decides nothing.
func read(lang, code string, h voices.Heard) consent.Reading {
	p := app.Words()
	said := p.Phrase(lang, "ask.mail", map[string]string{"subject": "Q3", "to": "finance@acme.example", "name": "finance", "new": "", "warning": ""}) +
		" " + p.Phrase(lang, "ask.code", map[string]string{"code": code})
	return consent.Read(consent.Question{Level: 3, Code: code, Said: []string{said}}, consent.Answer{
		Text: h.Text, Language: lang, Key: len(tokens(h.Text)) == 1, Confidence: h.Confidence, Lowest: h.Lowest, NoSpeech: h.NoSpeech, Voiced: h.Voiced, SNR: h.SNR,
	}).Reading
}

// written is a text that was heard as well as can be.
func written(text string) voices.Heard {
	return voices.Heard{Transcript: stt.Transcript{Text: text, Confidence: 1, Lowest: 1, Voiced: 1, SNR: 30}}
}

// speak has something said once and gives the first utterance that may be speech.
func speak(ctx context.Context, st *voices.Studio, rooms *voices.Rooms, listener *voices.Listener, s say, text string, seed uint64) (voices.Heard, error) {
	text = strings.ToUpper(text[:1]) + text[1:]
	samples, err := st.Say(ctx, s.voice, text)
	if err != nil {
		return voices.Heard{}, err
	}
	heard, err := listener.Hear(ctx, rooms.Put(samples, s.cond, seed))
	if err != nil {
		return voices.Heard{}, err
	}
	for _, h := range heard {
		if h.Filtered == "" {
			return h, nil
		}
	}
	return voices.Heard{}, nil
}

// measure has a word spoken once and counts.
func measure(ctx context.Context, st *voices.Studio, rooms *voices.Rooms, listener *voices.Listener, s say, w *word, seed uint64) error {
	form := "%s."
	if !s.alone {
		form = carrier
	}
	h, err := speak(ctx, st, rooms, listener, s, fmt.Sprintf(form, w.text), seed)
	if err != nil {
		return err
	}
	approved, right := read("en", w.text, h) == consent.Approve, holds(h.Text, w.text)
	for _, other := range candidates {
		if other != w.text && (holds(h.Text, other) || read("en", other, written(h.Text)) == consent.Approve) {
			w.passes[other]++
		}
	}
	if s.voice.Engine == "espeak" {
		if approved {
			w.espeak++
		}
		return nil
	}
	w.said++
	if approved {
		w.approved++
	}
	if right {
		w.right++
		w.sure += h.Confidence
		return nil
	}
	w.heard[place(h.Text)]++
	return nil
}

// holds says whether a word stands in a text.
func holds(text, word string) bool { return slices.Contains(tokens(text), word) }

func tokens(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '\'' || r >= 0x80) })
}

// place is what stands in the code word's place of an answer.
func place(text string) string {
	f := tokens(text)
	for len(f) > 1 && strings.HasPrefix(f[0], "appr") {
		f = f[1:]
	}
	if len(f) == 0 {
		return "-"
	}
	return strings.Join(f, " ")
}

// prune keeps the n best words.
func prune(ws []*word, n int) []*word {
	slices.SortStableFunc(ws, better)
	for _, w := range ws[min(n, len(ws)):] {
		w.why = fmt.Sprintf("%d words were better in round %d", n, w.round)
	}
	return slices.Clone(ws[:min(n, len(ws))])
}

// better orders words by how often they came back right and how often the answer
// with them was understood; equals by how sure whisper was.
func better(a, b *word) int {
	return cmp.Or(cmp.Compare((b.right+b.approved)*a.said, (a.right+a.approved)*b.said), cmp.Compare(b.sure, a.sure))
}
