//go:build !linux && !darwin

package control

import (
	"errors"
	"os"
)

func flushInput(*os.File) error { return errors.ErrUnsupported }
