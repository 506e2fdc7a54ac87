package main

import (
	"bufio"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the program as well: scripts and tests run
// "deputy" as a user would, in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"deputy": func() { os.Exit(run(os.Args[1:])) },
		"typing": func() { os.Exit(typing(os.Args[1])) },
	})
}

// typing prints a line and then keeps its output open until it is ended, as
// somebody does who sits at a keyboard.
func typing(line string) int {
	w := bufio.NewWriter(os.Stdout)
	w.WriteString(line + "\n")
	if err := w.Flush(); err != nil {
		return 1
	}
	select {}
}

// TestScripts plays what a user does at the command line: testdata/script.
func TestScripts(t *testing.T) { scripts(t, "testdata/script") }
