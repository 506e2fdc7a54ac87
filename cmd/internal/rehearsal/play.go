package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"deputy/cmd/internal/app"
	"deputy/configs"
)

// RehearseFile plays one scene in a directory of its own.
func RehearseFile(ctx context.Context, cfg configs.Config, file string, patience time.Duration, keep bool, out io.Writer) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the scene: %w", err)
	}
	sc, err := parseScene(filepath.Base(file), data)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "deputy-rehearsal-")
	if err != nil {
		return fmt.Errorf("make a place for the rehearsal: %w", err)
	}
	if keep {
		fmt.Fprintf(out, "     %s is in %s\n", sc.name, dir)
	} else {
		defer os.RemoveAll(dir)
	}
	r := &Rehearsal{scene: sc, dir: dir, from: filepath.Dir(file), Patience: patience}
	if err := r.prepare(cfg); err != nil {
		return err
	}
	return r.play(ctx)
}

// prepare lays the scene's files out and its configuration over the user's.
func (r *Rehearsal) prepare(cfg configs.Config) error {
	if r.scene.config != nil {
		path := filepath.Join(r.dir, "config.yaml")
		if err := os.WriteFile(path, r.scene.config, 0o600); err != nil {
			return fmt.Errorf("write the scene's configuration: %w", err)
		}
		own, err := configs.Load(path)
		if err != nil {
			return err
		}
		cfg = own
	}
	cfg = app.Within(cfg, r.dir)
	cfg.Audio.RecordDir = ""
	cfg.Agent.Policy = ""
	if r.scene.policy != nil {
		cfg.Agent.Policy = filepath.Join(r.dir, "policy.yaml")
		if err := os.WriteFile(cfg.Agent.Policy, r.scene.policy, 0o600); err != nil {
			return fmt.Errorf("write the scene's policy: %w", err)
		}
	}
	r.Config = cfg
	for _, f := range r.scene.files {
		path := filepath.Join(cfg.Agent.Workspace, filepath.FromSlash(f.Name))
		if rel, err := filepath.Rel(cfg.Agent.Workspace, path); err != nil || strings.HasPrefix(rel, "..") {
			return fmt.Errorf("the scene's file %q lies outside the workspace", f.Name)
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.Data, 0o644)); err != nil {
			return fmt.Errorf("write the scene's file: %w", err)
		}
	}
	return nil
}
