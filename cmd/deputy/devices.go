package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deputy/audio/portaudio"
	"deputy/configs/phrases"
)

func devicesCommand(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "devices",
		Short: "List microphones and speakers",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			list, err := portaudio.Devices()
			if err != nil {
				return err
			}
			if a.json {
				return a.print(c, list)
			}
			if len(list) == 0 {
				_, err := fmt.Fprintln(c.OutOrStdout(), phrases.Sentence("err.no_device"))
				return err
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, d := range list {
				fmt.Fprintf(w, "%s\t%d in\t%d out\t%d Hz\t%s\n", d.Name, d.Inputs, d.Outputs, d.Rate, defaultMark(d.DefaultInput, d.DefaultOutput))
			}
			return w.Flush()
		},
	}
}

func defaultMark(in, out bool) string {
	switch {
	case in && out:
		return "default microphone and speaker"
	case in:
		return "default microphone"
	case out:
		return "default speaker"
	}
	return ""
}
