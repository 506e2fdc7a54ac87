package listen

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"deputy/agent/event"
	"deputy/audio"
	"deputy/audio/wav"
)

// A Recorder writes what was said to Deputy to WAV files. What was said to others it
// lets go, like the journal: which of the two an utterance was, the desk says.
type Recorder struct {
	dir string
	log *slog.Logger
	// mu guards held: utterances come from the listener's goroutine, events from the desk's.
	mu    sync.Mutex
	held  []audio.Utterance // what the desk has not dealt with, in order
	meant chan audio.Utterance
}

// NewRecorder keeps in dir.
func NewRecorder(dir string, log *slog.Logger) *Recorder {
	return &Recorder{dir: dir, log: log, meant: make(chan audio.Utterance, 64)}
}

// Hold takes an utterance that the desk is about to be told.
func (r *Recorder) Hold(u audio.Utterance) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = append(r.held, u)
}

// Observe learns what the desk made of an utterance. Those before it will not be
// told any more.
func (r *Recorder) Observe(e event.Event) {
	if r == nil {
		return
	}
	var id int64
	heard := false
	switch b := e.Body.(type) {
	case event.Heard:
		id, heard = b.Utterance, !b.Typed
	case event.Ignored:
		id = b.Utterance
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.held) > 0 && r.held[0].ID <= id {
		u := r.held[0]
		if r.held = r.held[1:]; u.ID != id || !heard {
			continue
		}
		select {
		case r.meant <- u:
		default:
			r.log.Warn("an utterance could not be kept: the disk is too slow")
		}
	}
}

// Run writes until ctx ends.
func (r *Recorder) Run(ctx context.Context) error {
	for {
		select {
		case u := <-r.meant:
			if err := keepUtterance(r.dir, u); err != nil {
				r.log.Warn("an utterance could not be kept", "err", err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// keepUtterance names the file by the hash that the journal holds.
func keepUtterance(dir string, u audio.Utterance) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	w, err := wav.Create(filepath.Join(dir, digest(u.Samples)+".wav"), audio.Rate)
	if err != nil {
		return err
	}
	return errors.Join(w.Write(u.Samples), w.Close())
}
