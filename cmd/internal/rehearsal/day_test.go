package rehearsal

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent/event"
	"deputy/agent/model"
	"deputy/agent/tool"
	"deputy/audio"
	"deputy/audio/audiotest"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/cmdtest"
	"deputy/cmd/internal/listen"
	"deputy/configs"
	"deputy/stt/stttest"
)

// A day is a Deputy that is spoken to for hours, in the time that a test's clock
// tells: the real loop, desk and journal, with a model that knows what to do.
type day struct {
	stage  *listen.Stage
	sounds [][]float32            // what speech sounds like, in turn
	said   atomic.Pointer[string] // what is being said
	closed atomic.Int64           // tasks that have ended
	orders int64
	spoken int
}

// A memory is what is in use after a collection, at some hour of the day.
type memory struct {
	hour           int
	heap, resident int64 // bytes
	goroutines     int
}

func (m memory) String() string {
	return fmt.Sprintf("hour %d: heap %.2f MB, resident %d MB, %d goroutines", m.hour, float64(m.heap)/1e6, m.resident>>20, m.goroutines)
}

// live speaks an order into a Deputy every so often, for so long, and measures
// every hour. replace changes parts of the listener before it runs. It needs a bubble.
func live(t *testing.T, length, every time.Duration, sounds [][]float32, replace func(*listen.Listener)) (d *day, hours []memory) {
	dir := t.TempDir()
	cfg := configs.Default()
	cfg.Agent.State, cfg.Agent.Workspace = filepath.Join(dir, "state"), filepath.Join(dir, "workspace")
	cfg.Journal.Path, cfg.Audio.Mode = filepath.Join(dir, "state", "journal.db"), "hands-free"
	cfg.Shell.Enabled = false
	cfg.STT.Engine, cfg.STT.Remote.URL = "remote", "http://127.0.0.1:1/v1" // replaced
	d = &day{stage: listen.NewStage(), sounds: sounds}
	a, err := app.Build(t.Context(), cfg, app.Overrides{
		Source: d.stage, Model: dayModel{}, Instant: true, Tools: []tool.Tool{&Tool{}}, Rows: ToolRows,
		Observe: func(e event.Event) {
			if _, ok := e.Body.(event.TaskClosed); ok {
				d.closed.Add(1)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Listener.Transcriber = stttest.Func(func(context.Context, audio.Utterance) (string, error) { return *d.said.Load(), nil })
	replace(a.Listener)
	stop := a.Start(t.Context())
	began := time.Now()
	for at := time.Duration(0); at < length; at += every {
		d.order()
		time.Sleep(time.Until(began.Add(at + every)))
		if hour := (at + every) / time.Hour; hour > at/time.Hour {
			hours = append(hours, measure(int(hour)))
			t.Log(hours[len(hours)-1])
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	return d, hours
}

// order is one errand: every fifth is asked for, and denied; after every seventh
// something is heard that is no speech.
func (d *day) order() {
	d.orders++
	if d.orders%5 != 0 {
		d.say(fmt.Sprintf("Deputy, write a file called plan %d.", d.orders))
	} else {
		d.say(fmt.Sprintf("Deputy, publish the plan number %d.", d.orders))
		d.say("No.")
	}
	if d.orders%7 == 0 {
		d.say("")
	}
}

func (d *day) say(text string) {
	d.said.Store(&text)
	d.spoken++
	<-d.stage.Play(d.sounds[d.spoken%len(d.sounds)])
	time.Sleep(3 * time.Second)
}

func measure(hour int) memory {
	runtime.GC()
	runtime.GC() // what had a finalizer
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return memory{hour: hour, heap: int64(m.HeapAlloc), resident: resident(), goroutines: runtime.NumGoroutine()}
}

// A dayModel writes a file, or wants to do what has to be asked for, and says that
// it is done.
type dayModel struct{}

func (dayModel) Next(_ context.Context, p model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) {
		var n int
		last := p.Messages[len(p.Messages)-1].Text
		if _, err := fmt.Sscanf(last, "write a file called plan %d.", &n); err == nil {
			yield(model.Chunk{Call: &model.Call{ID: "1", Tool: "write_file", Args: fmt.Appendf(nil, `{"path":"plan-%d.txt","text":"One, two, three."}`, n%50)}}, nil)
			return
		}
		if _, err := fmt.Sscanf(last, "publish the plan number %d.", &n); err == nil {
			yield(model.Chunk{Call: &model.Call{ID: "1", Tool: "rehearse", Args: fmt.Appendf(nil, `{"level":"L3","text":"plan %d"}`, n)}}, nil)
			return
		}
		yield(model.Chunk{Text: "That is done."}, nil)
	}
}

// The memory of the late hours is that of the early ones: what is finished is
// forgotten.
func TestDayStaysFlat(t *testing.T) {
	if cmdtest.Raced {
		t.Skip("hours of sound take minutes with the race detector")
	}
	synctest.Test(t, func(t *testing.T) {
		said := [][]float32{audiotest.Tone(800*time.Millisecond, 440, 0.5)}
		d, hours := live(t, 6*time.Hour, 20*time.Second, said, func(l *listen.Listener) { l.Detector = audiotest.Loud(0.1) })
		if got := d.closed.Load(); got != d.orders {
			t.Errorf("got %d tasks done, want %d", got, d.orders)
		}
		// By then as many tasks are remembered, and as many conversations, as ever.
		early, late := hours[3], hours[5]
		if grown := late.heap - early.heap; grown > 1<<20 {
			t.Errorf("from hour %d to hour %d the heap grew by %d bytes", early.hour, late.hour, grown)
		}
		if late.goroutines > early.goroutines {
			t.Errorf("got %d goroutines in hour %d, want the %d of hour %d", late.goroutines, late.hour, early.goroutines, early.hour)
		}
	})
}

// resident is this process's memory in bytes; 0 where it can't be read.
func resident() int64 {
	data, _ := os.ReadFile("/proc/self/statm")
	if f := strings.Fields(string(data)); len(f) > 1 {
		pages, _ := strconv.ParseInt(f[1], 10, 64)
		return pages * int64(os.Getpagesize())
	}
	return 0
}
