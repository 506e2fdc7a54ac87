package journal

import (
	"errors"
	"fmt"
	"strings"
)

// A Damage is one way in which a journal is not what was written. The zero value
// is a damage that nobody could name.
type Damage string

const (
	Misplaced   Damage = "misplaced"    // event To stands where event Seq belongs
	Unchained   Damage = "unchained"    // event Seq does not follow the one before it
	Changed     Damage = "changed"      // what event Seq holds is not what was written
	Erased      Damage = "erased"       // the text of event Seq is gone, and no record says that it was erased by rule
	Unsealed    Damage = "unsealed"     // event Seq fits, but was not written with this journal's key
	Missing     Damage = "missing"      // event Seq is missing between two others
	CutOff      Damage = "cut_off"      // events Seq to To are missing at the end
	RolledBack  Damage = "rolled_back"  // the same, and the head file was put back as well
	Replaced    Damage = "replaced"     // event Seq, the last, is not the one that was written
	Forked      Damage = "forked"       // event Seq is not the one that this machine wrote: two copies went on apart
	Added       Damage = "added"        // event Seq stands after the end
	Unreadable  Damage = "unreadable"   // from event Seq on the file is damaged
	NoJournal   Damage = "no_journal"   // the file is damaged or is no journal
	BadLayout   Damage = "bad_layout"   // the file does not have the layout of a journal
	HeadGone    Damage = "head_gone"    // the head file is gone
	HeadDamaged Damage = "head_damaged" // the head file can't be read, or this journal's key did not sign it
	SealGone    Damage = "seal_gone"    // the seal file is gone
	SealDamaged Damage = "seal_damaged" // the seal file can't be read
)

// An Altered is a place at which a journal is not what was written; errors.Is it
// journal.ErrAltered. It is a value so that whoever shows it can choose the words.
type Altered struct {
	Damage Damage
	Seq    Seq    // the event, or the first of several; 0 where it concerns none
	To     Seq    // the last of several, or the event that stands in Seq's place
	Kind   string // of the event, if it is known
	File   string // the file that is gone or damaged, where it isn't the journal itself
	Err    error  // what the store says; nil if the chain alone says it
}

// texts say a damage in English, with the fields of Altered put in.
var texts = map[Damage]string{
	Misplaced:   "event {to} stands where event {seq} belongs",
	Unchained:   "event {seq} does not follow the one before it",
	Changed:     "the content of event {seq} ({kind}) is not what was written",
	Erased:      "the text of event {seq} ({kind}) is gone, and no sealed record says that it was old enough to be erased",
	Unsealed:    "event {seq} ({kind}) was not written with this journal's key",
	Missing:     "event {seq} is missing",
	CutOff:      "events {seq} to {to} are missing at the end",
	RolledBack:  "events {seq} to {to} are missing at the end: an older copy was put in its place",
	Replaced:    "event {seq} is not the one that was written",
	Forked:      "event {seq} is not the one that was written here: another copy of the journal was gone on with",
	Added:       "Deputy did not write event {seq}: it stands after the end",
	Unreadable:  "from event {seq} on the file is damaged",
	NoJournal:   "the file is damaged or is no journal",
	BadLayout:   "the file does not have the layout of a journal",
	HeadGone:    "its head file is gone, so that its end can't be checked",
	HeadDamaged: "its head file can't be read or was not written with this journal's key",
	SealGone:    "its seal file {file} is gone, so that nobody can tell who wrote it",
	SealDamaged: "its seal file {file} can't be read",
}

// Place says what is wrong and where, without saying of what.
func (a *Altered) Place() string {
	text, ok := texts[a.Damage]
	if !ok {
		return "it can't be said what is wrong with it"
	}
	return strings.NewReplacer("{seq}", fmt.Sprint(a.Seq), "{to}", fmt.Sprint(a.To), "{kind}", a.Kind, "{file}", a.File).Replace(text)
}

func (a *Altered) Error() string {
	s := ErrAltered.Error() + ": " + a.Place()
	if a.Err != nil {
		s += " (" + a.Err.Error() + ")"
	}
	return s
}

// Unwrap gives ErrAltered and the store's error.
func (a *Altered) Unwrap() []error {
	if a.Err == nil {
		return []error{ErrAltered}
	}
	return []error{ErrAltered, a.Err}
}

// AlteredIn finds the place in an error; nil if err tells of none.
func AlteredIn(err error) *Altered {
	var a *Altered
	errors.As(err, &a)
	return a
}
