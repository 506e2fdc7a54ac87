//go:build !portaudio

package main

// sound says that PortAudio is linked in.
const sound = false
