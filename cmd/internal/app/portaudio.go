//go:build portaudio

package app

// HasPortAudio says that PortAudio is linked in.
const HasPortAudio = true
