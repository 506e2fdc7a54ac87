package audio

import "slices"

// An input is all that an endpointer learns from one frame.
type input struct {
	now       int64    // position just after the frame
	windows   []window // those completed by the frame, oldest first
	held      bool     // the key is down
	handsFree bool     // speech counts without the key
	hint      Hint     // about the pending pause, if there is one
}

// An endpointer decides where utterances begin and end. It is a state machine
// without samples, clock or detector: the same inputs give the same marks.
// Positions and lengths are in samples.
type endpointer struct {
	minSilence, maxSilence, answerSilence int64
	pauseAfter, preRoll, onsetAfter       int64
	minSpeech, maxLength, tail            int64
	on, off                               float32

	id     int64 // of the utterance under way or the next one
	floor  int64 // nothing before this position may be used (again)
	pauses pacer
	noise  float64 // power of the quiet, 0 while unknown

	keyed    bool  // a key utterance is under way (with or without speech so far)
	down     bool  // the key was down at the last frame
	release  int64 // where the key was let go, -1 while it is down
	talking  bool
	hist     []window // since speechStart, while talking
	start    int64
	spStart  int64
	spEnd    int64
	run      int64 // length of the speech not yet believed: before the onset, or after a quiet
	runStart int64
	paused   int64 // the spEnd for which a Pause was made, -1 for none
	pauseEnd int64 // where that Pause was cut
	out      []mark
}

func newEndpointer(o Options) *endpointer {
	return &endpointer{
		minSilence: Count(o.MinSilence), maxSilence: Count(o.MaxSilence), answerSilence: Count(o.AnswerSilence),
		pauseAfter: Count(o.PauseAfter), preRoll: Count(o.PreRoll),
		onsetAfter: Count(o.OnsetAfter), minSpeech: Count(o.MinSpeech),
		maxLength: Count(o.MaxUtterance), tail: Count(o.ReleaseTail),
		on: o.Threshold, off: 0.7 * o.Threshold,
		id: 1, pauses: newPacer(), release: -1, paused: -1,
	}
}

// listening tells whether windows are wanted: not while nothing counts.
func (e *endpointer) listening(in input) bool { return in.handsFree || in.held || e.keyed }

// pending is the ID of the pause whose text may bring a hint, or 0.
func (e *endpointer) pending() int64 {
	if e.talking && e.paused == e.spEnd && !e.keyed {
		return e.id
	}
	return 0
}

// keep is the earliest position whose samples may still be asked for, seen from now.
func (e *endpointer) keep(now int64) int64 {
	if e.talking {
		return e.start
	}
	from := now
	if e.run > 0 {
		from = e.runStart
	}
	return max(e.floor, from-e.preRoll-ScoreSize)
}

// step takes one frame and returns what follows from it; the slice is good
// until the next step.
func (e *endpointer) step(in input) []mark {
	e.out = e.out[:0]
	if !e.listening(in) {
		if e.talking {
			e.nothing()
		}
		e.talking, e.run, e.floor, e.down = false, 0, in.now, false
		return e.out
	}
	for _, w := range in.windows {
		e.hear(w)
	}
	e.turnKey(in)
	switch {
	case e.keyed && e.release >= 0:
		if in.now >= e.release+e.tail {
			e.finish(in.now)
			e.keyed, e.release = false, -1
		}
	case e.talking:
		e.weigh(in)
	}
	if e.talking && in.now-e.start >= e.maxLength {
		e.cut(in.now)
	}
	return e.out
}

// turnKey acts on the key going down and up. A press is a boundary: what was
// said before it was not said under the key, so it can't share an utterance
// with what is.
func (e *endpointer) turnKey(in input) {
	pressed, released := in.held && !e.down, !in.held && e.down
	e.down = in.held
	switch {
	case pressed:
		e.finish(in.now)
		e.keyed, e.release, e.floor, e.run = true, -1, in.now, 0
		e.emit(mark{kind: markOnset, id: e.id, at: in.now})
	case released:
		e.release = in.now
		if e.talking && e.paused != e.spEnd {
			e.pause(in.now)
		}
	}
}

