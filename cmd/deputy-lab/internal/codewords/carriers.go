package codewords

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"deputy/agent/consent"
	"deputy/cmd/deputy-lab/internal/voices"
)

// carriers are the answers that a code word may stand in.
var carriers = []string{"%s.", "Approve %s.", "Yes, approve %s.", "I approve %s.", "Confirm %s.", "I confirm %s.", "Go ahead, %s.", "Yes, %s.", "Proceed, %s."}

// carrying measures which answer carries a code word best: each with the same
// words by the same voices.
func carrying(ctx context.Context, out io.Writer, speech string) (err error) {
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
	p, f := voices.Piper, voices.Flite
	says := []say{
		{voice: p[0]}, {voice: p[1], cond: voices.Condition{SNR: 10, Noise: 1}}, {voice: f[0], cond: voices.Condition{SNR: 20}},
		{voice: f[1], cond: voices.Condition{SNR: 10, Noise: 2}}, {voice: f[2], cond: voices.Condition{SNR: 20, Noise: 3}},
	}
	words := strings.Fields("sandwich spider crystal castle captain diamond tiger mountain chicken rocket")
	fmt.Fprintln(out, "| answer | approved | the word was right | of | heard instead |\n|---|---:|---:|---:|---|")
	for _, form := range carriers {
		approved, right, n := 0, 0, 0
		var wrong []string
		for i, s := range says {
			for j, w := range words {
				heard, err := speak(ctx, studio, rooms, listener, s, fmt.Sprintf(form, w), uint64(i*100+j))
				if err != nil {
					return err
				}
				n++
				if holds(heard.Text, w) {
					right++
				}
				if read("en", w, heard) == consent.Approve {
					approved++
				} else if len(wrong) < 8 {
					wrong = append(wrong, heard.Text)
				}
			}
		}
		fmt.Fprintf(out, "| %s | %d | %d | %d | %s |\n", strings.ReplaceAll(form, "%s", "WORD"), approved, right, n, strings.Join(wrong, " · "))
		fmt.Fprintln(os.Stderr, form)
	}
	return nil
}
