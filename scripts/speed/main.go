// Speed measures Deputy side by side with what a user would pick instead, and with itself without each of its levers: on
// the same clips, machine and threads, clip by clip in turn, so that what else the machine does hits all alike.
//
//	scripts/speed/peers                     makes the peers: a virtual environment, whisper.cpp's own programs
//	go run ./scripts/speed -set peers       prints the table of peers
//	go run ./scripts/speed -set levers      prints the table of levers
//	go run ./scripts/speed -set early       prints the table of the peer that can begin before its endpoint
//	go run ./scripts/speed -from RAW.jsonl  prints the table of an earlier run
//	go run ./scripts/speed -list            prints the recordings that are measured with, for deputy bench
//
// It knows programs by what goes in and comes out; of Deputy it knows `deputy bench --clips` and the scoring of scripts/wer.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	set, only, from, raw, into string
	speech, deputy, cache      string
	clips, rounds, threads     int
	longest                    time.Duration
	all, list                  bool
	tries                      []string
}

func main() {
	cache, _ := os.UserCacheDir() // its absence is noticed when a peer is looked for
	var o options
	flag.StringVar(&o.set, "set", "peers", "what to measure: peers, levers, early (the one peer that can begin before its endpoint) or none (but -try)")
	flag.Func("try", "one more row, Deputy changed: 'NAME: KEY=VALUE ...', an environment variable each; the key program names another build", func(s string) error {
		o.tries = append(o.tries, s)
		return nil
	})
	flag.StringVar(&o.only, "only", "", "a regular expression for the rows' names; Deputy itself is always measured")
	flag.StringVar(&o.from, "from", "", "print the table of this raw file and measure nothing")
	flag.StringVar(&o.raw, "raw", "", "write what was measured here, a line of JSON each; with -from it is not used")
	flag.StringVar(&o.into, "into", "", "put the table into this page, between its marks")
	flag.StringVar(&o.speech, "speech", speechDir(), "folder of the recordings")
	flag.StringVar(&o.deputy, "deputy", "bin/deputy", "the program under test, built with make build")
	flag.StringVar(&o.cache, "cache", filepath.Join(cache, "deputy"), "where scripts/speed/peers put the peers")
	flag.IntVar(&o.clips, "clips", 60, "how many clips; 0 is all")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each clip is heard")
	flag.IntVar(&o.threads, "threads", min(runtime.NumCPU(), 4), "threads for everybody")
	flag.DurationVar(&o.longest, "longest", 12*time.Second, "the longest clip")
	flag.BoolVar(&o.all, "all", false, "all rows in every round, those that take long too")
	flag.BoolVar(&o.list, "list", false, "print the chosen recordings, one a line, and measure nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := o.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

func speechDir() string {
	if dir := os.Getenv("DEPUTY_SPEECH"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "speech")
}

func (o options) run(ctx context.Context) error {
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
		return o.print(r)
	}
	only, err := regexp.Compile(o.only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
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
			fmt.Println(c.from)
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
	return o.print(r)
}

// print writes the table, and puts it into the page if one is named.
func (o options) print(r result) error {
	var b bytes.Buffer
	if err := r.table(&b); err != nil {
		return err
	}
	if _, err := os.Stdout.Write(b.Bytes()); err != nil || o.into == "" {
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
