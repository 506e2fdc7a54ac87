package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"deputy/agent/sandbox"
)

// TestMain lets the test binary be the program as well: scripts and tests run
// "deputy" as a user would, in a process of its own.
func TestMain(m *testing.M) {
	sandbox.Enter()
	testscript.Main(m, map[string]func(){
		"deputy":   func() { os.Exit(run(os.Args[1:])) },
		"maxrss":   func() { os.Exit(maxRSS(os.Args[1:])) },
		"peerdesk": func() { os.Exit(peerDesk()) },
		"peertalk": func() { os.Exit(peerTalk(os.Args[1], os.Args[2], os.Args[3])) },
	})
}

// TestScripts plays what a user does at the command line: testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	scripts(t, "testdata/script")
}
