// Package codewords chooses the words that an approval of high authority must carry. It knows words and sounds, and
// nothing of what is approved.
package codewords

import (
	"github.com/spf13/cobra"

	"deputy/cmd/deputy-lab/internal/recordings"
)

// Command is deputy-lab codewords.
func Command() *cobra.Command {
	var speech, table, few string
	var count int
	c := &cobra.Command{
		Use:   "codewords",
		Short: "Choose the words that an approval of high authority must carry",
		Long: `English words are measured: each candidate is spoken in the answer ("Approve
falcon.") and alone, by every synthetic voice at hand, in quiet, noise and rooms,
goes through voice detector, whisper, noise filter and consent.Read, and is kept if
it comes back right nearly always and nothing that whisper wrote for it, or for
another, comes near. Rounds prune, so that most of the time goes to the words that
may be kept. Korean words can't be measured like that, since whisper base doesn't
understand the one Korean voice there is: they are chosen by their sounds alone.
It prints the words as docs/codewords.md shows them.`,
	}
	speechFlag := func(c *cobra.Command) {
		c.Flags().StringVar(&speech, "speech", recordings.Dir(), "folder of the recordings, for noises and rooms")
	}
	c.PersistentFlags().IntVar(&count, "count", 24, "how many words are wanted")
	c.PersistentFlags().StringVar(&table, "table", "", "write every candidate with what was heard to this file (TSV)")
	en := &cobra.Command{
		Use: "en", Short: "Measure the English candidates", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return english(c.Context(), c.OutOrStdout(), speech, table, few, count)
		},
	}
	en.Flags().StringVar(&few, "words", "", "measure only these words, separated by commas, all of them in every way")
	ko := &cobra.Command{
		Use: "ko", Short: "Choose Korean words by their sounds", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return korean(c.OutOrStdout(), table, count) },
	}
	carriers := &cobra.Command{
		Use: "carriers", Short: "Measure the answers that carry a word", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return carrying(c.Context(), c.OutOrStdout(), speech) },
	}
	speechFlag(en)
	speechFlag(carriers)
	c.AddCommand(en, ko, carriers, &cobra.Command{
		Use: "sum TABLE...", Short: "Choose by the tables of several measurements together", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error { return sum(c.OutOrStdout(), files, count) },
	})
	return c
}
