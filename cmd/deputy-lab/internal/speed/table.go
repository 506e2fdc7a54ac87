package speed

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"deputy/cmd/deputy-lab/internal/score"
)

// A summary is what a row of the table says. Delays are in seconds and only of clips that gave a text.
type summary struct {
	row                          string
	n, silent, again, looped     int
	endpoint, after, total, took []float64
	cpu, speech                  float64
	begun                        int
	resident                     int64
	english, korean              score.Score
}

func (s *summary) add(v visit) {
	s.n++
	s.cpu += v.CPU
	s.speech += v.Speech
	s.begun += v.Begun
	s.resident = max(s.resident, v.Resident)
	wrong := score.Compare(score.Units(v.Lang, v.Reference), score.Units(v.Lang, v.Text))
	if v.Lang == "ko" {
		s.korean.Add(wrong)
	} else {
		s.english.Add(wrong)
	}
	if v.Again {
		s.again++
	}
	if v.Looped {
		s.looped++
	}
	if v.Text == "" {
		s.silent++
		return
	}
	s.endpoint = append(s.endpoint, v.Endpoint)
	s.after = append(s.after, max(0, v.Total-v.Endpoint))
	s.total = append(s.total, v.Total)
	s.took = append(s.took, v.Took)
}

// summaries are the rows in their order.
func (r result) summaries() []*summary {
	var out []*summary
	byRow := map[string]*summary{}
	for _, name := range r.Rows {
		s := &summary{row: name}
		byRow[name] = s
		out = append(out, s)
	}
	for _, v := range r.visits {
		if s := byRow[v.Row]; s != nil {
			s.add(v)
		}
	}
	return out
}

// quantile is the least value that a share q of all is not above; NaN of none.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// median writes the median alone, spread the median and the 95th percentile.
func median(values []float64) string { return seconds(quantile(values, 0.5)) }

func spread(values []float64) string {
	return seconds(quantile(values, 0.5)) + " / " + seconds(quantile(values, 0.95))
}

func seconds(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.2f", v)
}

// times writes v as a multiple of the measure.
func times(v, measure float64) string {
	switch {
	case math.IsNaN(v) || math.IsNaN(measure):
		return "-"
	case measure < 0.01:
		return "-" // a multiple of nothing says nothing
	}
	return fmt.Sprintf("%.1f", v/measure)
}

func (s *summary) load() float64 {
	if s.speech == 0 {
		return math.NaN()
	}
	return s.cpu / s.speech
}

// table prints what was measured as Markdown: a sentence about the run, then a row a system.
func (r result) table(out io.Writer) error {
	langs := map[string]map[string]bool{}
	rounds := 0
	for _, v := range r.visits {
		if langs[v.Lang] == nil {
			langs[v.Lang] = map[string]bool{}
		}
		langs[v.Lang][v.Clip] = true
		rounds = max(rounds, v.Round+1)
	}
	fmt.Fprintf(out, "%d English and %d Korean clips, up to %d times each, %d threads, %s; other programs took %.0f %% of the cores meanwhile.",
		len(langs["en"]), len(langs["ko"]), rounds, r.Threads, r.Machine, 100*r.Others)
	if r.Unspoken > 0 {
		fmt.Fprintf(out, " In %d clips Deputy's detector found no speech: theirs ends where the clip does.", r.Unspoken)
	}
	fmt.Fprint(out, "\nDelays in seconds, median / 95th percentile.\n\n")
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| system\t| heard\t| endpoint\t| endpoint to text\t| end of speech to text\t| × Deputy\t| transcription\t| CPU s a second of speech\t| × Deputy\t| MB\t| wrong words (en)\t| wrong characters (ko)\t| no text\t| read again\t| looped\t|")
	fmt.Fprintln(w, "|---\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|")
	rows := r.summaries()
	for _, s := range rows {
		fmt.Fprintf(w, "| %s\t| %d\t| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t| %d\t| %s\t| %s\t| %d\t| %d\t| %d\t|\n",
			s.row, s.n, median(s.endpoint), spread(s.after), spread(s.total),
			times(quantile(s.total, 0.5), quantile(rows[0].total, 0.5)), spread(s.took),
			seconds(s.load()), times(s.load(), rows[0].load()), s.resident>>20,
			s.english.Rate(), s.korean.Rate(), s.silent, s.again, s.looped)
	}
	return w.Flush()
}
