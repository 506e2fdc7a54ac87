//go:build !unix

package sqlite

import (
	"errors"
	"io"
)

// lock is missing here: without it two processes could write one chain.
func lock(string) (io.Closer, error) {
	return nil, errors.New("this system has no flock(2); Deputy runs on Linux, macOS and the BSDs")
}
