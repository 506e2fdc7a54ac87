// Package speed measures Deputy side by side with what a user would pick instead, and with itself without each of its
// levers: on the same clips, machine and threads, clip by clip in turn, so that what else the machine does hits all alike.
// It knows programs by what goes in and comes out; of Deputy it knows `deputy-lab bench --clips`.
package speed

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"deputy/cmd/deputy-lab/internal/recordings"
)

// options are the command line.
type options struct {
	set, only, from, raw, into string
	speech, lab, cache         string
	clips, rounds, threads     int
	longest                    time.Duration
	all, list                  bool
	tries                      []string
}

// Command is deputy-lab speed.
func Command() *cobra.Command {
	var o options
	c := &cobra.Command{
		Use:   "speed",
		Short: "Compare Deputy with what a user would pick instead, clip by clip",
		Long: `Speed prints the tables of docs/speed.md. scripts/speed/peers makes the programs that
Deputy is compared with: a virtual environment, whisper.cpp's own programs.`,
		Example: `  deputy-lab speed --set peers       the table of peers
  deputy-lab speed --set levers      the table of levers
  deputy-lab speed --set early       the table of the peer that can begin before its endpoint
  deputy-lab speed --from RAW.jsonl  the table of an earlier run`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context(), c.OutOrStdout()) },
	}
	cache, _ := os.UserCacheDir() // its absence is noticed when a peer is looked for
	f := c.Flags()
	f.StringVar(&o.set, "set", "peers", "what to measure: peers, levers, early (the one peer that can begin before its endpoint) or none (but --try)")
	f.StringArrayVar(&o.tries, "try", nil, "one more row, Deputy changed: 'NAME: KEY=VALUE ...', an environment variable each; the key program names another build")
	f.StringVar(&o.only, "only", "", "a regular expression for the rows' names; Deputy itself is always measured")
	f.StringVar(&o.from, "from", "", "print the table of this raw file and measure nothing")
	f.StringVar(&o.raw, "raw", "", "write what was measured here, a line of JSON each; with --from it is not used")
	f.StringVar(&o.into, "into", "", "put the table into this page, between its marks")
	f.StringVar(&o.speech, "speech", recordings.Dir(), "folder of the recordings")
	f.StringVar(&o.lab, "lab", "bin/deputy-lab", "the build under test, made with make lab")
	f.StringVar(&o.cache, "cache", filepath.Join(cache, "deputy"), "where scripts/speed/peers put the peers")
	f.IntVar(&o.clips, "clips", 60, "how many clips; 0 is all")
	f.IntVar(&o.rounds, "rounds", 3, "how often each clip is heard")
	f.IntVar(&o.threads, "threads", min(runtime.NumCPU(), 4), "threads for everybody")
	f.DurationVar(&o.longest, "longest", 12*time.Second, "the longest clip")
	f.BoolVar(&o.all, "all", false, "all rows in every round, those that take long too")
	f.BoolVar(&o.list, "list", false, "print the chosen recordings, one a line, and measure nothing")
	return c
}

func (o options) run(ctx context.Context, out io.Writer) error {
	if o.from != "" {
		f, err := os.Open(o.from)
		if err != nil {
			return err
		}
		defer f.Close()
		r, err := readRaw(f)
		if err != nil {
			return err
		}
		return o.print(out, r)
	}
	only, err := regexp.Compile(o.only)
	if err != nil {
		return fmt.Errorf("--only: %w", err)
	}
	dir, err := os.MkdirTemp("", "deputy-speed-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	clips, err := chosen(o, dir)
	if err != nil {
		return err
	}
	if o.list {
		for _, c := range clips {
			fmt.Fprintln(out, c.from)
		}
		return nil
	}
	rows, err := o.rows(dir)
	if err != nil {
		return err
	}
	for i := len(rows) - 1; i > 0; i-- { // the first is Deputy as it comes
		if !only.MatchString(rows[i].name) {
			rows = append(rows[:i], rows[i+1:]...)
		}
	}
	raw := io.Discard
	if o.raw != "" {
		f, err := os.Create(o.raw)
		if err != nil {
			return err
		}
		defer f.Close()
		raw = f
	}
	m := &measurement{rows: rows, clips: clips, rounds: o.rounds, all: o.all, raw: raw}
	r, err := m.run(ctx)
	if err != nil {
		return err
	}
	r.Set, r.Threads = o.set, o.threads
	if err := r.writeHead(raw); err != nil {
		return err
	}
	return o.print(out, r)
}

// print writes the table, and puts it into the page if one is named.
func (o options) print(out io.Writer, r result) error {
	var b bytes.Buffer
	if err := r.table(&b); err != nil {
		return err
	}
	if _, err := out.Write(b.Bytes()); err != nil || o.into == "" {
		return err
	}
	page, err := os.ReadFile(o.into)
	if err != nil {
		return err
	}
	fresh, err := between(string(page), r.Set, b.String())
	if err != nil {
		return fmt.Errorf("%s: %w", o.into, err)
	}
	return os.WriteFile(o.into, []byte(fresh), 0o644)
}

// between puts text between the marks of a set: <!-- speed: peers --> and <!-- end -->.
func between(page, set, text string) (string, error) {
	begin, end := "<!-- speed: "+set+" -->\n", "<!-- end -->"
	head, rest, ok := strings.Cut(page, begin)
	if !ok {
		return "", fmt.Errorf("it has no line %q", strings.TrimSpace(begin))
	}
	_, tail, ok := strings.Cut(rest, end)
	if !ok {
		return "", fmt.Errorf("it has no %q after %q", end, strings.TrimSpace(begin))
	}
	return head + begin + text + end + tail, nil
}
