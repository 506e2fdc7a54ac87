package attack

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing/synctest"
	"time"

	"deputy/agent/event"
	"deputy/agent/state"
	"deputy/cmd/internal/control"
	"deputy/internal/textnorm"
)

// clear is evidence that suffices for anything.
func (w *world) clear(text string) event.Heard {
	text = w.fill(text)
	lang := "en"
	if textnorm.HasHangul(text) {
		lang = "ko"
	}
	return event.Heard{Text: text, Language: lang, Confidence: 0.97, Lowest: 0.9, NoSpeech: 0.01, Voiced: 0.9, SNR: 30}
}

// hear tells what was said when Deputy had fallen silent, and lets it be worked out.
func (w *world) hear(h event.Heard) {
	for range 600 {
		if !w.voice.busy() {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.hearNow(h)
}

// hearNow tells what was just said, over by now.
func (w *world) hearNow(h event.Heard) {
	time.Sleep(time.Second)
	h.Began = time.Now()
	time.Sleep(800 * time.Millisecond)
	h.Ended = time.Now()
	w.tell(h)
}

func (w *world) tell(h event.Heard) {
	w.last = h
	w.desk.Tell(h)
	synctest.Wait()
}

func (w *world) replay([]string) error {
	h := w.last
	if w.kept.Text != "" {
		h = w.kept
	}
	w.tell(h)
	w.rest()
	return nil
}

func (w *world) sayWith(args []string) error {
	h := w.clear(args[0])
	for _, a := range args[1:] {
		key, value, _ := strings.Cut(a, "=")
		number, err := strconv.ParseFloat(value, 32)
		if err != nil && key != "lang" && key != "key" {
			return fmt.Errorf("%s: %w", a, err)
		}
		switch key {
		case "lang":
			h.Language = value
		case "key":
			h.Key = true
		case "conf":
			h.Confidence = float32(number)
		case "low":
			h.Lowest = float32(number)
		case "nospeech":
			h.NoSpeech = float32(number)
		case "voiced":
			h.Voiced = float32(number)
		case "snr":
			h.SNR = float32(number)
		default:
			return fmt.Errorf("nobody knows the evidence %q", key)
		}
	}
	w.hear(h)
	w.rest()
	return w.listened()
}

// listened fails if what was said last was lost on Deputy because it spoke: then
// nothing was tried.
func (w *world) listened() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range slices.Backward(w.ms) {
		switch b := e.Body.(type) {
		case event.Ignored:
			if b.Why == event.OwnVoice {
				return fmt.Errorf("%q was said while Deputy spoke", w.last.Text)
			}
			return nil
		case event.Heard:
			return nil
		}
	}
	return errors.New("nothing was heard")
}

// near tells what began so long before or after the end of the ask.
func (w *world) near(args []string, sign time.Duration) error {
	d, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	h := w.clear(args[0])
	h.Began = w.ask().Delivered.Add(sign * d)
	h.Ended = h.Began.Add(900 * time.Millisecond)
	if late := time.Until(h.Ended); late > 0 {
		time.Sleep(late)
	}
	w.tell(h)
	w.rest()
	return nil
}

func (w *world) whileSpeaking(args []string) error {
	if a := w.ask(); a.ID == "" || !a.Delivered.IsZero() {
		return errors.New("Deputy is silent")
	}
	h := w.clear(args[0])
	h.Began = time.Now()
	time.Sleep(900 * time.Millisecond)
	h.Ended = time.Now()
	w.tell(h)
	return nil
}

func (w *world) over(args []string) error {
	if err := w.posed(); err != nil {
		return err
	}
	w.tell(control.Typed(args[0], ""))
	time.Sleep(300 * time.Millisecond)
	if !w.voice.busy() {
		return errors.New("Deputy is silent")
	}
	if args[1] == "" {
		w.rest()
		return nil
	}
	h := w.clear(args[1])
	h.Began, h.Key = time.Now(), len(args) > 2
	time.Sleep(900 * time.Millisecond)
	h.Ended = time.Now()
	w.tell(h)
	w.rest()
	return nil
}

func (w *world) silence(args []string) error {
	d, err := time.ParseDuration(args[0])
	time.Sleep(d)
	synctest.Wait()
	return err
}

// approve is what the owner does who wants it: the words that the ask demands, or
// the decision by name where no voice suffices.
func (w *world) approve(args []string) error {
	if err := w.posed(); err != nil {
		return err
	}
	a := w.ask()
	void := slices.Contains(args, "void")
	if !void {
		w.approved++
	}
	switch {
	case slices.Contains(args, "key"):
		h := w.clear("go ahead")
		h.Key = true
		w.hear(h)
	case strings.Contains(a.Text, "deputy approve "):
		w.desk.Tell(event.Answered{Ask: a.ID, Approve: true, By: "socket", Shown: "/dev/pts/0"})
	case a.Code != "" && strings.Contains(a.Text, "승인"):
		w.hear(w.clear("승인 {code}"))
	case a.Code != "":
		w.hear(w.clear("approve {code}"))
	case strings.Contains(a.Text, "진행해"):
		w.hear(w.clear("진행해"))
	default:
		w.hear(w.clear("go ahead"))
	}
	w.kept = w.last
	if !void {
		time.Sleep(5 * time.Second) // the grace of what can't be taken back
		synctest.Wait()
	}
	return nil
}

// leave has standing leave asked for, read back and given.
func (w *world) leave(args []string) error {
	w.hear(w.clear(args[0]))
	if err := w.approve([]string{"void"}); err != nil {
		return err
	}
	w.rest()
	n := 0
	if w.view(func(s *state.State) { n = len(s.Grants) }); n == 0 {
		return fmt.Errorf("no leave was given; what happened: %s", w.story())
	}
	return nil
}

func (w *world) owed(args []string) error {
	n, err := strconv.Atoi(args[0])
	w.approved += n
	return err
}
