// Codewords chooses the words that an approval of high authority must carry.
//
//	scripts/native go run -tags whisper ./scripts/codewords -table codewords.tsv en
//	scripts/native go run -tags whisper ./scripts/codewords -words tiger,falcon en
//	go run ./scripts/codewords sum codewords.tsv others.tsv
//	scripts/native go run -tags whisper ./scripts/codewords carriers
//	go run ./scripts/codewords -table codewords.tsv ko
//
// English words are measured: each candidate is spoken in the answer ("Approve falcon.") and alone, by every synthetic
// voice at hand, in quiet, noise and rooms, goes through voice detector, whisper, noise filter and consent.Read, and is
// kept if it comes back right nearly always and nothing that whisper wrote for it, or for another, comes near. Rounds
// prune, so that most of the time goes to the words that may be kept; -words compares a few in all
// of them, and sum chooses by several runs together. Korean words can't be measured like that, since
// whisper base doesn't understand the one Korean voice there is: they are chosen by their sounds alone.
//
// It prints the words as docs/codewords.md shows them; the table has every candidate with all that was heard. It knows
// words and sounds, and nothing of what is approved.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	speech := flag.String("speech", speechDir(), "folder of the recordings, for noises and rooms")
	table := flag.String("table", "", "write every candidate with what was heard to this file (TSV)")
	few := flag.String("words", "", "measure only these English words, separated by commas, all of them in every way")
	count := flag.Int("count", 24, "how many words are wanted")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch flag.Arg(0) {
	case "en":
		err = english(ctx, os.Stdout, *speech, *table, *few, *count)
	case "sum":
		err = sum(os.Stdout, flag.Args()[1:], *count)
	case "carriers":
		err = carrying(ctx, os.Stdout, *speech)
	case "ko":
		err = korean(os.Stdout, *table, *count)
	default:
		err = fmt.Errorf("got %q, want en, ko, sum or carriers", flag.Arg(0))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "codewords:", err)
		os.Exit(1)
	}
}

func speechDir() string {
	if dir := os.Getenv("DEPUTY_SPEECH"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "speech")
}
