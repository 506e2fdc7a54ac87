// Testcount runs `go test -json` commands and says in one line how many tests passed, failed and were skipped.
//
//	testcount [-strict WORD,...] TALLY go test -json ...   runs the command, prints its packages, appends the counts to TALLY
//	testcount TALLY                                        prints `N passed, N failed, N skipped` over all runs
//
// It knows the events of test2json and nothing of Deputy. A test with subtests counts through them only. What a failing
// test or build wrote is shown whole. With -strict a skipped test is a failed one, unless its message holds one of the words.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	strict := flag.String("strict", "", "count a skipped test as failed unless its message holds one of these words, comma-separated; \"-\" excuses none")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "testcount: name the tally file, and a go test -json command to run")
		os.Exit(2)
	}
	var err error
	if flag.NArg() > 1 {
		err = record(flag.Arg(0), flag.Args()[1:], *strict)
	} else {
		err = total(flag.Arg(0))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testcount:", err)
		os.Exit(1)
	}
}

// record runs one command and appends its counts to the tally file.
func record(tally string, command []string, strict string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the tests: %w", err)
	}
	r := newRun(os.Stdout, excuses(strict))
	if err := read(out, r); err != nil {
		return fmt.Errorf("read the test events: %w", err)
	}
	waited := cmd.Wait()
	c := r.close()
	if waited != nil && c.Failed == 0 {
		fmt.Printf("FAIL %s: %v\n", strings.Join(command, " "), waited)
		c.Failed = 1
	}
	f, err := os.OpenFile(tally, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	fmt.Fprintf(f, "%d %d %d\n", c.Passed, c.Failed, c.Skipped)
	return f.Close()
}

// excuses gives the words that excuse a skip: nil where every skip is fine.
func excuses(strict string) []string {
	if strict == "" {
		return nil
	}
	return strings.Split(strict, ",")
}

// read feeds the events to r; a line that is no event is passed on as it is.
func read(in io.Reader, r *run) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		var e event
		if strings.HasPrefix(line, "{") && json.Unmarshal([]byte(line), &e) == nil {
			r.add(e)
		} else {
			fmt.Fprint(r.out, line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// total adds up the tally, prints the closing line and fails where a test failed or none ran.
func total(tally string) error {
	f, err := os.Open(tally)
	if err != nil {
		return fmt.Errorf("read the tally: %w", err)
	}
	defer f.Close()
	var sum counts
	for {
		var c counts
		if _, err := fmt.Fscan(f, &c.Passed, &c.Failed, &c.Skipped); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("read the tally: %w", err)
		}
		sum.Passed, sum.Failed, sum.Skipped = sum.Passed+c.Passed, sum.Failed+c.Failed, sum.Skipped+c.Skipped
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", sum.Passed, sum.Failed, sum.Skipped)
	if sum.Failed > 0 {
		return fmt.Errorf("%d failed", sum.Failed)
	}
	if sum.Passed == 0 {
		return errors.New("no test ran")
	}
	return nil
}
