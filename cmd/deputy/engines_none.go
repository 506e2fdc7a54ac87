//go:build !whisper

package main

// engines says that whisper.cpp is linked in.
const engines = false
