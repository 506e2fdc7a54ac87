//go:build ignore

package main

import (
	"bufio"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// It writes lookalikes.txt from Unicode's confusables.txt, which is named on the
// command line: a line for each ASCII letter or digit (or two of them), and behind it
// whatever small characters look like it, marks aside.
func main() {
	in, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	like, version := map[string][]rune{}, ""
	for lines := bufio.NewScanner(in); lines.Scan(); {
		line := strings.TrimPrefix(lines.Text(), "\ufeff")
		if v, ok := strings.CutPrefix(line, "# Version: "); ok {
			version = v
		}
		fields := strings.Split(line, ";")
		if len(fields) < 3 || strings.HasPrefix(line, "#") {
			continue
		}
		from, to := []rune(read(fields[0])), strings.ToLower(bare(read(fields[1])))
		r := from[0]
		if r <= unicode.MaxASCII || !unicode.IsLetter(r) || unicode.ToLower(r) != r || norm.NFKD.String(string(r)) != string(r) || !plain(to) {
			continue // the Skeleton of ASCII, capitals and ornaments needs no table
		}
		like[to] = append(like[to], r)
	}
	fmt.Printf("# Made by generate.go from Unicode's confusables.txt, version %s.\n", version)
	for _, to := range slices.Sorted(maps.Keys(like)) {
		fmt.Printf("%s %s\n", to, string(like[to]))
	}
}

func read(field string) string {
	var b strings.Builder
	for _, hex := range strings.Fields(field) {
		n, err := strconv.ParseUint(hex, 16, 32)
		if err != nil {
			log.Fatal(err)
		}
		b.WriteRune(rune(n))
	}
	return b.String()
}

// bare is s without its marks.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsMark(r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

func plain(s string) bool {
	return s != "" && len(s) <= 2 && !strings.ContainsFunc(s, func(r rune) bool { return r > 'z' || !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
