// Package ground says what an order speaks of without naming it: so far the order
// before. It puts an order into the words that a model is given. It looks at what is
// known and must not know any model, nor what follows.
package ground

import (
	"regexp"
	"strings"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/readback"
	"deputy/agent/state"
)

// An Order is an order as the model is given it.
type Order struct {
	Before  *model.Message // goes before it; nil if nothing does
	Private bool           // something private is in it
	Prompt  string
}

// Messages is the conversation that the order begins.
func (o Order) Messages() []model.Message {
	prompt := model.Message{Role: model.User, Text: o.Prompt}
	if o.Before != nil {
		return []model.Message{*o.Before, prompt}
	}
	return []model.Message{prompt}
}

// Read puts what the model must know before the order and not after it, so that it can
// be read while the order is being spoken. What was finished longer ago than lately is
// not spoken of.
func Read(s *state.State, at time.Time, lately time.Duration, order string) (o Order) {
	now := "now: " + at.Local().Format("Monday 2006-01-02 15:04")
	if t := before(s, at, lately, order); t != nil {
		o.Private = t.Private
		if t.Stranger {
			// What strangers had a part in stands by itself, and as theirs.
			o.Before = &model.Message{Role: model.User, Text: result(t), Untrusted: true, Source: t.Source}
		} else {
			now += "; " + result(t)
		}
	}
	o.Prompt = "(" + now + ")\n\n" + order
	return o
}

// backwards are the words of an order that speaks of something before it.
var backwards = regexp.MustCompile(`(?i)\b(?:it|that|this|those|these|them|him|her|same|again|above|instead|summary|result|answer|page|which)\b|그거|그것|그걸|그게|그 |이거|이것|이걸|이 |저거|방금|아까|다시|같은|거기|결과|요약|위에|위의`)

// before is the task that the owner may speak of without naming it; nil if there is
// none. One that strangers had a part in is that only for an order that does speak of
// something: all that comes of it is doubted then.
func before(s *state.State, at time.Time, lately time.Duration, order string) *state.Task {
	return s.YoungestSince(at, lately, func(t *state.Task) bool {
		return t.Status == event.Done && (!t.Stranger || backwards.MatchString(order))
	})
}

// result is what the next order's model must know of the task.
func result(t *state.Task) string {
	s := "the order before: " + readback.Clip(t.Order, 120)
	if t.Report != "" {
		s += "; its result: " + readback.Clip(t.Report, 200)
	}
	if len(t.Files) > 0 {
		s += "; its file: " + strings.Join(t.Files, ", ")
	}
	return s
}
