package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"deputy/agent/consent"
	"deputy/configs/phrases"
	"deputy/scripts/voices"
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
		{[]say{{p[0], false, at(0, 0, 0)}, {f[0], false, at(10, 0, 0)}}, 84},
		{[]say{{p[2], true, at(0, 0, 0)}, {f[2], false, at(20, 2, 0)}, {p[1], false, at(5, 1, 0)}}, 44},
		{[]say{
			{f[1], false, at(20, 3, 1)}, {p[3], false, at(10, 3, 0)}, {f[0], true, at(10, 4, 0)}, {f[2], true, at(20, 1, 0)},
			{p[0], false, at(0, 0, 2)}, {f[1], false, at(5, 1, 0)}, {f[4], false, at(10, 0, 3)}, {p[4], false, at(0, 0, 0)},
			{p[5], true, at(10, 2, 4)}, {f[3], false, at(0, 0, 0)}, {f[5], false, at(10, 2, 0)},
		}, 0},
		{[]say{{e[0], false, at(0, 0, 0)}, {e[1], false, at(0, 0, 0)}, {e[2], false, at(0, 0, 0)}, {e[4], false, at(0, 0, 0)}}, 0},
	}
}

// A word is a candidate with what became of it.
type word struct {
	text        string
	right, said int
	espeak      int            // right by espeak-ng, which is not counted above
	heard       map[string]int // what was written in its place, where it was wrong
	round       int            // the last round that it was in
	why         string         // why it is not kept; "" if it is
	approved    map[string]int // other code words that an answer would have passed for
}

func english(ctx context.Context, speech, table string, count int) (err error) {
	studio := voices.Open()
	rooms, err := voices.OpenRooms(speech)
	if err != nil {
		return err
	}
	ear, err := voices.OpenEar()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ear.Close(), studio.Close()) }()
	if n := len(studio.Installed(slices.Concat(voices.Piper, voices.Flite, voices.Espeak))); n < len(voices.Piper)+len(voices.Flite)+len(voices.Espeak) {
		return errors.New("voices are missing: scripts/setup piper, and apt-get install flite espeak-ng sox")
	}
	words := usable(candidates)
	all, left := words, words
	rs := rounds(voices.Piper, voices.Flite, voices.Espeak)
	for i, r := range rs {
		for _, s := range r.says {
			for j, w := range left {
				if err := measure(ctx, studio, rooms, ear, s, w, uint64(i*1000+j)); err != nil {
					return err
				}
				w.round = i + 1
			}
			fmt.Fprintf(os.Stderr, "round %d: %d words by %v\n", i+1, len(left), s)
		}
		if i == 2 {
			// espeak-ng is tried on the kept ones only.
			left = choose(left, count)
		} else if r.keep > 0 {
			left = prune(left, r.keep)
		}
	}
	printEnglish(os.Stdout, all, rs)
	if table == "" {
		return nil
	}
	return os.WriteFile(table, []byte(tableOf(all)), 0o644)
}

// usable are the words that consent can tell from an answer.
func usable(list []string) (out []*word) {
	for _, t := range list {
		if !slices.ContainsFunc([]string{"Approve %s.", "Yes, approve %s.", "I approve, %s.", "%s"}, func(form string) bool {
			return read("en", t, fmt.Sprintf(form, t), 1, 0) != consent.Approve
		}) {
			out = append(out, &word{text: t, heard: map[string]int{}, approved: map[string]int{}})
		}
	}
	return out
}

// read is what consent makes of an answer to an ask for a code word, heard with
// this confidence.
func read(lang, code, text string, confidence, nospeech float32) consent.Reading {
	p := phrases.Embedded()
	said := p.Phrase(lang, "ask.mail", map[string]string{"subject": "Q3", "to": "finance@acme.example", "name": "finance", "new": "", "warning": ""}) +
		" " + p.Phrase(lang, "ask.code", map[string]string{"code": code})
	return consent.Read(consent.Question{Level: 3, Code: code, Said: []string{said}}, consent.Answer{
		Text: text, Language: lang, Confidence: confidence, Lowest: confidence, NoSpeech: nospeech, Voiced: 1, SNR: 30,
	}).Reading
}

// measure has a word spoken once and counts.
func measure(ctx context.Context, st *voices.Studio, rooms *voices.Rooms, ear *voices.Ear, s say, w *word, seed uint64) error {
	text := strings.ToUpper(w.text[:1]) + w.text[1:] + "."
	if !s.alone {
		text = "Approve " + w.text + "."
	}
	samples, err := st.Say(ctx, s.voice, text)
	if err != nil {
		return err
	}
	heard, err := ear.Hear(ctx, rooms.Put(samples, s.cond, seed))
	if err != nil {
		return err
	}
	ok, wrote := false, ""
	for _, h := range heard {
		if h.Filtered != "" {
			continue
		}
		wrote = strings.TrimSpace(wrote + " " + h.Text)
		ok = ok || h.Language == "en" && read("en", w.text, h.Text, h.Confidence, h.NoSpeech) == consent.Approve
		for _, other := range candidates {
			if other != w.text && read("en", other, h.Text, 1, 0) == consent.Approve {
				w.approved[other]++
			}
		}
	}
	if s.voice.Engine == "espeak" {
		if ok {
			w.espeak++
		}
		return nil
	}
	w.said++
	if ok {
		w.right++
		return nil
	}
	w.heard[place(wrote)]++
	return nil
}

// place is what stands in the code word's place of an answer.
func place(text string) string {
	f := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '\'' || r >= 0x80) })
	for len(f) > 1 && strings.HasPrefix(f[0], "appr") {
		f = f[1:]
	}
	if len(f) == 0 {
		return "-"
	}
	return strings.Join(f, " ")
}

// prune keeps the n words that were wrong least often.
func prune(ws []*word, n int) []*word {
	slices.SortStableFunc(ws, func(a, b *word) int { return (a.said - a.right) - (b.said - b.right) })
	for i, w := range ws {
		// Ties at the border go out together, unless that would leave too few.
		if i >= n {
			w.why = fmt.Sprintf("right %d of %d in round %d", w.right, w.said, w.round)
		}
	}
	return slices.Clone(ws[:min(n, len(ws))])
}
