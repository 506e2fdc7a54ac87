// Package address measures how Deputy tells what is meant for it, by voice detector, whisper and noise filter as in
// daily use. It knows voices and the name, and nothing of what is done with an order.
package address

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"deputy/agent/address"
	"deputy/cmd/deputy-lab/internal/recordings"
	"deputy/cmd/deputy-lab/internal/voices"
	"deputy/configs"
)

// Command is deputy-lab address.
func Command() *cobra.Command {
	var speech, table string
	var every int
	c := &cobra.Command{
		Use:   "address names|talk",
		Short: "Measure how often the name is heard, and how often other talk is taken for an order",
		Long: `Names has every synthetic voice at hand say orders that begin with the name, in
quiet, noise and rooms, and counts how often the name is heard. Talk has the
recordings heard, and sentences in which the name is no address, and counts how
often one is taken for an order: of all that is said without the name, and not
within seconds of Deputy's words. It prints Markdown tables.`,
		ValidArgs: []string{"names", "talk"},
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(c *cobra.Command, args []string) error {
			return measure(c.Context(), c.OutOrStdout(), args[0], speech, table, every)
		},
	}
	f := c.Flags()
	f.StringVar(&speech, "speech", recordings.Dir(), "folder of the recordings")
	f.IntVar(&every, "every", 1, "measure every Nth only")
	f.StringVar(&table, "table", "", "write all that was heard to this file (TSV)")
	return c
}

// A trial is one measurement.
type trial struct {
	listener *voices.Listener
	rooms    *voices.Rooms
	studio   *voices.Studio
	speech   string
	every    int
	names    address.Names
	table    strings.Builder // all that was heard, TSV
}

func measure(ctx context.Context, out io.Writer, what, speech, table string, every int) (err error) {
	t := &trial{studio: voices.Open(), speech: speech, every: max(1, every), names: configs.Default().Agent.Name}
	defer func() { err = errors.Join(err, t.studio.Close()) }()
	if t.rooms, err = voices.OpenRooms(speech); err != nil {
		return err
	}
	if t.listener, err = voices.OpenListener(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.listener.Close()) }()
	if what == "names" {
		err = t.called(ctx, out)
	} else {
		err = t.talked(ctx, out)
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
	heard, err := t.listener.Hear(ctx, samples)
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
