package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"deputy/agent/event"
	"deputy/agent/policy"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/terminal"
)

// expect checks what has happened, waiting for it if it may still come.
func (r *Rehearsal) expect(ctx context.Context, args []string) error {
	if args[0] == "no" {
		if err := r.Rest(ctx); err != nil {
			return err
		}
		if ok, why := r.holds(args[1:]); ok {
			return fmt.Errorf("it did happen: %s", why)
		}
		return nil
	}
	deadline := time.NewTimer(r.Patience)
	defer deadline.Stop()
	for {
		ok, why := r.holds(args)
		if ok {
			return nil
		}
		select {
		case e, open := <-r.Feed:
			if !open {
				return errors.New("the desk has ended")
			}
			r.note(e)
		case <-deadline.C:
			return errors.New(why)
		case <-ctx.Done():
			return ctx.Err()
		}
		if rest, err := control.AtRest(ctx, r.App.Desk); err != nil || rest && len(r.Feed) == 0 && r.Stage == nil {
			if ok, why := r.holds(args); !ok {
				return errors.Join(err, errors.New(why))
			}
		}
	}
}

// holds says whether an expectation is met by what has happened, or why not.
func (r *Rehearsal) holds(args []string) (bool, string) {
	switch args[0] {
	case "file":
		return r.fileHolds(args[1:])
	case "heard", "said":
		return r.textHolds(args)
	case "effects":
		want, _ := strconv.Atoi(args[1])
		n := 0
		for _, e := range r.all {
			if i, ok := e.Body.(event.Ended); ok && i.Err == "" && !i.Unknown && r.levelOf(i.Key) >= policy.External {
				n++
			}
		}
		return n == want, fmt.Sprintf("%d effects happened, not %d", n, want)
	}
	for _, e := range r.events {
		if matches(e.Body, args[0]) {
			return true, fmt.Sprintf("%s", args[0])
		}
	}
	return false, fmt.Sprintf("it did not happen; what did: %s", r.summary())
}

func matches(b event.Body, what string) bool {
	switch b := b.(type) {
	case event.AskDelivered:
		return what == "asked"
	case event.AskDeferred:
		return what == "pending"
	case event.Decided:
		return what == "approved" && b.Approve || what == "denied" && !b.Approve
	case event.EffectDelayed:
		return what == "held"
	case event.Retracted:
		return what == "stopped"
	case event.Spoken:
		return what == "hushed" && !b.Whole
	case event.TaskClosed:
		return what == string(b.Status)
	case event.Ignored:
		return what == "ignored"
	}
	return false
}

func (r *Rehearsal) levelOf(key string) policy.Level {
	for _, e := range r.all {
		if i, ok := e.Body.(event.Intended); ok && i.Key == key {
			return i.Level
		}
	}
	return policy.Unset
}

func (r *Rehearsal) textHolds(args []string) (bool, string) {
	if len(args) < 2 {
		return false, args[0] + " needs a text"
	}
	want := strings.ToLower(args[1])
	var got []string
	for _, e := range r.events {
		switch b := e.Body.(type) {
		case event.Heard:
			if args[0] == "heard" {
				got = append(got, b.Text)
			}
		case event.AskPresented:
			if args[0] == "said" {
				got = append(got, b.Text)
			}
		case event.Notified:
			if args[0] == "said" {
				got = append(got, b.Text)
			}
		case event.TaskClosed:
			if args[0] == "said" {
				got = append(got, b.Text)
			}
		}
	}
	for _, g := range got {
		if strings.Contains(strings.ToLower(g), want) {
			return true, g
		}
	}
	return false, fmt.Sprintf("%s %q", args[0], got)
}

func (r *Rehearsal) fileHolds(args []string) (bool, string) {
	if len(args) == 0 {
		return false, "file needs a name"
	}
	data, err := os.ReadFile(filepath.Join(r.Config.Agent.Workspace, filepath.FromSlash(args[0])))
	switch {
	case err != nil:
		return false, fmt.Sprintf("there is no file %s in the workspace", args[0])
	case len(args) == 3 && args[1] == "contains" && !strings.Contains(string(data), args[2]):
		return false, fmt.Sprintf("%s holds %q", args[0], terminal.ClipRunes(string(data), 200))
	}
	return true, args[0]
}
