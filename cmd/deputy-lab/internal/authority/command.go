// Package authority measures how well the owner's spoken decisions are understood, for docs/authority.md. It knows what
// may be said and what should be understood; what decides is Deputy's own code.
package authority

import (
	"errors"

	"github.com/spf13/cobra"

	"deputy/cmd/deputy-lab/internal/recordings"
)

// Command is deputy-lab authority.
func Command() *cobra.Command {
	c := &cobra.Command{Use: "authority", Short: "Measure how well the owner's spoken decisions are understood"}
	most := c.PersistentFlags().Int("voices", 3, "how many voices of each engine speak at most")
	var speech, log, lang string
	owner := &cobra.Command{
		Use:   "owner",
		Short: "Speak every approval, denial and code word, and count how each is read",
		Long: `Every approval, denial and code word is spoken by every synthetic voice at hand, in
quiet and in noise, and goes through voice detector, endpoint, whisper, noise
filter and consent.Read with the evidence that Deputy would have. It prints two
Markdown tables: how often a decision is understood at the first and at the second
try, and how often anything that is no approval passed for one, which must be never
(else the exit status is 1). The other half, what noise and strangers' speech
approve through a real microphone, is deputy-lab trial noise.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return owner(c.Context(), c.OutOrStdout(), speech, log, lang, *most)
		},
	}
	f := owner.Flags()
	f.StringVar(&speech, "speech", recordings.Dir(), "folder of the recordings, for noises and rooms")
	f.StringVar(&log, "heard", "", "write everything that was heard to this file (TSV)")
	f.StringVar(&lang, "lang", "", "en or ko only")
	c.AddCommand(owner, &cobra.Command{
		Use:   "words FOLDER",
		Short: "Record the words that refuse, for deputy-lab trial stop",
		Args:  cobra.ExactArgs(1),
		RunE:  func(c *cobra.Command, args []string) error { return words(c.Context(), args[0], *most) },
	})
	return c
}

var errApproved = errors.New("something that is no approval passed for one")
