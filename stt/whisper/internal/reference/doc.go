// Package reference runs the Silero detector that is inside whisper.cpp over a
// whole recording: what the streaming one is compared with in tests. It is a
// package of its own because Go has no cgo in test files.
package reference
