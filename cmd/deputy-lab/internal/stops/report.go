package stops

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"deputy/agent/consent"
	"deputy/agent/event"
	"deputy/cmd/internal/control"
)

// A stopRun is one word at one moment and what became of it.
type stopRun struct {
	Moment, Word, Source, File string
	Text                       string // what was written down
	Dropped                    string // why it was dropped as no speech; "" if it didn't
	Ignored                    string // why the desk did
	Refuses                    bool   // the text reads as a refusal
	Plain                      bool   // and as nothing else
	InTime                     bool   // it began before the grace was over
	Outcome                    string
	Ran                        bool // the irrevocable effect has begun
}

// stopOutcomes are what can become of a word: first those by which it was taken
// for a refusal, then those by which Deputy doubts, then nothing.
var stopOutcomes = []string{"refused", "put off", "stopped", "hushed", "note closed", "in the note", "asked again", "held", "nothing", "approved"}

// taken is how many of them mean that it was taken for what it was.
const taken = 6

// tell says what became of the word.
func (r *stopRoom) tell(run *stopRun) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range r.heard {
		run.Text = strings.TrimSpace(run.Text + " " + h.Transcript.Text)
		run.Dropped = h.Noise
		run.Refuses = run.Refuses || refuses(h.Transcript.Text, h.Transcript.Language)
		run.Plain = run.Plain || consent.Refuses(h.Transcript.Text)
	}
	for _, e := range slices.Concat(r.before, r.events) {
		if _, ok := e.Body.(event.Started); ok && run.Moment != momentNote {
			run.Ran = true
		}
	}
	run.Outcome = outcome(run.Moment, r.events, run.Ran)
	for _, e := range r.events {
		if h, ok := e.Body.(event.Heard); ok && h.Ignored != "" {
			run.Ignored = h.Ignored
		}
	}
}

// outcome is what the events say, the strongest first.
func outcome(moment string, events []event.Event, ran bool) string {
	grace := moment == momentEarly || moment == momentLate || moment == momentSpoken
	got := "nothing"
	if grace && !ran {
		got = "held"
	}
	set := func(s string) {
		if slices.Index(stopOutcomes, s) < slices.Index(stopOutcomes, got) {
			got = s
		}
	}
	for _, e := range events {
		switch b := e.Body.(type) {
		case event.Decided:
			if b.Approve {
				return "approved"
			}
			set("refused")
		case event.Retracted:
			set("stopped")
		case event.AskDeferred:
			set("put off")
		case event.Spoken:
			if moment == momentReport && !b.Whole {
				set("hushed")
			}
		case event.TaskClosed:
			if moment == momentNote {
				set("note closed")
			}
		case event.Dictated:
			set("in the note")
		case event.AskPresented, event.Notified:
			set("asked again")
		}
	}
	return got
}

// lost says that a refusal that was written down was not taken for one. Where
// nothing is decided it must be nothing else: over a report a no, a stop or a wait,
// in a note a stop.
func (r stopRun) lost() bool {
	switch {
	case r.Moment == momentReport && !r.Plain, r.Moment == momentNote && (!r.Plain || r.Word != "stop" && r.Word != "그만"):
		return false
	}
	return r.Refuses && slices.Index(stopOutcomes, r.Outcome) >= taken
}

// escaped says that the effect ran although the word had begun in time.
func (r stopRun) escaped() bool { return r.InTime && r.Ran && refusals[r.Word] != "" }

// A stopReport is every run, in order.
type stopReport []stopRun

// done are the runs that took place.
func (r stopReport) done() stopReport {
	return slices.DeleteFunc(r, func(run stopRun) bool { return run.Outcome == "" })
}

func (r stopReport) failed() bool {
	return slices.ContainsFunc(r, func(run stopRun) bool {
		return run.lost() || run.escaped() && run.Refuses || run.Outcome == "approved" && refusals[run.Word] != ""
	})
}

// print writes two Markdown tables: what became of the words at each moment, and
// what was written down of whose words.
func (r stopReport) print(w io.Writer) {
	fmt.Fprintf(w, "| moment | said | written as a refusal | of these lost | %s | ran though begun in time |\n", strings.Join(stopOutcomes, " | "))
	fmt.Fprintf(w, "|---|%s\n", strings.Repeat("---:|", len(stopOutcomes)+4))
	refusal := func(run stopRun) bool { return refusals[run.Word] != "" }
	for _, m := range stopMoments {
		r.row(w, m, func(run stopRun) bool { return run.Moment == m && refusal(run) })
	}
	r.row(w, "**all**", refusal)
	for _, m := range stopMoments {
		r.row(w, m+", other words", func(run stopRun) bool { return run.Moment == m && !refusal(run) })
	}
	fmt.Fprint(w, "\n| voices | word | said | written as a refusal | written, but no refusal | dropped as no speech | not heard |\n|---|---|---:|---:|---:|---:|---:|\n")
	for _, source := range r.sources() {
		for _, word := range r.words() {
			r.voices(w, source, word)
		}
	}
}

// spoken is the word, or that it is another.
func (r stopRun) spoken() string {
	if refusals[r.Word] == "" {
		return "(other words)"
	}
	return r.Word
}

// words are the words that were said, in order.
func (r stopReport) words() (out []string) {
	for _, run := range r {
		if !slices.Contains(out, run.spoken()) {
			out = append(out, run.spoken())
		}
	}
	return out
}

func (r stopReport) sources() (out []string) {
	for _, run := range r {
		if !slices.Contains(out, run.Source) {
			out = append(out, run.Source)
		}
	}
	return out
}

// row counts the runs that are of it.
func (r stopReport) row(w io.Writer, name string, of func(stopRun) bool) {
	said, written, lost, ran := 0, 0, 0, 0
	outcomes := map[string]int{}
	for _, run := range r {
		if !of(run) {
			continue
		}
		said++
		outcomes[run.Outcome]++
		if run.Refuses {
			written++
		}
		if run.lost() {
			lost++
		}
		if run.escaped() {
			ran++
		}
	}
	if said == 0 {
		return
	}
	var cells []string
	for _, o := range stopOutcomes {
		cells = append(cells, fmt.Sprint(outcomes[o]))
	}
	fmt.Fprintf(w, "| %s | %d | %d | %d | %s | %d |\n", name, said, written, lost, strings.Join(cells, " | "), ran)
}

// voices counts what was written down of one kind of voices, at one moment: at
// the others it is the same sound.
func (r stopReport) voices(w io.Writer, source, word string) {
	said, refusing, other, dropped, unheard := 0, 0, 0, 0, 0
	for _, run := range r {
		if run.Source != source || run.spoken() != word || run.Moment != r[0].Moment {
			continue
		}
		said++
		switch {
		case run.Refuses:
			refusing++
		case run.Dropped != "":
			dropped++
		case run.Text == "":
			unheard++
		default:
			other++
		}
	}
	if said > 0 {
		fmt.Fprintf(w, "| %s | %s | %d | %d | %d | %d | %d |\n", source, word, said, refusing, other, dropped, unheard)
	}
}

// write saves every run, tab-separated.
func (r stopReport) write(path string) error {
	var b strings.Builder
	b.WriteString("moment\tword\tvoices\tfile\toutcome\tlost\tran\tin_time\tdropped\tignored\ttext\n")
	for _, run := range r {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%v\t%v\t%v\t%s\t%s\t%s\n",
			run.Moment, run.Word, run.Source, run.File, run.Outcome, run.lost(), run.Ran, run.InTime, run.Dropped, run.Ignored, control.Printable(run.Text))
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("write what became of the words: %w", err)
	}
	return nil
}
