package llama

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// ErrNoProgram is a machine without llama-server.
var ErrNoProgram = errors.New("llama-server is not installed")

// ErrNoModel is a model file that isn't there or is no model.
var ErrNoModel = errors.New("the local model is missing")

// Find gives the llama-server to run: configured if it isn't "", else the one
// on PATH, else the newest that set-up built into cacheRoot (the directory that
// holds native/). The error wraps ErrNoProgram and says how to get one.
func Find(configured, cacheRoot string) (string, error) {
	const get = "build it with: make build (or: scripts/setup llama)"
	if configured != "" {
		path, err := exec.LookPath(configured)
		if err != nil {
			return "", fmt.Errorf("%w: %s can't be run; correct its path in the configuration, or %s", ErrNoProgram, configured, get)
		}
		return path, nil
	}
	if path, err := exec.LookPath("llama-server"); err == nil {
		return path, nil
	}
	if cacheRoot != "" {
		built, _ := filepath.Glob(filepath.Join(cacheRoot, "native", "llama-*", "bin", "llama-server")) // the pattern is right
		newestFirst(built)
		for _, path := range append([]string{filepath.Join(cacheRoot, "native", "bin", "llama-server")}, built...) {
			if path, err := exec.LookPath(path); err == nil {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("%w: %s", ErrNoProgram, get)
}

func newestFirst(paths []string) {
	age := func(p string) int64 {
		if i, err := os.Stat(p); err == nil {
			return -i.ModTime().UnixNano()
		}
		return 0
	}
	slices.SortStableFunc(paths, func(a, b string) int {
		if age(a) < age(b) {
			return -1
		}
		return 1
	})
}

// checkModel refuses what can't be a GGUF file before a process is started.
func checkModel(path string) error {
	const get = "fetch it with: deputy models pull"
	if path == "" {
		return fmt.Errorf("%w: no model file is named; %s", ErrNoModel, get)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: there is no file %s; %s", ErrNoModel, path, get)
	}
	if err != nil {
		return fmt.Errorf("%w: %v", ErrNoModel, err)
	}
	defer f.Close()
	var magic [4]byte
	if _, err := f.Read(magic[:]); err != nil || string(magic[:]) != "GGUF" {
		return fmt.Errorf("%w: %s is no GGUF file (cut or altered); check it with: deputy models verify, and %s", ErrNoModel, path, get)
	}
	return nil
}