// hear takes one window: it finds the onset and keeps the end of the speech.
func (e *endpointer) hear(w window) {
	from := w.end - ScoreSize
	if e.talking {
		e.hist = append(e.hist, w)
		e.follow(w, from)
		return
	}
	if w.p < e.on && (e.run == 0 || w.p < e.off) {
		e.run = 0
		e.meter(w.power)
		return
	}
	if e.run == 0 {
		e.runStart = max(from, e.floor)
		e.hist = e.hist[:0]
	}
	e.hist = append(e.hist, w)
	e.run += ScoreSize
	if e.run < e.onsetAfter {
		return
	}
	e.talking, e.run, e.paused = true, 0, -1
	e.spStart, e.spEnd = e.runStart, w.end
	e.start = max(e.floor, e.spStart-e.preRoll)
	if !e.keyed {
		e.emit(mark{kind: markOnset, id: e.id, at: e.spStart})
	}
}

// follow moves the end of the speech. One window can bring speech back after a
// short gap; after a pause it takes an onset's worth, or a click in the quiet
// would throw away the transcription under way.
func (e *endpointer) follow(w window, from int64) {
	if w.p < e.off || (w.p < e.on && e.run == 0 && e.spEnd < from) {
		e.run = 0
		return
	}
	if e.run == 0 {
		e.runStart = from
	}
	e.run += ScoreSize
	quiet := e.runStart - e.spEnd
	if quiet >= e.pauseAfter && e.run < e.onsetAfter {
		return
	}
	if quiet > 0 && !e.keyed {
		e.pauses.observe(quiet)
	}
	e.spEnd, e.run = w.end, 0
}

// weigh looks at the quiet after the speech: pause, end, or neither yet.
func (e *endpointer) weigh(in input) {
	quiet := in.now - e.spEnd
	if quiet >= e.pauseAfter && e.paused != e.spEnd && e.run == 0 {
		e.pause(in.now)
	}
	if e.keyed || e.run > 0 {
		return
	}
	limit := e.pauses.limit(e.minSilence, e.maxSilence)
	switch in.hint {
	case HintFinished:
		limit = e.minSilence
	case HintUnfinished:
		limit = e.maxSilence
	case HintAnswered:
		limit = e.answerSilence
	}
	if quiet >= limit {
		e.finish(in.now)
	}
}

func (e *endpointer) pause(now int64) {
	if e.spoken() < e.minSpeech {
		return
	}
	if !e.keyed {
		e.pauses.resumed(e.spStart)
	}
	e.paused, e.pauseEnd = e.spEnd, now
	e.emit(e.stretch(markPause, now))
}

// finish ends the utterance under way, if there is one. Of a click, and of a hold
// in which nothing was said, it says that nothing came of it.
func (e *endpointer) finish(now int64) {
	if !e.talking {
		if e.keyed {
			e.floor, e.run = now, 0
			e.nothing()
		}
		return
	}
	end := now
	if !e.keyed {
		if e.paused == e.spEnd {
			end = e.pauseEnd // the same samples as the pause that was right
		} else {
			end = min(now, e.spEnd+e.pauseAfter)
		}
	}
	if e.spoken() >= e.minSpeech {
		e.emit(e.stretch(markUtterance, end))
		e.id++
		if !e.keyed {
			e.pauses.ended(e.spEnd)
		}
	} else {
		e.nothing()
	}
	e.talking, e.run, e.floor = false, 0, end
}

// nothing says that nothing came of the last onset. Its number is not given again.
func (e *endpointer) nothing() {
	e.emit(mark{kind: markNothing, id: e.id})
	e.id++
}

// flush ends what is under way because the source is at its end, and returns
// what the last step did too.
func (e *endpointer) flush(now int64) []mark {
	e.finish(now)
	e.keyed, e.down, e.release = false, false, -1
	return e.out
}

// cut ends an utterance that is too long, at the last quiet of its last 5 s if
// there is one, and goes on with the rest as the next.
func (e *endpointer) cut(now int64) {
	at := now
	for _, w := range slices.Backward(e.hist) {
		if now-w.end > 5*Rate {
			break
		}
		if w.p < e.off && w.end > e.start {
			at = w.end
			break
		}
	}
	m := e.stretch(markUtterance, at)
	m.speechEnd, m.cut = min(m.speechEnd, at), true
	e.emit(m)
	e.id++
	e.hist = slices.DeleteFunc(e.hist, func(w window) bool { return w.end <= at })
	e.start, e.spStart, e.floor, e.paused = at, at, at, -1
	e.spEnd = max(e.spEnd, at)
}

func (e *endpointer) emit(m mark) { e.out = append(e.out, m) }
