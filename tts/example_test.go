package tts_test

import (
	"fmt"

	"deputy/tts"
)

// The first sentence is spoken while the rest is being written.
func ExampleSplitter() {
	s := &tts.Splitter{Whole: true}
	for _, piece := range []string{"It costs 3.", "50 dollars. Sh", "all I order it?"} {
		for _, sentence := range s.Push(piece) {
			fmt.Println(sentence)
		}
	}
	for _, sentence := range s.Flush() {
		fmt.Println(sentence)
	}
	// Output:
	// It costs 3.50 dollars.
	// Shall I order it?
}
