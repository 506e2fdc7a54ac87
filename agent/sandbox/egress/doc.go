// Package egress is the one way out of a sandbox: a proxy that connects to the
// hosts it was opened for and to no other, refuses addresses that are not public,
// and counts what passes. It knows hosts and connections; it must not know
// commands, tools, nor who allowed a host.
package egress
