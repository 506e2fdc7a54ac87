// Package netguard says what a host or an address is: its canonical form, whether
// it is public, of this machine's network, listed, or written to look like another.
// It knows names and addresses; it must not know who wants to reach them.
package netguard
