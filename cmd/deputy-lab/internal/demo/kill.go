package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"deputy/agent/model/llama"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/terminal"
	"deputy/configs"
)

// killTrials plays the demonstration n times and kills Deputy with SIGKILL at a
// random point of each. Whatever the point, the job must end as without: one
// mail, the file there, no accepted order lost, the journal whole. The model's
// server outlives the kills, so that each trial takes as long as the job and not
// as long as loading a model.
func killTrials(ctx context.Context, n int, language, program, dir string, out io.Writer) error {
	model, more, err := sharedModel(ctx)
	if err != nil {
		return err
	}
	defer model.Close()
	failed, span := 0, 25*time.Second
	for i := range n {
		at := rand.N(span)
		trial := filepath.Join(dir, fmt.Sprintf("%03d", i+1))
		if err := os.MkdirAll(trial, 0o700); err != nil {
			return err
		}
		log, err := os.Create(filepath.Join(trial, "demo.log"))
		if err != nil {
			return err
		}
		began := time.Now()
		err = killTrial(ctx, terminal.NewScreen(log, app.Words(), language, false), program, trial, more, at)
		took := time.Since(began)
		log.Close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// The next kills fall anywhere in as long as the job really takes.
		span = max(20*time.Second, (span*3+took)/4)
		verdict := "ok"
		if err != nil {
			failed++
			verdict = "FAIL: " + err.Error()
		}
		fmt.Fprintf(out, "%3d  killed after %5.1fs of %5.1fs  %s\n", i+1, at.Seconds(), took.Seconds(), verdict)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d trials failed", failed, n)
	}
	_, err = fmt.Fprintf(out, "%d trials, none failed\n", n)
	return err
}

// killTrial is one demonstration with one kill of a program.
func killTrial(ctx context.Context, scr *terminal.Screen, program, dir, more string, at time.Duration) error {
	timer := time.NewTimer(at)
	defer timer.Stop()
	d := &Demo{Screen: scr, Program: program, Dir: dir, kill: timer.C, More: more}
	if err := d.Open(ctx); err != nil {
		return errors.Join(err, d.Close())
	}
	err := errors.Join(d.play(ctx), d.Close())
	return errors.Join(err, d.conclude(ctx))
}

// sharedModel runs the local model for all trials, with the configuration that
// leads to it.
func sharedModel(ctx context.Context) (*llama.Server, string, error) {
	cfg, paths := configs.Default(), configs.UserPaths()
	program, err := llama.Find(cfg.LLM.Local.Server, paths.Cache)
	if err != nil {
		return nil, "", err
	}
	s, err := llama.Start(ctx, llama.Options{
		Program: program, Model: app.ModelFile(cfg.LLM.Local.Model), Context: cfg.LLM.Local.Context,
	})
	if err != nil {
		return nil, "", err
	}
	key := filepath.Join(os.TempDir(), fmt.Sprintf("deputy-trials-%d.key", os.Getpid()))
	if err := os.WriteFile(key, []byte(s.Key()+"\n"), 0o600); err != nil {
		return nil, "", errors.Join(err, s.Close())
	}
	return s, fmt.Sprintf("llm:\n  preset: llama-server\n  url: %q\n  key_file: %q\n", s.URL(), key), nil
}
