// Address measures how Deputy tells what is meant for it, by voice detector, whisper and noise filter as in daily use:
//
//	scripts/native go run -tags whisper ./scripts/address names
//	scripts/native go run -tags whisper ./scripts/address talk
//
// names has every synthetic voice at hand say orders that begin with the name, in quiet, noise and rooms, and counts how
// often the name is heard. talk has the recordings heard, and sentences in which the name is no address, and counts how
// often one is taken for an order: of all that is said without the name, and not within seconds of Deputy's words.
// -every N measures every Nth only; -table writes down all that was heard. It prints Markdown tables. It knows voices
// and the name, and nothing of what is done with an order.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"deputy/agent/address"
	"deputy/configs"
	"deputy/scripts/voices"
)

// A trial is one measurement.
type trial struct {
	ear    *voices.Ear
	rooms  *voices.Rooms
	studio *voices.Studio
	speech string
	every  int
	names  address.Names
	table  strings.Builder // all that was heard, TSV
}

func main() {
	speech := flag.String("speech", speechDir(), "folder of the recordings")
	every := flag.Int("every", 1, "measure every Nth only")
	table := flag.String("table", "", "write all that was heard to this file (TSV)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measure(ctx, os.Stdout, flag.Arg(0), *speech, *table, *every); err != nil {
		fmt.Fprintln(os.Stderr, "address:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, out io.Writer, what, speech, table string, every int) (err error) {
	t := &trial{studio: voices.Open(), speech: speech, every: max(1, every), names: configs.Default().Agent.Name}
	defer func() { err = errors.Join(err, t.studio.Close()) }()
	if t.rooms, err = voices.OpenRooms(speech); err != nil {
		return err
	}
	if t.ear, err = voices.OpenEar(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.ear.Close()) }()
	switch what {
	case "names":
		err = t.called(ctx, out)
	case "talk":
		err = t.talked(ctx, out)
	default:
		return fmt.Errorf("got %q, want names or talk", what)
	}
	if table != "" {
		err = errors.Join(err, os.WriteFile(table, []byte(t.table.String()), 0o600))
	}
	return err
}

// A tally counts what became of utterances of one kind.
type tally struct {
	said, orders, addressed int
}

// hear counts one sound. Before, whatever got through the filter was an order.
func (t *trial) hear(ctx context.Context, who, what string, samples []float32, n *tally) error {
	heard, err := t.ear.Hear(ctx, samples)
	if err != nil {
		return err
	}
	n.said++
	order, addressed := false, false
	for _, h := range heard {
		_, named := t.names.Read(h.Text)
		order, addressed = order || h.Filtered == "", addressed || h.Filtered == "" && named
		fmt.Fprintf(&t.table, "%s\t%s\t%s\t%s\t%v\t%s\n", who, what, h.Text, h.Language, named, h.Filtered)
	}
	if order {
		n.orders++
	}
	if addressed {
		n.addressed++
	}
	return nil
}

func speechDir() string {
	if dir := os.Getenv("DEPUTY_SPEECH"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "speech")
}
