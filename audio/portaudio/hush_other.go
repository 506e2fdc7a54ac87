//go:build portaudio && !linux

package portaudio

func hush() {}

// usable says whether PortAudio can be started: always, but with ALSA.
func usable() error { return nil }
