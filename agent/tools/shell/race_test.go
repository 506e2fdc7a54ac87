//go:build race

package shell

// racing: what commands do is not seen by the race detector; make test tries all of it without.
const racing = true
