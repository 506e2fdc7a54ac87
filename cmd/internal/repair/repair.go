// Package repair says what is wrong with a damaged journal, keeps what is whole or starts anew, as the owner chooses. It
// chooses nothing by itself and deletes nothing.
package repair

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/terminal"
	"deputy/configs"
	"deputy/configs/phrases"
)

// A Repair is what to do about a damaged journal. Without a choice it only tells
// what is wrong and what could be done.
type Repair struct {
	Keep  bool // keep what is whole
	Empty bool // begin an empty journal
	Yes   bool // without asking

	Config   configs.Config
	Language string
	In       io.Reader
	Out      io.Writer
}

// ErrDamaged says that the journal is as damaged as before; everything has been told.
var ErrDamaged = errors.New("the journal is damaged")

// ErrNone says that there is no journal yet.
const ErrNone = phrases.Sentence("err.no_journal")

// say prints one of the command's own sentences.
func (r *Repair) say(key string, kv ...string) { fmt.Fprintln(r.Out, r.phrase(key, kv...)) }

func (r *Repair) phrase(key string, kv ...string) string {
	return terminal.Locale{Language: r.Language}.Say("repair."+key, kv...)
}

// Run tells what is wrong, or does what was chosen.
func (r *Repair) Run(ctx context.Context) (err error) {
	if r.Keep && r.Empty {
		return errors.New(r.phrase("one_choice"))
	}
	f, err := sqlite.Examine(ctx, r.Config.Journal.Path, app.JournalOptions(r.Config, nil))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrNone
	case errors.Is(err, journal.ErrInUse):
		return control.ErrAnother
	case err != nil:
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	switch {
	case len(f.Damage) == 0 && f.Whole == 0:
		return ErrNone
	case len(f.Damage) == 0:
		r.say("nothing", "n", fmt.Sprint(f.Whole))
		return nil
	case r.Keep && f.Whole == 0:
		return errors.New(r.phrase("none_whole"))
	}
	r.explain(f)
	if !r.Keep && !r.Empty {
		r.choices(f)
		return ErrDamaged
	}
	return r.carryOut(ctx, f)
}

// explain tells what is wrong and what is left.
func (r *Repair) explain(f *sqlite.Findings) {
	r.say("damaged", "path", r.Config.Journal.Path)
	for _, a := range f.Damage {
		fmt.Fprintf(r.Out, "  - %s\n", app.PlaceOf(r.Language, a))
	}
	key := "whole"
	switch {
	case f.Whole == 0:
		key = "none"
	case !f.Sealed:
		key = "unproven"
	}
	r.say(key, "n", fmt.Sprint(f.Whole), "at", f.Last.Local().Format("2006-01-02 15:04:05"))
	if f.Known > f.Whole {
		r.say("lost", "n", fmt.Sprint(f.Known-f.Whole))
	}
}

// choices tells what can be done.
func (r *Repair) choices(f *sqlite.Findings) {
	r.say("choose", "aside", r.Config.Journal.Path+".before-...")
	if f.Whole > 0 {
		fmt.Fprintf(r.Out, "  deputy log repair --keep\n      %s\n", r.phrase("keep", "n", fmt.Sprint(f.Whole)))
	}
	fmt.Fprintf(r.Out, "  deputy log repair --start-empty\n      %s\n", r.phrase("empty"))
	r.say("forget")
	r.say("unchanged")
}

// carryOut does what was chosen, if the owner confirms it.
func (r *Repair) carryOut(ctx context.Context, f *sqlite.Findings) error {
	n, key := f.Whole, "will_keep"
	if r.Empty {
		n, key = 0, "will_empty"
	}
	r.say(key, "n", fmt.Sprint(n))
	r.say("forget")
	if !r.confirmed() {
		r.say("unchanged")
		return ErrDamaged
	}
	told := event.Repaired{Kept: uint64(n), Lost: uint64(max(f.Known, n) - n), Why: found(f), Unsealed: !f.Sealed}
	aside, err := f.Rebuild(ctx, n, func(aside string) (journal.Event, error) {
		told.Aside = aside
		body, err := json.Marshal(told)
		return journal.Event{Time: time.Now(), Kind: told.Kind(), Body: body}, err
	})
	if err == nil {
		r.say("did", "n", fmt.Sprint(n+1), "aside", aside)
	}
	return err
}

// found is what is wrong, in English: it goes into the journal.
func found(f *sqlite.Findings) string {
	var places []string
	for _, a := range f.Damage {
		places = append(places, a.Place())
	}
	return strings.Join(places, "; ")
}

// confirmed asks for a typed yes, unless it was given with the command.
func (r *Repair) confirmed() bool {
	if r.Yes {
		return true
	}
	fmt.Fprint(r.Out, r.phrase("confirm"), " ")
	line, _ := bufio.NewReader(r.In).ReadString('\n')
	if line == "" {
		fmt.Fprintln(r.Out)
	}
	return slices.Contains([]string{"yes", "네", "예"}, strings.ToLower(strings.TrimSpace(line)))
}
