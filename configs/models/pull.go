package models

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Recipe turns what was fetched into a model file: src is a directory for a place with
// packages, the other model's file for a place with from. It must honour ctx.
type Recipe func(ctx context.Context, dst io.Writer, src string) error

// Puller brings models into a directory. The zero value with Dir set works for models
// that need no recipe. One Pull at a time holds the directory, across processes.
type Puller struct {
	Dir      string            // where the model files lie; made if missing
	Recipes  map[string]Recipe // by the name that places use
	Out      io.Writer         // progress and results; nil is silent
	Terminal bool              // Out is a terminal: draw a bar instead of lines
	Client   *http.Client      // nil: one that gives up quickly on an unreachable host
	Pip      []string          // the command that is pip; nil: the first found of the usual ones
}

// ErrDiskFull ends a Pull at once: no other place would help.
var ErrDiskFull = errors.New("the disk is full")

// errNoPlace marks a model that no place gave.
var errNoPlace = errors.New("no place gave the file")

// pull is the state of one Pull: what is known not to work is not tried again.
type pull struct {
	*Puller
	manifest Manifest
	ready    map[string]bool  // models this Pull has seen to already
	dead     map[string]error // hosts that can't be reached, with the reason
	pipDead  error            // pip can't be used or reaches nothing
}

