package app

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/sqlite"
	"deputy/cmd/internal/control"
	"deputy/configs"
	"deputy/configs/phrases"
)

// JournalOptions says where the seal of the journal lies. That of the journal in
// its usual place is kept in another folder, so that a state folder put back from
// a backup is noticed; any other journal has its seal beside it.
func JournalOptions(cfg configs.Config, log *slog.Logger) *sqlite.Options {
	o := &sqlite.Options{Log: log, Seal: cfg.Journal.Path + ".seal"}
	if cfg.Journal.Path == configs.Default().Journal.Path {
		o.Seal = filepath.Join(configs.UserPaths().Data, "journal.seal")
	}
	return o
}

// An altered is an error of the journal in the user's language.
type altered struct{ err error }

func (e altered) Error() string {
	return Words().Phrase(phrases.Locale(), "err.altered",
		map[string]string{"place": PlaceOf(phrases.Locale(), journal.AlteredIn(e.err))})
}

func (e altered) Unwrap() error { return e.err }

// InWords puts what is wrong with a journal into a sentence that says what to do.
func InWords(err error) error {
	switch {
	case errors.Is(err, sqlite.ErrHalfRepaired):
		return phrases.Sentence("err.half_repaired")
	case errors.Is(err, event.ErrNewer):
		return phrases.Sentence("err.newer_journal")
	case journal.AlteredIn(err) != nil:
		return altered{err}
	}
	return err
}

// PlaceOf says what is wrong and where.
func PlaceOf(language string, a *journal.Altered) string {
	return Words().Phrase(language, "altered."+string(a.Damage), map[string]string{
		"seq": fmt.Sprint(a.Seq), "to": fmt.Sprint(a.To), "kind": control.Printable(a.Kind), "seal": a.File,
	})
}
