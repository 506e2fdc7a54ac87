//go:build race

package cmdtest

// Raced says that the race detector is in: it makes work on samples ten times slower.
const Raced = true
