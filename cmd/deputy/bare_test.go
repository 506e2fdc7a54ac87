//go:build !whisper && !portaudio

package main

import "testing"

// TestBareScripts plays what a user does with a program without C libraries.
func TestBareScripts(t *testing.T) {
	t.Parallel()
	scripts(t, "testdata/bare")
}
