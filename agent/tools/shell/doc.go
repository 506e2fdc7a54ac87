// Package shell is the tool that runs commands in a sandbox. It knows what a
// command wants beyond its sandbox and how its changes are taken back; it must not
// know who decides, how anyone is asked, any model, any sound, any wording.
//
//	tool         phrase   values                                                                       level
//	run_command  command  command, programs, a reason*, hosts*, unknown*, alike*, lasting*, warning*   Look to Restricted
//
// Values marked * are there only when they have something to say: hosts are those it
// may reach, unknown is "yes" if one of them is not listed, alike if one looks like
// another, lasting if its changes can't be undone. A reason is named for what decided
// the level and holds the part of the command that did: publishes is "git push origin".
package shell
