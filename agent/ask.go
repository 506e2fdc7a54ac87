package agent

import (
	"strings"
	"time"

	"deputy/agent/consent"
	"deputy/agent/policy"
)

// askFor parks a task until the owner decides about one effect. Nothing waits:
// the ask is a line in the journal. again says that the effect may have happened.
func (x *step) askFor(t *Task, key string, again bool) {
	x.record(Asked{Task: t.ID, Ask: "a" + itoa(x.asks+1), Key: key, Again: again})
	x.poseNext()
}

// poseNext puts the oldest decision to the owner, if none is being put.
func (x *step) poseNext() {
	if x.posed() != nil {
		return
	}
	for _, a := range x.Asks {
		if !a.Parked {
			x.poseOrPark(a, "it was put twice and not decided")
			return
		}
	}
}

// poseOrPark puts an ask once more, or leaves it in the inbox after two times.
func (x *step) poseOrPark(a *Ask, why string) {
	if a.Posings < 2 {
		x.pose(a, a.Posings+1)
		return
	}
	x.record(Parked{Task: a.Task, Ask: a.ID, Why: why})
	x.lead(x.Tasks[a.Task].Language, "say.parked")
	x.poseNext()
}

// pose says an ask. The words come from the frozen arguments; the code word
// comes last, so that nothing Deputy says contains it before the rest was heard.
func (x *step) pose(a *Ask, times int) {
	f, lang := x.Effects[a.Key], x.Tasks[a.Task].Language
	text := []string{x.Phrases.Phrase(lang, "ask."+orElse(f.Phrase, "generic"), x.askValues(f))}
	if a.Again {
		text[0] = x.phrase(lang, "ask.unknown", "what", f.Summary)
	}
	text = append(text, x.careful(lang, f)...)
	code := ""
	switch f.Level {
	case policy.Look, policy.Draft, policy.Reach:
		text = append(text, x.phrase(lang, "ask.plain"))
	case policy.Seal:
		text = append(text, x.phrase(lang, "ask.seal", "ask", a.ID))
	default:
		code = x.codeWord(lang, a)
		text = append(text, x.phrase(lang, "ask.code", "code", code))
	}
	all := strings.Join(text, " ")
	line := x.say(lang, Spoke{Text: all, Ask: a.ID})
	x.record(Posing{Task: a.Task, Ask: a.ID, Line: line, Text: all, Code: code, Again: a.Again, Times: times})
}

// askValues is what a phrase is rendered with: the frozen values and the target.
func (x *step) askValues(f *Effect) map[string]string {
	v := map[string]string{"tool": f.Tool, "target": f.Target, "summary": f.Summary}
	for k, s := range f.Values {
		v[k] = s
	}
	return v
}

// codeWord picks a word that the last ask did not use. The nonce is fresh, so
// that no text written before can hold the right word but by luck.
func (x *step) codeWord(lang string, a *Ask) string {
	words := x.Phrases.CodeWords(lang)
	i := int((x.nonce + uint64(number(a.ID))) % uint64(len(words)))
	if words[i] == x.LastCode {
		i = (i + 1) % len(words)
	}
	return words[i]
}

// askSpoken notes that an ask was heard, or puts it again if it was cut off.
func (x *step) askSpoken(l Spoke, b Spoken) {
	a := x.ask(l.Ask)
	if a == nil || a.Line != l.Line {
		return
	}
	switch {
	case b.Whole:
		x.record(Posed{Task: a.Task, Ask: a.ID, At: b.Ended})
		x.intend(Wake{At: b.Ended.Add(orElse(x.Patience, 20*time.Second))})
	case b.Err != "":
		// There is no voice. The ask stands on the screen: typed answers count,
		// spoken ones don't, since it wasn't heard.
	default:
		x.poseOrPark(a, "it was cut off twice")
	}
}