// Pull makes sure that the chosen models (see Choose) lie in Dir, checked. What is
// there already costs no time; what was begun is continued. A model that can't be had
// does not stop the others; the error names, for each, every place that was tried and
// why it failed.
func (p *Puller) Pull(ctx context.Context, m Manifest, names ...string) error {
	chosen, err := m.Choose(names...)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.Dir, 0o755); err != nil {
		return fmt.Errorf("make the model directory: %w", err)
	}
	unlock, err := lockDir(ctx, p.Dir, p.say)
	if err != nil {
		return fmt.Errorf("lock the model directory: %w", err)
	}
	defer unlock()
	run := &pull{Puller: p, manifest: m, ready: map[string]bool{}, dead: map[string]error{}}
	var failed []error
	for _, model := range chosen {
		err := run.model(ctx, model)
		if ctx.Err() != nil {
			return fmt.Errorf("stopped while fetching %s; run it again to go on where it was: %w", model.Name, ctx.Err())
		}
		if errors.Is(err, ErrDiskFull) {
			return err
		}
		if err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// say prints a line.
func (p *Puller) say(format string, args ...any) {
	if p.Out != nil {
		fmt.Fprintf(p.Out, format+"\n", args...)
	}
}

// model makes sure of one model.
func (p *pull) model(ctx context.Context, m Model) error {
	if p.ready[m.Name] {
		return nil
	}
	switch state, _ := Check(ctx, p.Dir, m); state {
	case Ready:
		p.say("%s: %s is here", m.Name, m.File)
		p.ready[m.Name] = true
		return nil
	case Altered:
		p.say("%s: %s is not the file it should be; fetching it again", m.Name, m.File)
	}
	var tried []string
	for _, place := range m.Places {
		err := p.try(ctx, m, place)
		if err == nil {
			p.ready[m.Name] = true
			p.say("%s: ready, %s (%s)", m.Name, size(m.Bytes), place)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, syscall.ENOSPC) {
			err = fmt.Errorf("%w: %s needs %s in %s; make room and run it again, it goes on where it was",
				ErrDiskFull, m.File, size(m.Bytes), p.Dir)
		}
		if errors.Is(err, ErrDiskFull) {
			return err
		}
		p.say("%s: not from %s: %v", m.Name, place, err)
		tried = append(tried, fmt.Sprintf("  %s: %v", place, err))
	}
	return fmt.Errorf("fetch %s: %w\n%s\nCheck the network, or put %s (SHA-256 %s) into %s yourself",
		m.Name, errNoPlace, strings.Join(tried, "\n"), m.File, orUnpinned(m.SHA256), p.Dir)
}

func orUnpinned(sum string) string {
	if sum == "" {
		return "not pinned yet"
	}
	return sum
}

// errWrongFile says that something came, and it was not the model.
var errWrongFile = errors.New("what came is not the file")

// try gets the model from one place. If that place only went on with what an earlier
// run had left, and the whole came out wrong, the beginning may be to blame: it is
// tried once more from nothing.
func (p *pull) try(ctx context.Context, m Model, place Place) error {
	for {
		begun, err := os.Stat(p.part(m))
		resumed := err == nil && begun.Size() > 0
		sum, err := p.from(ctx, m, place)
		if err == nil {
			err = p.keep(ctx, m, sum)
		}
		if !resumed || !errors.Is(err, errWrongFile) {
			return err
		}
	}
}

// from leaves the model as a .part file and returns the checksum it must have.
func (p *pull) from(ctx context.Context, m Model, place Place) (sum string, err error) {
	if err := p.room(m, place); err != nil {
		return "", err
	}
	switch {
	case place.URL != "":
		return p.fromURL(ctx, m, place.URL)
	case place.From != "":
		return m.SHA256, p.fromModel(ctx, m, place)
	case place.Recipe == "":
		return m.SHA256, p.fromParts(ctx, m, place)
	default:
		return m.SHA256, p.fromPackages(ctx, m, place)
	}
}

// part is the file a model grows in. It always holds a prefix of the model, whichever
// place it came from, so that one place can go on where another broke off.
func (p *pull) part(m Model) string { return filepath.Join(p.Dir, m.File+".part") }

// keep checks the .part file against sum and gives it its name.
func (p *pull) keep(ctx context.Context, m Model, sum string) error {
	part := p.part(m)
	got, n, err := hashFile(ctx, part)
	if err != nil {
		return err
	}
	if n != m.Bytes || got != sum {
		// It can't be continued to anything good.
		os.Remove(part)
		return fmt.Errorf("%w: %d bytes with SHA-256 %s, not %d with %s", errWrongFile, n, got, m.Bytes, sum)
	}
	if err := os.Rename(part, filepath.Join(p.Dir, m.File)); err != nil {
		return err
	}
	return writeStamp(filepath.Join(p.Dir, m.File), got)
}

// fromModel makes the model from another one, which is fetched first if need be.
func (p *pull) fromModel(ctx context.Context, m Model, place Place) error {
	source, ok := p.manifest.Find(place.From)
	if !ok {
		return fmt.Errorf("no model is called %q", place.From)
	}
	if err := p.model(ctx, source); err != nil {
		if errors.Is(err, errNoPlace) {
			return fmt.Errorf("%s could not be had", source.Name)
		}
		return err
	}
	return p.cook(ctx, m, place.Recipe, filepath.Join(p.Dir, source.File))
}

// cook runs a recipe into the .part file, always from the start.
func (p *pull) cook(ctx context.Context, m Model, recipe, src string) error {
	r, ok := p.Recipes[recipe]
	if !ok {
		return fmt.Errorf("no recipe %q here", recipe)
	}
	f, err := os.Create(p.part(m))
	if err != nil {
		return err
	}
	defer f.Close()
	bar := p.meter(m.Name+": converting", m.Bytes, 0)
	defer bar.end()
	if err := r(ctx, io.MultiWriter(f, bar), src); err != nil {
		f.Close()
		os.Remove(f.Name())
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// room refuses a place before it starts when the disk can't take what it needs.
func (p *pull) room(m Model, place Place) error {
	need := m.Bytes + 32<<20
	if info, err := os.Stat(p.part(m)); err == nil && place.Recipe == "" {
		need -= min(info.Size(), m.Bytes)
	}
	if len(place.Packages) > 0 {
		var members, largest int64
		for _, pkg := range place.Packages {
			var n int64
			for _, t := range pkg.Take {
				n += t.Bytes
			}
			members += n
			largest = max(largest, n)
		}
		need += wheelsAtOnce * largest
		if place.Recipe != "" {
			need += members
		}
	}
	free, ok := freeBytes(p.Dir)
	if ok && free < need {
		return fmt.Errorf("%w: %s needs %s of free space in %s, which has %s; make room and run it again",
			ErrDiskFull, m.Name, size(need), p.Dir, size(free))
	}
	return nil
}

// size writes a number of bytes as people do, decimal as disks are sold.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.0f kB", float64(n)/1e3)
}
