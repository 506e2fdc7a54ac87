//go:build whisper

package whisper

/*
#include <stdlib.h>
#include "silero_whisper.h"
*/
import "C"

import (
	"errors"
	"sync"
	"unsafe"

	"deputy/audio"
)

// A Detector is the Silero voice detector, whose state is kept from frame to
// frame. Like every audio.Detector it is used by one goroutine, except Close.
type Detector struct {
	mu     sync.Mutex // Close may come from another goroutine and frees what Score uses
	native *C.struct_silero
	pad    padder
}

// NewDetector loads the Silero model (ggml). The error wraps stt.ErrNoModel when
// the file is missing, cut or altered.
func NewDetector(path string) (*Detector, error) {
	tensors, err := readSilero(path)
	if err != nil {
		return nil, err
	}
	// C may not keep pointers to Go memory, nor be given an array of them: the
	// tensors lie in C memory for as long as silero_new copies them.
	const n = 15
	pointers := (*[n]unsafe.Pointer)(C.malloc(n * C.size_t(unsafe.Sizeof(uintptr(0)))))
	defer C.free(unsafe.Pointer(pointers))
	var sizes [n]C.size_t
	for i, t := range tensors {
		pointers[i] = C.CBytes(t)
		defer C.free(pointers[i])
		sizes[i] = C.size_t(len(t))
	}
	s := C.silero_new(&pointers[0], &sizes[0])
	if s == nil {
		return nil, errors.New("start the voice detector: out of memory")
	}
	return &Detector{native: s}, nil
}

// Score implements audio.Detector. After Close everything is silence.
func (d *Detector) Score(frame []float32) float32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.native == nil || len(frame) != audio.ScoreSize {
		return 0
	}
	padded := d.pad.around(frame)
	return float32(C.silero_score(d.native, (*C.float)(&padded[0])))
}

// Reset forgets what was heard, for another source.
func (d *Detector) Reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.native != nil {
		C.silero_reset(d.native)
	}
	d.pad = padder{}
}

// Close frees the model. It may be called more than once.
func (d *Detector) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	C.silero_free(d.native)
	d.native = nil
	return nil
}

var _ audio.Detector = (*Detector)(nil)
