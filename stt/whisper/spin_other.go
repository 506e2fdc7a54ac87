//go:build whisper && !linux

package whisper

// spinLess is for libgomp.
func spinLess() {}
