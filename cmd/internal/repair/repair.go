// Package repair says what is wrong with a damaged journal and puts it right as the owner chooses. It chooses nothing by
// itself and deletes nothing; it knows the journal's file and what its events forget.
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
	Keep    uint64 // keep events 1 to Keep; 0: no choice
	Restore string // a backup; "": no choice
	Empty   bool   // begin an empty journal
	Yes     bool   // without asking
	JSON    bool   // tell the findings as JSON

	Config configs.Config
	Lang   string
	In     io.Reader
	Out    io.Writer
}

// ErrDamaged says that the journal is as damaged as before; everything has been told.
var ErrDamaged = errors.New("the journal is damaged")

// ErrNone says that there is no journal yet.
const ErrNone = phrases.Sentence("err.no_journal")

// say prints one of the command's own sentences.
func (r *Repair) say(key string, kv ...string) { fmt.Fprintln(r.Out, r.phrase(key, kv...)) }

func (r *Repair) phrase(key string, kv ...string) string {
	return terminal.Locale{Language: r.Lang}.Say("repair."+key, kv...)
}

func (r *Repair) fail(key string, kv ...string) error { return errors.New(r.phrase(key, kv...)) }

// choices counts what was chosen.
func (r *Repair) choices() (n int) {
	for _, chosen := range []bool{r.Keep > 0, r.Restore != "", r.Empty} {
		if chosen {
			n++
		}
	}
	return n
}

// Run tells what is wrong, or does what was chosen.
func (r *Repair) Run(ctx context.Context) (err error) {
	if r.choices() > 1 {
		return r.fail("one_choice")
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
	if len(f.Damage) == 0 {
		if f.Whole == 0 {
			return ErrNone
		}
		if r.JSON {
			return json.NewEncoder(r.Out).Encode(r.findings(f, nil))
		}
		r.say("nothing", "n", app.Number(f.Whole))
		return nil
	}
	if r.choices() == 0 {
		l, err := lossOf(f, f.Whole)
		if err != nil {
			return err
		}
		if r.JSON {
			err = json.NewEncoder(r.Out).Encode(r.findings(f, l))
		} else {
			r.explain(f, l)
		}
		return errors.Join(err, ErrDamaged)
	}
	return r.carryOut(ctx, f)
}

// carryOut does what was chosen, if the owner confirms it.
func (r *Repair) carryOut(ctx context.Context, f *sqlite.Findings) (err error) {
	from, n := f, journal.Seq(r.Keep)
	if r.Restore != "" {
		if from, err = sqlite.ExamineBackup(ctx, r.Restore, r.Config.Journal.Path, app.JournalOptions(r.Config, nil)); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, from.Close()) }()
		n = from.Whole
	}
	switch {
	case r.Keep > 0 && f.Whole == 0:
		return r.fail("none_whole")
	case n > from.Whole:
		return r.fail("too_many", "n", app.Number(f.Whole))
	case r.Restore != "" && n == 0:
		return r.fail("backup_empty", "file", r.Restore)
	}
	// What the journal still holds that the new one would not.
	l, err := lossOf(f, min(n, f.Whole))
	if err != nil {
		return err
	}
	if err := r.announce(ctx, f, from, n, l); err != nil {
		return err
	}
	if !r.confirmed() {
		r.say("unchanged")
		return ErrDamaged
	}
	told := event.Repaired{
		Kept: uint64(n), Why: r.why(f), From: r.Restore, Unsealed: !from.Sealed, Effects: l.forgotten(),
		Lost: uint64(max(f.Known, n) - n),
	}
	aside, err := f.Rebuild(ctx, from, n, func(aside string) journal.Event {
		told.Aside = aside
		return repairedEvent(told)
	})
	if err != nil {
		return err
	}
	r.say("did", "n", app.Number(n+1), "aside", aside)
	return nil
}

// why is what was found, in English: it goes into the journal.
func (r *Repair) why(f *sqlite.Findings) string {
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
