package speed

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A row is one system of the table.
type row struct {
	name string
	once bool // measured in the first round only, since it takes long
	open func(ctx context.Context) (player, error)
}

// rows are the systems of a set; the first is Deputy as it comes, the measure of the others.
func (o options) rows(dir string) ([]row, error) {
	d := deputies{o: o, home: dir}
	as := row{name: "Deputy", open: d.with(nil)}
	var rows []row
	switch o.set {
	case "peers":
		rows = o.peers()
	case "levers":
		rows = d.levers()
	case "early":
		rows = []row{{name: "RealtimeSTT, int8, transcribing after 0.2 s", once: true, open: o.realtime(200 * time.Millisecond)}}
	case "none":
	default:
		return nil, fmt.Errorf("--set %s: there are peers, levers, early and none", o.set)
	}
	tries, err := d.tries()
	return slices.Concat([]row{as}, rows, tries), err
}

// tries are the rows of --try.
func (d deputies) tries() ([]row, error) {
	var rows []row
	for _, t := range d.o.tries {
		name, rest, ok := strings.Cut(t, ":")
		program, settings := d.o.lab, map[string]string{}
		for _, f := range strings.Fields(rest) {
			key, value, whole := strings.Cut(f, "=")
			if ok = ok && whole; key == "program" {
				program = value
			} else {
				settings[key] = value
			}
		}
		if !ok {
			return nil, fmt.Errorf("--try %q: 'NAME: KEY=VALUE ...' is wanted", t)
		}
		rows = append(rows, row{name: name, open: d.program(program, settings)})
	}
	return rows, nil
}

// peers are what a user would pick instead, with the same weights.
func (o options) peers() []row {
	model := filepath.Join(o.cache, "models", "ggml-base-q8_0.bin")
	program := func(name string) string { return filepath.Join(o.cache, "speed", name) }
	faster := func(beam string) func(ctx context.Context) (player, error) {
		return func(ctx context.Context) (player, error) {
			return talk(ctx, readWhole, nil, o.python(), "docs/speed/faster_whisper_peer.py", program("model"), strconv.Itoa(o.threads), beam)
		}
	}
	return []row{
		{name: "faster-whisper, int8, beam 5 (default)", open: faster("5")},
		{name: "faster-whisper, int8, beam 1", open: faster("1")},
		{name: "whisper.cpp server, told the language", open: func(ctx context.Context) (player, error) {
			return serve(ctx, program("whisper-server"), model, o.threads, true)
		}},
		{name: "whisper.cpp server, language auto", once: true, open: func(ctx context.Context) (player, error) {
			return serve(ctx, program("whisper-server"), model, o.threads, false)
		}},
		{name: "whisper.cpp CLI, language auto", once: true, open: func(context.Context) (player, error) {
			return &command{program: program("whisper-cli"), model: model, threads: o.threads}, nil
		}},
		{name: "RealtimeSTT, int8", once: true, open: o.realtime(0)},
	}
}

func (o options) python() string { return filepath.Join(o.cache, "speed-venv", "bin", "python") }

// realtime is RealtimeSTT, beginning to transcribe after that quiet; 0 begins at its endpoint.
func (o options) realtime(early time.Duration) func(ctx context.Context) (player, error) {
	return func(ctx context.Context) (player, error) {
		env := []string{"OMP_NUM_THREADS=" + strconv.Itoa(o.threads)}
		return talk(ctx, readFed(borrowed), env, o.python(), "docs/speed/realtimestt_peer.py",
			filepath.Join(o.cache, "speed", "model"), strconv.FormatInt(early.Milliseconds(), 10))
	}
}

// deputies opens Deputy with settings of its own; no configuration file of the user's is read.
type deputies struct {
	o    options
	home string
}

func (d deputies) with(settings map[string]string, args ...string) func(ctx context.Context) (player, error) {
	return d.program(d.o.lab, settings, args...)
}

func (d deputies) program(program string, settings map[string]string, args ...string) func(ctx context.Context) (player, error) {
	return func(ctx context.Context) (player, error) {
		all := map[string]string{"XDG_CONFIG_HOME": d.home, "DEPUTY_STT_THREADS": strconv.Itoa(d.o.threads)}
		maps.Copy(all, settings)
		var env []string
		for _, k := range slices.Sorted(maps.Keys(all)) {
			env = append(env, k+"="+all[k])
		}
		floor, _ := strconv.Atoi(all["DEPUTY_STT_WINDOW_FLOOR"]) // 0, the default, is below the full window too
		return talk(ctx, readDeputy(floor), env, program, append([]string{"bench", "--clips"}, args...)...)
	}
}

// levers are Deputy with one thing changed each.
func (d deputies) levers() []row {
	var rows []row
	for _, floor := range []string{"384", "512", "640", "1024", "1500"} {
		rows = append(rows, row{name: "window " + floor, open: d.with(map[string]string{"DEPUTY_STT_WINDOW_FLOOR": floor})})
	}
	rows = append(rows,
		row{name: "transcribing from the endpoint on, not in the pause", open: d.with(nil, "--drafts=false")},
		row{name: "told the language", open: func(ctx context.Context) (player, error) {
			return openEach(ctx, map[string]func(context.Context) (player, error){
				"en": d.with(map[string]string{"DEPUTY_LANGUAGE_SPOKEN": "en"}),
				"ko": d.with(map[string]string{"DEPUTY_LANGUAGE_SPOKEN": "ko"}),
			})
		}},
		row{name: "one thread", open: d.with(map[string]string{"DEPUTY_STT_THREADS": "1"})},
		row{name: "f16 weights", open: d.with(map[string]string{"DEPUTY_STT_MODEL": "base"})},
		row{name: "q8_0 weights", open: d.with(map[string]string{"DEPUTY_STT_MODEL": "base-q8_0"})},
	)
	plain := filepath.Join(d.o.cache, "speed", "deputy-lab-no-llamafile")
	if _, err := os.Stat(plain); err == nil {
		rows = append(rows, row{name: "without llamafile's kernels", open: d.program(plain, nil)})
	}
	return rows
}

// each is one player a language.
type each map[string]player

func openEach(ctx context.Context, open map[string]func(context.Context) (player, error)) (player, error) {
	out := each{}
	for lang, f := range open {
		p, err := f(ctx)
		if err != nil {
			out.close()
			return nil, err
		}
		out[lang] = p
	}
	return out, nil
}

func (e each) play(ctx context.Context, c clip) (answer, error) { return e[c.Lang].play(ctx, c) }

func (e each) pause() {
	for _, p := range e {
		p.pause()
	}
}

func (e each) resume() {
	for _, p := range e {
		p.resume()
	}
}

func (e each) close() {
	for _, p := range e {
		p.close()
	}
}

// usage adds the time; the memory is one's, since a user has only one.
func (e each) usage() (cpu time.Duration, resident int64) {
	for _, p := range e {
		c, r := p.usage()
		cpu, resident = cpu+c, max(resident, r)
	}
	return cpu, resident
}
