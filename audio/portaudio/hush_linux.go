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

// has_devices says whether ALSA's configuration names any device.
static int has_devices(void) {
	snd_config_t *pcm;
	if (snd_config_update() < 0 || snd_config_search(snd_config, "pcm", &pcm) < 0) return 0;
	return snd_config_iterator_first(pcm) != snd_config_iterator_end(pcm);
}
*/
import "C"

import "errors"

// hush keeps ALSA and JACK from writing a page to stderr about every device that
// PortAudio tries and that isn't there. What goes wrong is also returned as an error.
func hush() { C.hush() }

// usable says whether PortAudio can be started: on a system whose ALSA has no
// configuration it would abort the whole process.
func usable() error {
	if C.has_devices() == 0 {
		return errors.New("ALSA has no configuration; install it (Debian, Ubuntu: apt-get install libasound2-data)")
	}
	return nil
}
