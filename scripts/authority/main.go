// Authority measures how well the owner's spoken decisions are understood, for docs/authority.md.
//
//	scripts/native go run -tags whisper ./scripts/authority owner
//	go run ./scripts/authority -voices 6 words FOLDER
//
// Every approval, denial and code word is spoken by every synthetic voice at hand, in quiet and in noise, and goes
// through voice detector, endpoint, whisper, noise filter and consent.Read with the evidence that Deputy would have. It
// prints two Markdown tables: how often a decision is understood at the first and at the second try, and how often
// anything that is no approval passed for one, which must be never (else the exit status is 1). The other half, what
// noise and strangers' speech approve through a real microphone, is bin/deputy trial noise. words only records the
// words that refuse, for bin/deputy trial stop.
//
// It knows what may be said and what should be understood; what decides is Deputy's own code.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	speech := flag.String("speech", speechDir(), "folder of the recordings, for noises and rooms")
	log := flag.String("log", "", "write everything that was heard to this file (TSV)")
	lang := flag.String("lang", "", "en or ko only")
	most := flag.Int("voices", 3, "how many voices of each engine speak at most")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := fmt.Errorf("got %q, want: owner, or words FOLDER", flag.Args())
	switch {
	case flag.NArg() == 1 && flag.Arg(0) == "owner":
		err = owner(ctx, *speech, *log, *lang, *most)
	case flag.NArg() == 2 && flag.Arg(0) == "words":
		err = words(ctx, flag.Arg(1), *most)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "authority:", err)
		os.Exit(1)
	}
}

var errApproved = errors.New("something that is no approval passed for one")

func speechDir() string {
	if dir := os.Getenv("DEPUTY_SPEECH"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "speech")
}