// answer reads what was heard as an answer to the ask; false if it isn't one.
func (x *step) answer(a *Ask, h Heard) bool {
	f, lang := x.Effects[a.Key], x.Tasks[a.Task].Language
	v := consent.Read(consent.Question{
		Code:    a.Code,
		Strong:  f.Level <= policy.Reach,
		NoVoice: f.Level == policy.Seal,
		Said:    x.said(h.Began.Add(-keepSaid)),
	}, consent.Answer{
		Text: h.Text, Language: h.Language, Typed: h.Typed, Key: h.Key, Confidence: h.Confidence,
		Lowest: h.Lowest, NoSpeech: h.NoSpeech, Voiced: h.Voiced, SNR: h.SNR,
	})
	d := Decided{By: by(h), Why: v.Why, Rest: v.Rest, Answer: &h}
	if !a.Posed.IsZero() {
		d.After = h.Began.Sub(a.Posed)
	}
	switch v.Reading {
	case consent.Approve:
		if why := x.untimely(a, h); why != "" {
			x.lead(lang, why)
			x.poseOrPark(a, "the answer did not come in its time")
			return true
		}
		d.Approve = true
		x.decide(a, d)
	case consent.Deny:
		x.decide(a, d)
	case consent.Amend:
		d.Rest = h.Text
		x.decide(a, d)
	case consent.Later:
		x.record(Parked{Task: a.Task, Ask: a.ID, Why: "the owner put it off"})
		x.lead(lang, "say.later")
		x.poseNext()
	case consent.Explain:
		x.lead(lang, "ask.details", "summary", f.Summary, "detail", x.detail(f), "why", f.Why.In(lang))
		x.pose(a, a.Posings)
	case consent.Repeat:
		x.pose(a, a.Posings)
	case consent.Unrelated:
		// A word or three, right after a question, is an answer that was misheard
		// ("I prove occupus"), not another order.
		if len(strings.Fields(h.Text)) <= 3 {
			x.unclear(a, lang, v)
			return true
		}
		x.setAside(a)
		return false
	default:
		x.unclear(a, lang, v)
	}
	return true
}

// unclear tells what was wrong with an answer and puts the ask again, once.
func (x *step) unclear(a *Ask, lang string, v consent.Verdict) {
	switch {
	case v.NearMiss != "":
		x.lead(lang, "say.near_miss", "heard", v.NearMiss)
	case v.Weak:
		x.lead(lang, "say.weak")
	default:
		x.lead(lang, "say.unclear")
	}
	x.poseOrPark(a, "no clear answer")
}

// untimely says which phrase tells why an approval can't count now; "" if it can.
// A typed line answers what stood on the screen when it was sent.
func (x *step) untimely(a *Ask, h Heard) string {
	from := a.Posed
	switch {
	case h.Typed && from.IsZero():
		from = a.Begun
	case !h.Typed && !h.Key && !from.IsZero() && !x.FullDuplex:
		from = from.Add(orElse(x.Tail, 200*time.Millisecond)) // the room may still carry the ask
	}
	switch {
	case from.IsZero() || h.Began.Before(from):
		return "say.too_early"
	case x.at.Sub(from) > orElse(x.Expiry, 2*time.Minute):
		return "say.too_late"
	}
	return ""
}

// setAside takes an ask off the floor while the owner turns to something else.
// It comes back when that is done.
func (x *step) setAside(a *Ask) {
	x.record(SetAside{Task: a.Task, Ask: a.ID})
}

// detail is the long form of what is asked: every frozen value.
func (x *step) detail(f *Effect) string {
	if d := f.Values["detail"]; d != "" {
		return d
	}
	return f.Target
}

// answered takes a decision made by name on this machine.
func (x *step) answered(b Answered) {
	a := x.ask(b.Ask)
	if a == nil {
		return
	}
	x.record(b)
	if x.posed() == a {
		x.intend(Hush{})
	}
	x.decide(a, Decided{Approve: b.Approve, By: b.By, Why: "decided by name", Rest: b.Reason})
}

// decide closes an ask, once, and carries out what it decides.
func (x *step) decide(a *Ask, d Decided) {
	f, t := x.Effects[a.Key], x.Tasks[a.Task]
	d.Task, d.Ask, d.Key = a.Task, a.ID, a.Key
	x.record(d)
	switch {
	case d.Approve:
		x.start(f.Intended, "owner")
	case a.Again:
		x.record(Ended{Task: t.ID, Key: f.Key, Err: "it is not known whether it happened, and the owner does not want it again"})
		x.advance(t)
	case d.Rest != "":
		x.record(Refused{Task: t.ID, Call: f.Call, Text: "The owner did not approve this. Their words: " + d.Rest})
		x.advance(t)
	default:
		// A plain no ends the matter: a model that is told so tries again.
		x.record(Refused{Task: t.ID, Call: f.Call, Text: "The owner said no."})
		x.end(t, Cancelled, x.phrase(t.Language, "say.denied"))
		return
	}
	x.poseNext()
}

func by(h Heard) string {
	switch {
	case h.Typed:
		return "terminal"
	case h.Key:
		return "voice+key"
	}
	return "voice"
}
