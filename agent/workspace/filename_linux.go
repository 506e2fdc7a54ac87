package workspace

import (
	"os"
	"strconv"
)

// FileName is the name that an open file has now.
func FileName(f *os.File) (name string, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return "", err
	}
	cerr := raw.Control(func(fd uintptr) { name, err = os.Readlink("/proc/self/fd/" + strconv.Itoa(int(fd))) })
	if err == nil {
		err = cerr
	}
	return name, err
}
