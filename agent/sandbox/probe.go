package sandbox

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// A canary is a file and a service of this machine that no command may reach.
type canary struct {
	dir, file, port string
	listener        net.Listener
}

const probeContent = "not to be read"

func newProbe(scratch string) (*canary, error) {
	dir, err := os.MkdirTemp(scratch, "canary-")
	if err != nil {
		return nil, fmt.Errorf("try the sandbox: %w", err)
	}
	c := &canary{dir: dir, file: filepath.Join(dir, "canary")}
	if err := os.WriteFile(c.file, []byte(probeContent), 0o600); err != nil {
		c.Close()
		return nil, fmt.Errorf("try the sandbox: %w", err)
	}
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		c.Close()
		return nil, fmt.Errorf("try the sandbox: %w", err)
	}
	_, c.port, _ = net.SplitHostPort(c.listener.Addr().String())
	return c, nil
}

func (c *canary) untouched() error {
	data, err := os.ReadFile(c.file)
	if err == nil && string(data) != probeContent {
		err = errors.New("it does not shut a command in: a file outside was changed")
	}
	return err
}

func (c *canary) Close() {
	if c.listener != nil {
		c.listener.Close()
	}
	_ = os.RemoveAll(c.dir) // only this try knew of it
}
