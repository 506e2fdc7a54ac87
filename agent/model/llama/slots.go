package llama

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// keptCaches is how many saved prompt caches a directory holds at most.
const keptCaches = 3

// Warm makes the server know a prompt's beginning before the first order, which
// on two cores saves seconds. prefix is what identifies that beginning (the
// system message and the tools); fill makes the server read it, as
// openai.Model.Warm does. If the same model has read the same prefix before, its
// cache is taken from disk and fill is not called. After a restart of the server
// the cache is put back by itself. Only fill's failure is an error.
func (s *Server) Warm(ctx context.Context, prefix []byte, fill func(context.Context) error) error {
	name := s.cacheName(prefix)
	if s.o.CacheDir != "" {
		began := time.Now()
		if err := s.restore(ctx, name); err == nil {
			s.o.Logger.Info("prompt cache restored", "took", time.Since(began).Round(time.Millisecond))
			s.remember(name)
			return nil
		}
	}
	if err := fill(ctx); err != nil {
		return fmt.Errorf("warm the model up: %w", err)
	}
	if s.o.CacheDir == "" {
		return nil
	}
	if err := s.save(ctx, name); err != nil {
		s.o.Logger.Warn("prompt cache not saved", "err", err)
		return nil
	}
	s.remember(name)
	return nil
}

func (s *Server) remember(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.warmed = name
}

// rewarm gives a server that was started again the cache that it had.
func (s *Server) rewarm(ctx context.Context) {
	s.mu.Lock()
	name := s.warmed
	s.mu.Unlock()
	if name == "" {
		return
	}
	if err := s.restore(ctx, name); err != nil {
		s.o.Logger.Warn("prompt cache not restored", "err", err)
	}
}

// cacheName identifies what a saved cache depends on: the prefix, the weights,
// the program and the context's size.
func (s *Server) cacheName(prefix []byte) string {
	h := sha256.New()
	for _, path := range []string{s.o.Model, s.program} {
		if i, err := os.Stat(path); err == nil {
			fmt.Fprintf(h, "%s %d %d\n", filepath.Base(path), i.Size(), i.ModTime().UnixNano())
		}
	}
	fmt.Fprintf(h, "%d\n", s.o.Context)
	h.Write(prefix)
	return fmt.Sprintf("prompt-%x.bin", h.Sum(nil)[:12])
}

// restore loads a saved cache; a file that can't be loaded is removed.
func (s *Server) restore(ctx context.Context, name string) error {
	path := filepath.Join(s.o.CacheDir, name)
	if _, err := os.Stat(path); err != nil {
		return err
	}
	var got struct {
		Tokens int `json:"n_restored"`
	}
	err := s.call(ctx, http.MethodPost, "/slots/0?action=restore", map[string]string{"filename": name}, &got)
	if err == nil && got.Tokens == 0 {
		err = fmt.Errorf("restore %s: nothing was in it", name)
	}
	if err != nil && ctx.Err() == nil {
		_ = os.Remove(path) // made again by the next save
	}
	return err
}

// save writes the cache under its name only when it is whole.
func (s *Server) save(ctx context.Context, name string) error {
	var got struct {
		Tokens int `json:"n_saved"`
	}
	part := name + ".part"
	if err := s.call(ctx, http.MethodPost, "/slots/0?action=save", map[string]string{"filename": part}, &got); err != nil {
		return err
	}
	path := filepath.Join(s.o.CacheDir, name)
	if err := os.Rename(filepath.Join(s.o.CacheDir, part), path); err != nil {
		return err
	}
	_ = os.Chmod(path, 0o600) // the directory is closed to others anyway
	s.dropOld(name)
	return nil
}

func (s *Server) dropOld(keep string) {
	all, _ := filepath.Glob(filepath.Join(s.o.CacheDir, "prompt-*.bin*")) // the pattern is right
	newestFirst(all)
	all = slices.DeleteFunc(all, func(p string) bool { return filepath.Base(p) == keep })
	for _, p := range all[min(len(all), keptCaches-1):] {
		_ = os.Remove(p) // one cache too many is no harm
	}
}

// direct is the client for the server's own endpoints: this machine, no proxy.
var direct = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// call asks one of the server's own endpoints and reads its JSON into out.
func (s *Server) call(ctx context.Context, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, fmt.Sprintf("http://127.0.0.1:%d%s", s.port, path), &body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := direct.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("llama-server %s: status %d: %.200s", path, resp.StatusCode, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
