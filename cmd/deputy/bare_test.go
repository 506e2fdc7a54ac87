//go:build !whisper && !portaudio

package main

import "testing"

// TestBareScripts plays what a user does with a program without C libraries.
func TestBareScripts(t *testing.T) { scripts(t, "testdata/bare") }
