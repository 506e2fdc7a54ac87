package app

import (
	"os"
	"syscall"
)

// GiveWay makes the threads of whisper.cpp give up their core soon when they
// wait: by default GNU OpenMP spins, and two engines on two cores slow each other
// down twenty times. The library reads the variable when it is loaded, before
// main, so the program starts itself once more with it set.
func GiveWay() {
	const name = "GOMP_SPINCOUNT"
	if _, set := os.LookupEnv(name); set || !HasWhisper {
		return
	}
	self, err := os.Executable()
	if err != nil {
		return // it works without, only slower
	}
	// Exec returns only when it fails, which again means slower.
	_ = syscall.Exec(self, os.Args, append(os.Environ(), name+"=500"))
}
