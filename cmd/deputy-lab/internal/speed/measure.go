package speed

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// A measurement lets every system hear every clip, clip by clip in turn.
type measurement struct {
	rows    []row
	clips   []clip
	rounds  int
	all     bool
	raw     io.Writer
	players []player
}

// A visit is what one system made of one clip, once.
type visit struct {
	Row, Clip, Lang, Reference string
	Round                      int
	answer
	CPU      float64 // seconds of all its processes
	Speech   float64 // seconds of speech in the clip
	Resident int64   // bytes, afterwards
}

// A result is all that was measured, and where.
type result struct {
	Set, Machine    string
	Threads         int
	Others          float64 // share of all cores that other programs took
	Minutes         float64
	Rows            []string
	visits          []visit
	Clips, Unspoken int // clips; clips in which Deputy's detector found no speech
}

// patience is how long one answer may take.
const patience = 3 * time.Minute

func (m *measurement) run(ctx context.Context) (result, error) {
	r := result{Machine: machine(), Clips: len(m.clips)}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, w := range m.rows {
		p, err := w.open(ctx)
		if err != nil {
			return r, fmt.Errorf("%s: %w", w.name, err)
		}
		defer p.close()
		m.players = append(m.players, p)
		r.Rows = append(r.Rows, w.name)
		// What is loaded at first use is no delay of a program that runs all day.
		if _, err := m.turn(ctx, len(m.players)-1, m.clips[0], 0); err != nil {
			return r, err
		}
	}
	if err := m.rule(ctx, &r); err != nil {
		return r, err
	}
	busy, own, began := machineBusy(), ownTime(), time.Now()
	lines := json.NewEncoder(m.raw)
	for round := range m.rounds {
		for i := range m.clips {
			for j := range m.rows {
				k := (i + j + round) % len(m.rows) // who is first changes
				if m.rows[k].once && round > 0 && !m.all {
					continue
				}
				v, err := m.turn(ctx, k, m.clips[i], round)
				if err != nil {
					return r, err
				}
				r.visits = append(r.visits, v)
				if err := lines.Encode(v); err != nil {
					return r, err
				}
			}
			fmt.Fprintf(os.Stderr, "\rround %d of %d, clip %d of %d, %v ", round+1, m.rounds, i+1, len(m.clips), time.Since(began).Round(time.Second))
		}
	}
	fmt.Fprintln(os.Stderr)
	ours := ownTime() - own
	for _, v := range r.visits {
		ours += time.Duration(v.CPU * float64(time.Second))
	}
	span := time.Since(began)
	r.Minutes = span.Minutes()
	r.Others = float64(machineBusy()-busy-ours) / float64(span) / float64(runtime.NumCPU())
	return r, nil
}

// rule finds where the speech of each clip ends: where Deputy's detector says so.
func (m *measurement) rule(ctx context.Context, r *result) error {
	for i := range m.clips {
		c := &m.clips[i]
		v, err := m.turn(ctx, 0, *c, 0)
		if err != nil {
			return err
		}
		c.end, c.speech = v.end, v.speech
		if c.speech == 0 {
			r.Unspoken++
			c.end, c.speech = c.length, c.length
		}
	}
	return nil
}

// turn is one visit: the system runs, and all others are stopped.
func (m *measurement) turn(ctx context.Context, k int, c clip, round int) (visit, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := m.players[k]
	before, _ := p.usage()
	p.resume()
	a, err := p.play(ctx, c)
	p.pause()
	if err != nil {
		return visit{}, fmt.Errorf("%s: %s: %w", m.rows[k].name, c.Key(), errors.Join(err, ctx.Err()))
	}
	after, resident := p.usage()
	return visit{
		Row: m.rows[k].name, Clip: c.Key(), Lang: c.Lang, Reference: c.Reference, Round: round, answer: a,
		CPU: (after - before).Seconds(), Speech: c.speech, Resident: resident,
	}, nil
}

// machine names the processor and how many cores there are.
func machine() string {
	name := runtime.GOARCH
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if _, after, ok := strings.Cut(lines.Text(), "model name\t: "); ok {
				name = after
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores", name, runtime.NumCPU())
}

// writeHead writes what is no visit as the last line of the raw file.
func (r result) writeHead(w io.Writer) error {
	return json.NewEncoder(w).Encode(map[string]result{"Result": r})
}

// readRaw reads what a run wrote.
func readRaw(in io.Reader) (result, error) {
	var r result
	for dec := json.NewDecoder(in); ; {
		var line struct {
			visit
			Result *result
		}
		switch err := dec.Decode(&line); {
		case errors.Is(err, io.EOF):
			if r.Rows == nil {
				return r, errors.New("the run that wrote this file was cut off: its last line is missing")
			}
			return r, nil
		case err != nil:
			return r, err
		case line.Result != nil:
			line.Result.visits = r.visits
			r = *line.Result
		default:
			r.visits = append(r.visits, line.visit)
		}
	}
}
