//go:build !linux

package tools

import (
	"context"
	"errors"
)

// start runs nothing: bubblewrap shuts processes in with Linux namespaces.
func (*sandbox) start(context.Context, string, bool) (*output, error) {
	return nil, errors.New("there is a sandbox for commands on Linux only")
}
