package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"deputy/agent/consent"
	"deputy/cmd/internal/control"
)

// A consentReading is what deputy consent prints of an answer with --json.
type consentReading struct {
	Text    string `json:"text"`
	Reading string `json:"reading"`
	Why     string `json:"why"`
	Weak    bool   `json:"weak,omitempty"`
	Heard   string `json:"heard,omitempty"`
	// NearMiss was heard in place of the code word.
	NearMiss string `json:"near_miss,omitempty"`
	Rest     string `json:"rest,omitempty"`
	// At is the time to which it was put off, counted from now.
	At *time.Time `json:"at,omitempty"`
}

func consentCommand(a *cli) *cobra.Command {
	var q consent.Question
	answer := consent.Answer{}
	level := ""
	c := &cobra.Command{
		Use:   "consent [TEXT]",
		Short: "Show how an answer to an ask would be read, and why",
		Long: `Consent reads TEXT as the answer to an ask and prints what it decides: approve,
deny, amend, always, later, explain, repeat, unrelated or unclear, and why. It
decides nothing: no Deputy needs to run, and none is told.

Without TEXT, or with -, it reads standard input, an answer a line, and prints a
line for each: the reading, the answer and the reason, with tabs between. --json
prints an object an answer.

The evidence is that of a clearly heard spoken answer, unless you say otherwise:
see the flags. --typed stands for an answer typed on this machine, which needs no
such evidence; --key for one spoken while the push-to-talk key was held.`,
		Example: `  deputy consent "yes, go ahead"
  deputy consent "okay" --confidence 0.6
  deputy consent "승인 호랑이" --lang ko --level L3 --code 호랑이
  deputy consent --level L3 --code falcon --json < answers.txt`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			n, ok := map[string]int{"2": 2, "3": 3, "4": 4}[strings.TrimPrefix(strings.ToUpper(level), "L")]
			switch {
			case !ok:
				return fmt.Errorf("--level is L2, L3 or L4, not %q", level)
			case n == 3 && q.Code == "":
				return fmt.Errorf("at level L3 an approval needs a code word: add --code WORD")
			}
			q.Level = n
			if len(args) == 0 || args[0] == "-" {
				return a.consentLines(c, c.InOrStdin(), q, answer)
			}
			answer.Text = args[0]
			r := readConsent(q, answer)
			if a.json {
				return a.print(c, r)
			}
			return r.tell(c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&answer.Language, "lang", "", "language that was heard: en, ko or another code (default: either)")
	f.StringVar(&level, "level", "L2", "what the action needs: L2, L3 or L4")
	f.StringVar(&q.Code, "code", "", "the code word of the ask")
	f.StringArrayVar(&q.Said, "said", nil, "what Deputy said just before; may be given more than once")
	f.BoolVar(&answer.Typed, "typed", false, "it was typed on this machine")
	f.BoolVar(&answer.Key, "key", false, "the push-to-talk key was held")
	f.BoolVar(&answer.Overlaps, "overlaps", false, "it overlapped Deputy's own speech")
	f.Float32Var(&answer.Confidence, "confidence", 0.95, "mean token probability, 0 to 1")
	f.Float32Var(&answer.Lowest, "lowest", 0.8, "least token probability, 0 to 1")
	f.Float32Var(&answer.NoSpeech, "no-speech", 0.02, "probability that it is no speech, 0 to 1")
	f.Float32Var(&answer.Voiced, "voiced", 0.8, "share of the audio that is speech, 0 to 1")
	f.Float32Var(&answer.SNR, "snr", 25, "level above the noise floor, in dB")
	return c
}

// readConsent reads one answer.
func readConsent(q consent.Question, answer consent.Answer) consentReading {
	v := consent.Read(q, answer)
	r := consentReading{
		Text: answer.Text, Reading: v.Reading.String(), Why: v.Why,
		Weak: v.Weak, Heard: v.Heard, NearMiss: v.NearMiss, Rest: v.Rest,
	}
	if at := v.When.Begin(time.Now()); !at.IsZero() {
		r.At = &at
	}
	return r
}

// consentLines reads an answer a line. A line that is no text is an answer too.
func (a *cli) consentLines(c *cobra.Command, in io.Reader, q consent.Question, answer consent.Answer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		answer.Text = strings.TrimSuffix(lines.Text(), "\r")
		r := readConsent(q, answer)
		var err error
		if a.json {
			err = a.print(c, r)
		} else {
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\t%s\t%s\n", r.Reading, control.Printable(r.Text), r.Why)
		}
		if err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read answers: %w", err)
	}
	return nil
}

// tell prints the reading and why in a line, and what comes with it in another.
func (r consentReading) tell(w io.Writer) error {
	var with []string
	add := func(name, value string) {
		if value != "" {
			with = append(with, name+": "+control.Printable(value))
		}
	}
	add("heard", r.Heard)
	add("in place of the code word", r.NearMiss)
	add("rest", r.Rest)
	if r.At != nil {
		add("at", r.At.Format("2006-01-02 15:04"))
	}
	out := r.Reading + ": " + r.Why + "\n"
	if len(with) > 0 {
		out += strings.Join(with, "; ") + "\n"
	}
	_, err := io.WriteString(w, out)
	return err
}
