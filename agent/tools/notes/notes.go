package notes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/tool/schema"
	"deputy/agent/workspace"
	"deputy/internal/textnorm"
	"deputy/internal/timeexpr"
)

// Options are the options of Notes; the zero value is usable.
type Options struct {
	// Clock gives the owner's wall clock, in the owner's time zone; nil is time.Now.
	Clock func() time.Time
	// Dir is the folder of the workspace for notes; "" is "notes".
	Dir string
}

// Tools are the tools that keep what the owner wants to remember: take_note
// appends to the file of the day, remind asks the desk to say something later.
func Tools(w *workspace.Workspace, o Options) []tool.Tool {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Dir == "" {
		o.Dir = "notes"
	}
	return []tool.Tool{takeNote{workspace.Changer{W: w}, o}, remind{o}}
}

type takeNote struct {
	workspace.Changer
	o Options
}

func (takeNote) Spec() tool.Spec {
	return tool.Spec{
		Name:        "take_note",
		Description: "Add a note to today's notes.",
		Params:      schema.Of[NoteArgs](),
	}
}

// NoteArgs have the time, which no model gives: planned again tomorrow, the
// note is still today's.
type NoteArgs struct {
	Text string `json:"text"`
	At   string `json:"at,omitempty" jsonschema:"-"` // RFC 3339, whole minutes: ours, for planning again
}

func (t takeNote) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[NoteArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	if err := tool.PlainText("text", args.Text); err != nil {
		return tool.Action{}, err
	}
	if args.Text = tidy(args.Text); args.Text == "" {
		return tool.Action{}, errors.New("the text of the note is missing")
	}
	at := t.o.Clock().Truncate(time.Minute)
	if args.At != "" {
		if at, err = time.Parse(time.RFC3339, args.At); err != nil {
			return tool.Action{}, fmt.Errorf("at is no time: %w", err)
		}
	}
	args.At = at.Format(time.RFC3339)
	rel, info, err := t.W.Resolve(t.o.Dir + "/" + at.Format("2006-01-02") + ".md")
	if err != nil {
		return tool.Action{}, err
	}
	if info != nil {
		if err := workspace.Regular(rel, info); err != nil {
			return tool.Action{}, err
		}
		if info.Size() > workspace.MaxKept {
			return tool.Action{}, fmt.Errorf("%s is too large to be added to: more than %s", rel, textnorm.Size(workspace.MaxKept))
		}
	}
	entry := "- " + at.Format("15:04") + " " + strings.ReplaceAll(args.Text, "\n", "\n  ") + "\n"
	return tool.Action{
		Tool: "take_note", Target: rel, Args: tool.Encode(args), Level: policy.Draft, Phrase: "note",
		Values:  map[string]string{"text": textnorm.Brief(args.Text, 120), "path": rel},
		Facts:   map[string]string{"path": "inside", "undo": "kept"},
		Summary: fmt.Sprintf("note in %s: %s", rel, textnorm.Brief(args.Text, 60)),
		Repeat:  tool.Checkable,
		Do: func(ctx context.Context, key string) (tool.Result, error) {
			ch, err := t.W.Apply(ctx, key, rel, policy.Draft, func(old []byte, exists bool) ([]byte, error) {
				return appended(old, exists, at, entry), nil
			})
			if err != nil {
				return tool.Result{}, fmt.Errorf("note in %s: %w", rel, err)
			}
			if ch.Before != "" {
				ch.Added = entry
			}
			return t.W.Done(ch, "noted in "+rel), nil
		},
	}, nil
}

func appended(old []byte, exists bool, at time.Time, entry string) []byte {
	text := string(old)
	switch {
	case !exists:
		text = "# " + at.Format("2006-01-02") + "\n\n"
	case text != "" && !strings.HasSuffix(text, "\n"):
		text += "\n"
	}
	return []byte(text + entry)
}

// tidy trims the lines of a dictated text and drops empty ones and what can't be seen.
func tidy(s string) string {
	var lines []string
	for l := range strings.Lines(strings.ReplaceAll(norm.NFC.String(s), "\r\n", "\n")) {
		if l = textnorm.Brief(l, tool.MaxArg); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}

type remind struct{ o Options }

func (remind) Spec() tool.Spec {
	return tool.Spec{
		Name:        "remind",
		Description: "Set a timer, an alarm or a reminder: the user is told something later.",
		Params:      schema.Of[RemindArgs](),
	}
}

type RemindArgs struct {
	Text string `json:"text" jsonschema:"what to say"`
	When string `json:"when" jsonschema:"as the user said it, such as \"in ten minutes\", \"tomorrow at nine\", \"10분 뒤\""`
}

const (
	// maxAhead is how far ahead a reminder may be.
	maxAhead = 5 * 366 * 24 * time.Hour
	// overdue is how long ago a frozen time may have passed: a reminder planned
	// again after an outage is said late, not lost.
	overdue = 7 * 24 * time.Hour
)

func (t remind) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[RemindArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	if err := tool.PlainText("text", args.Text); err != nil {
		return tool.Action{}, err
	}
	if args.Text = strings.ReplaceAll(tidy(args.Text), "\n", " "); args.Text == "" {
		return tool.Action{}, errors.New("the text of the reminder is missing: ask the user what to be reminded of")
	}
	if utf8.RuneCountInString(args.Text) > 500 {
		return tool.Action{}, errors.New("the text of the reminder is too long: at most 500 characters")
	}
	now := t.o.Clock()
	at, err := timeexpr.Parse(args.When, now)
	switch {
	case err != nil:
		return tool.Action{}, err
	case at.Before(now.Add(-overdue)), at.Before(now.Add(-time.Second)) && !isRFC3339(args.When):
		return tool.Action{}, fmt.Errorf("%s is over: ask the user for a time to come", at.Format("2006-01-02 15:04"))
	case at.After(now.Add(maxAhead)):
		return tool.Action{}, errors.New("that is more than five years ahead: ask the user for an earlier time")
	}
	args.When = at.Format(time.RFC3339)
	return tool.Action{
		Tool: "remind", Target: args.When, Args: tool.Encode(args), Level: policy.Draft, Phrase: "remind",
		Values: map[string]string{
			"text": textnorm.Brief(args.Text, 120), "when": at.Format("2006-01-02 15:04"),
			"day": at.Format("2006-01-02"), "clock": at.Format("15:04"),
		},
		Summary: fmt.Sprintf("remind at %s: %s", at.Format("2006-01-02 15:04"), textnorm.Brief(args.Text, 60)),
		Repeat:  tool.Idempotent,
		Do: func(context.Context, string) (tool.Result, error) {
			return tool.Result{
				Text:   "reminder set for " + at.Format("Monday 2006-01-02 15:04"),
				Remind: &tool.Reminder{At: at, Text: args.Text},
			}, nil
		},
	}, nil
}

func isRFC3339(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}
