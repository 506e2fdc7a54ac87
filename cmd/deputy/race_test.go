//go:build race

package main

// raced says that the race detector is in: it makes work on samples ten times slower.
const raced = true
