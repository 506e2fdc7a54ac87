//go:build whisper

package whisper

/*
#cgo CFLAGS: -fopenmp
int deputy_spin_less(void);
*/
import "C"

import (
	"os"
	"sync"
)

// spinLess keeps ggml's threads from burning the cores that they wait for; see
// spin_linux.c. Whoever has set OpenMP's own variables knows better.
var spinLess = sync.OnceFunc(func() {
	if os.Getenv("OMP_WAIT_POLICY") == "" && os.Getenv("GOMP_SPINCOUNT") == "" {
		C.deputy_spin_less() // without it everything still works
	}
})
