//go:build !race

package cmdtest

// Raced says that the race detector is in.
const Raced = false
