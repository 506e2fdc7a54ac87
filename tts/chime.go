package tts

import (
	"context"
	"io"
	"math"
)

const (
	chimeRate = 24000
	// chimeLevel is its peak: far below a voice's, since it says only that the
	// order was heard.
	chimeLevel = 0.12
)

// chimeNotes are a fifth upwards, in hertz. Pure tones: nothing that looks for a
// voice takes them for one, and no recogniser writes words for them.
var chimeNotes = []float64{587.33, 880}

// chimeSound is both notes, 0.17 s together, each rising and fading softly.
func chimeSound() []float32 {
	const note, step = chimeRate * 110 / 1000, chimeRate * 60 / 1000
	out := make([]float32, step*(len(chimeNotes)-1)+note)
	for k, hz := range chimeNotes {
		for i := range note {
			at := float64(i) / note
			swell := math.Sin(math.Pi*math.Sqrt(at)) * math.Sin(math.Pi*math.Sqrt(at))
			out[k*step+i] += float32(chimeLevel / 1.3 * swell * math.Sin(2*math.Pi*hz*float64(i)/chimeRate))
		}
	}
	return out
}

// Chime sounds a short acknowledgement, two soft tones, unless a line is with the
// voice. It delays none: a line that comes cuts it short as soon as it can be
// heard itself. It is no line: of what became of it only Options.Chimed is told.
func (v *Voice) Chime(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stopped {
		return ErrStopped
	}
	if v.now == nil && len(v.queue) == 0 {
		v.chime = true
		v.nudge()
	}
	return nil
}

// newChime is the chime as a task that needs no engine.
func newChime() *task {
	k := newSynthesis(0, func() {})
	k.write(chimeSound(), chimeRate)
	k.finish(io.EOF)
	return &task{
		chime: true, hushed: make(chan struct{}), quiet: make(chan struct{}),
		ready: true, parts: []*part{{sound: k}},
	}
}

// report tells what became of a task.
func (v *Voice) report(t *task, s Spoken, told func(Spoken)) {
	switch {
	case !t.chime:
		v.tell(s, told)
	case s.Err != nil:
		v.o.Logger.Debug("the chime did not sound", "err", s.Err)
	case v.o.Chimed != nil && !s.Began.IsZero():
		v.o.Chimed(s.Began, s.Ended)
	}
}

// overtaken is closed when the line that was prepared while a chime sounds can
// be heard; nil for a task that waits its turn.
func (t *task) overtaken(next *synthesis) <-chan struct{} {
	if !t.chime || next == nil {
		return nil
	}
	return next.ready
}
