package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"syscall"

	"deputy/agent/tool"
	"deputy/agent/workspace/checkpoint"
)

// insideArg is the first argument of Deputy's program where it is a part of the
// sandbox.
const insideArg = "sandbox-part"

// selfProgram is the program that runs, also if its file was replaced meanwhile.
const selfProgram = "/proc/self/exe"

// What a part of the sandbox does.
const (
	doKeep    = "keep"    // run seal below it, and end what that leaves behind
	doSeal    = "seal"    // shut itself in with Landlock, and become the command
	doForward = "forward" // offer the gate to the command on 127.0.0.1
)

// A boxPart is what Deputy's program is told where it is one of the sandbox.
type part struct {
	Do       string    `json:"do"`
	Dir      string    `json:"dir,omitempty"` // the workspace
	Tmp      string    `json:"tmp,omitempty"` // the private folder for temporary files
	ReadOnly bool      `json:"read_only,omitempty"`
	Hidden   []string  `json:"hidden,omitempty"` // what of the workspace it must not read
	Author   [2]string `json:"author,omitzero"`  // who commits: name and address
	Gate     string    `json:"gate,omitempty"`   // the socket of the gate
	Command  []string  `json:"command"`
}

// args is the command line that starts p.
func (p part) args(program string) []string {
	return []string{program, insideArg, string(tool.Encode(p))}
}

// Enter must be the first thing that a program does whose process may run
// commands: a sandbox starts the same program again as a part of its sandbox.
// There it never returns; elsewhere it does nothing.
func Enter() {
	checkpoint.Enter()
	if len(os.Args) != 3 || os.Args[1] != insideArg {
		return
	}
	var p part
	if err := json.Unmarshal([]byte(os.Args[2]), &p); err != nil || len(p.Command) == 0 {
		fmt.Fprintln(os.Stderr, "deputy:", insideArg, "is for Deputy itself")
		os.Exit(2)
	}
	syscall.Exit(p.enter()) // not os.Exit, which waits a second where races are looked for
}
