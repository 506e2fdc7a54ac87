package address

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"deputy/audio"
	"deputy/cmd/deputy-lab/internal/recordings"
	"deputy/cmd/deputy-lab/internal/voices"
)

// orders begin with the name; talk holds it, or what sounds like it, and calls nobody.
var (
	orders = map[string][]string{
		"en": {
			"Deputy, write a shopping list with milk and eggs.", "Hey Deputy, what's the weather in Busan?", "Deputy.", "Deputy, is it going to rain tomorrow?",
			"Deputy take a note.", "Okay Deputy, remind me at nine to call Anna.", "Deputy, send the summary to finance by email.", "Deputy, how many files are in this folder?",
		},
		"ko": {"데퓨티, 메모해 줘.", "데퓨티야, 장보기 목록을 써 줘.", "데퓨티.", "헤이 데퓨티, 내일 날씨 알려 줘."},
	}
	talk = map[string][]string{
		"en": {
			"The deputy mayor said that the bridge will be closed.", "Deputy mayor Kim opened the new library.", "My deputy will call you tomorrow.", "Deputy Johnson arrested two men.",
			"I told the deputy to write a list.", "They put it on the table.", "The party, she said, was very good.", "Duty calls, see you on Monday.", "Deputies are elected every four years.",
			"What a beauty, look at that.",
		},
		"ko": {"데퓨티가 무슨 뜻이야?", "대표팀 감독이 어제 왔어.", "어제 데퓨티한테 물어봤어.", "대표, 내일 봐요."},
	}
	conditions = []voices.Condition{{}, {SNR: 15}, {SNR: 20, Room: 1}}
)

// engines are the voices by engine.
func (t *trial) engines() map[string][]voices.Voice {
	return map[string][]voices.Voice{
		"Piper": t.studio.Installed(voices.Piper), "flite": t.studio.Installed(voices.Flite),
		"espeak-ng": t.studio.Installed(voices.Espeak), "espeak-ng, Korean": t.studio.Installed(voices.Korean),
	}
}

var engineNames = []string{"Piper", "flite", "espeak-ng", "espeak-ng, Korean"}

// say has every voice of an engine say every text of its language, in turn in each
// condition.
func (t *trial) say(ctx context.Context, engine string, texts map[string][]string, n *tally) error {
	i := 0
	for _, v := range t.engines()[engine] {
		for _, text := range texts[v.Lang] {
			if i++; i%t.every != 0 {
				continue
			}
			samples, err := t.studio.Say(ctx, v, text)
			if err != nil {
				return err
			}
			c := conditions[i%len(conditions)]
			c.Noise = i
			if err := t.hear(ctx, v.String()+", "+c.String(), text, t.rooms.Put(samples, c, uint64(i)), n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *trial) called(ctx context.Context, out io.Writer) error {
	fmt.Fprintln(out, "| voices | orders with the name | heard at all | the name heard | missed |\n|---|---:|---:|---:|---:|")
	for _, engine := range engineNames {
		var n tally
		if err := t.say(ctx, engine, orders, &n); err != nil {
			return err
		}
		fmt.Fprintf(out, "| %s | %d | %d | %d | %s |\n", engine, n.said, n.orders, n.addressed, share(n.said-n.addressed, n.said))
	}
	return nil
}

func (t *trial) talked(ctx context.Context, out io.Writer) error {
	fmt.Fprintln(out, "| talk | utterances | orders before | orders with the name demanded |\n|---|---:|---:|---:|")
	row := func(what string, n tally) {
		fmt.Fprintf(out, "| %s | %d | %d | %d |\n", what, n.said, n.orders, n.addressed)
	}
	for _, engine := range engineNames {
		var n tally
		if err := t.say(ctx, engine, talk, &n); err != nil {
			return err
		}
		row("the name in talk, "+engine, n)
	}
	clips, err := recordings.Clips(t.speech)
	if err != nil {
		return err
	}
	var folders []string
	counts := map[string]*tally{}
	for i, c := range clips {
		if (i+1)%t.every != 0 || !strings.HasSuffix(c.File, ".wav") {
			continue
		}
		samples, err := voices.ReadFile(filepath.Join(t.speech, c.Folder, c.File))
		if err != nil {
			return err
		}
		if counts[c.Folder] == nil {
			folders, counts[c.Folder] = append(folders, c.Folder), &tally{}
		}
		samples = append(append(make([]float32, audio.Rate/2), samples...), make([]float32, audio.Rate*3/2)...)
		if err := t.hear(ctx, c.Folder, c.File, samples, counts[c.Folder]); err != nil {
			return err
		}
	}
	for _, f := range folders {
		row(f, *counts[f])
	}
	return nil
}

func share(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(n)/float64(of))
}
