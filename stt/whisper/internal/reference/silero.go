//go:build whisper

package reference

/*
#include <stdlib.h>
#include <whisper.h>
*/
import "C"

import (
	"errors"
	"slices"
	"unsafe"
)

// Silero scores samples (16 kHz mono) in windows of 512 with the model at path.
func Silero(path string, samples []float32) ([]float32, error) {
	params := C.whisper_vad_default_context_params()
	params.n_threads = 1
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	v := C.whisper_vad_init_from_file_with_params(name, params)
	if v == nil {
		return nil, errors.New("whisper.cpp can't load its voice detector")
	}
	defer C.whisper_vad_free(v)
	if len(samples) == 0 || !bool(C.whisper_vad_detect_speech(v, (*C.float)(&samples[0]), C.int(len(samples)))) {
		return nil, errors.New("whisper.cpp can't run its voice detector")
	}
	return slices.Clone(unsafe.Slice((*float32)(unsafe.Pointer(C.whisper_vad_probs(v))), int(C.whisper_vad_n_probs(v)))), nil
}
