//go:build !whisper

package app

// HasWhisper says that whisper.cpp is linked in.
const HasWhisper = false
