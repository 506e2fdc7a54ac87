//go:build portaudio && linux

package portaudio

/*
#cgo pkg-config: alsa
#cgo LDFLAGS: -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <alsa/asoundlib.h>

static void ignore_alsa(const char *file, int line, const char *function, int err, const char *fmt, ...) {}
static void ignore_jack(const char *message) {}

typedef void (*set_handler)(void (*)(const char *));

static void hush(void) {
	snd_lib_error_set_handler(ignore_alsa);
	// PortAudio may or may not be linked with JACK.
	set_handler set;
	if ((set = (set_handler)dlsym(RTLD_DEFAULT, "jack_set_error_function"))) set(ignore_jack);
	if ((set = (set_handler)dlsym(RTLD_DEFAULT, "jack_set_info_function"))) set(ignore_jack);
}
*/
import "C"

// hush keeps ALSA and JACK from writing a page to stderr about every device that
// PortAudio tries and that isn't there. What goes wrong is also returned as an error.
func hush() { C.hush() }
