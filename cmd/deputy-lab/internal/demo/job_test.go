//go:build portaudio && whisper

package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/audio"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/cmdtest"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/terminal"
)

// newDemo is the stage of the demonstration for a test: private sound server,
// mail server, synthetic user, and the Deputy of this build in its own process.
func newDemo(t *testing.T, mode, more string) *Demo {
	t.Helper()
	var out strings.Builder
	d := &Demo{Screen: terminal.NewScreen(&out, app.Words(), "en", false), Dir: t.TempDir(), Program: cmdtest.Deputy(t), More: more, Mode: mode}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(d.Dir, "deputy.log"))
			t.Logf("what happened:\n%s\nDeputy's log:\n%s", out.String(), log)
		}
	})
	if err := d.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.Tasks = map[string]bool{}
	return d
}

// TestMainJob is the demonstration, with the real local model: a spoken order
// ends in a file, a spoken approval sends one mail.
func TestMainJob(t *testing.T) {
	d := newDemo(t, "hands-free", "")
	if err := d.play(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.conclude(t.Context()); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(d.file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.ToLower(string(text)), "revenue") {
		t.Errorf("the summary of the report is %q", text)
	}
	mails := d.post.Mails()
	if len(mails) != 1 || strings.Join(mails[0].To, " ") != "finance@acme.example" {
		t.Errorf("got mails %+v", mails)
	}
}

// wishing is a model server that wants one mail sent, in the schema mode, and
// then says that it is done. It costs no processor time, so that what is tested
// is what is heard.
func wishing(t *testing.T) string {
	t.Helper()
	var mu sync.Mutex
	first := 0 // messages of a task's first turn
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Messages []json.RawMessage }
		if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&body) != nil {
			fmt.Fprint(w, `{"data":[{"id":"wishing"}]}`)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if first == 0 {
			first = len(body.Messages)
		}
		content := `{"tool":"reply","args":{"text":"All right."}}`
		if len(body.Messages) == first {
			content = `{"tool":"send_mail","args":{"to":"finance","subject":"Figures","body":"Here they are."}}`
		}
		streamed(t, w, content)
	}))
	t.Cleanup(s.Close)
	// The asks are long; they need not be spoken slowly to be put.
	return fmt.Sprintf("llm:\n  preset: llama-server\n  url: %q\n  model: wishing\ntts:\n  speed: 1.5\n", s.URL+"/v1")
}

// streamed answers a request for a turn with one piece of text.
func streamed(t *testing.T, w http.ResponseWriter, content string) {
	chunk, err := json.Marshal(map[string]any{"choices": []any{map[string]any{"index": 0, "delta": map[string]string{"content": content}}}})
	if err != nil {
		t.Error(err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "data: %s\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n", chunk)
}

// await reads events until one matches.
func (d *Demo) await(t *testing.T, what string, limit time.Duration, match func(event.Body) bool) event.Body {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for {
		e, err := d.next(ctx)
		if err != nil {
			t.Fatalf("waiting until %s: %v", what, err)
		}
		if match(e.Body) {
			return e.Body
		}
	}
}

func (d *Demo) typed(t *testing.T, text string) {
	t.Helper()
	if err := control.Call(t.Context(), d.Deputy.socket, control.Request{Do: "say", Text: text}, func(control.Response) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// posed waits until an ask was spoken to its end and gives its code word.
func (d *Demo) posed(t *testing.T) (code string) {
	t.Helper()
	d.await(t, "the ask was spoken", 2*time.Minute, func(b event.Body) bool {
		if p, ok := b.(event.AskPresented); ok {
			code = p.Code
		}
		_, ok := b.(event.AskDelivered)
		return ok
	})
	return code
}

// TestOnlyTheOwnerSends: while a mail waits for its code word, noise, silence,
// Deputy's own voice and a stranger's yes send nothing; no sends nothing; the
// code word sends one.
func TestOnlyTheOwnerSends(t *testing.T) {
	t.Parallel() // it mostly waits for what is said
	noises := noiseFiles(t)
	d := newDemo(t, "hands-free", wishing(t))
	d.typed(t, "send the figures to finance")
	speak := func(what string, samples []float32) {
		t.Helper()
		d.typed(t, "what's waiting") // an ask that nobody answers goes to the inbox
		d.posed(t)
		if err := d.room.pulse.Speak(t.Context(), append(samples, make([]float32, audio.Rate)...)); err != nil {
			t.Fatal(err)
		}
		if n := len(d.post.Mails()); n != 0 {
			t.Fatalf("%s sent a mail", what)
		}
	}
	speak("silence", make([]float32, 3*audio.Rate))
	for _, f := range noises {
		speak(filepath.Base(f), cmdtest.Samples(t, f, 4))
	}
	for _, text := range []string{"Okay.", "Approve banana.", "All right, go ahead."} {
		src, err := d.room.user.Synthesize(t.Context(), text, "en")
		if err != nil {
			t.Fatal(err)
		}
		samples, err := audio.ReadAll(audio.Resample(src, audio.Rate))
		if err != nil {
			t.Fatal(err)
		}
		speak(text, samples)
	}
	// Deputy's own ask, code word and all, comes back into the microphone while it
	// is spoken, as from a loudspeaker beside it.
	unplug := d.echo(t)
	d.typed(t, "what's waiting")
	d.posed(t)
	d.await(t, "the echo was heard and ignored", 2*time.Minute, func(b event.Body) bool {
		i, ok := b.(event.Ignored)
		return ok && i.Why == event.OwnVoice
	})
	unplug()
	if n := len(d.post.Mails()); n != 0 {
		t.Fatal("its own voice sent a mail")
	}
	// The owner says no: nothing is sent, and the matter is closed.
	d.typed(t, "what's waiting")
	d.posed(t)
	if err := d.speak(t.Context(), "No, don't send it."); err != nil {
		t.Fatal(err)
	}
	d.await(t, "the denial was heard", time.Minute, func(b event.Body) bool {
		v, ok := b.(event.Decided)
		return ok && !v.Approve
	})
	if n := len(d.post.Mails()); n != 0 {
		t.Fatal("a denial sent a mail")
	}
	// And yes, with the code word: one.
	d.typed(t, "send the figures to finance")
	d.approve(t)
	if !d.post.Wait(1, time.Minute) {
		t.Fatal("an approval sent no mail")
	}
}

// approve speaks the code word of the next ask until it is understood.
func (d *Demo) approve(t *testing.T) {
	t.Helper()
	for range 3 {
		code := d.posed(t)
		if err := d.speak(t.Context(), "Go ahead, "+code+"."); err != nil {
			t.Fatal(err)
		}
		heard := d.await(t, "the approval was heard", time.Minute, func(b event.Body) bool {
			switch b.(type) {
			case event.Decided, event.Ignored, event.AskPresented:
				return true
			}
			return false
		})
		if v, ok := heard.(event.Decided); ok && v.Approve {
			return
		}
		d.typed(t, "what's waiting")
	}
	t.Fatal("the approval was not understood")
}

// echo lets the microphone hear the speaker until the returned function is called.
func (d *Demo) echo(t *testing.T) (unplug func()) {
	t.Helper()
	control := func(args ...string) string {
		c := exec.CommandContext(t.Context(), "pactl", args...)
		c.Env = append(os.Environ(), d.room.pulse.Env()...)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("pactl %v: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	module := control("load-module", "module-loopback", "source=vspk.monitor", "sink=vmicfeed", "latency_msec=50")
	return func() { control("unload-module", module) }
}

// TestKoreanDictation: a note is opened by text, real Korean recordings are
// dictated through the microphone, and end in the note.
func TestKoreanDictation(t *testing.T) {
	t.Parallel() // it mostly waits for what is said
	var rows []map[string]string
	for _, r := range cmdtest.Recordings(t, "ko_misc") {
		if strings.HasPrefix(r["style"], "read news") && len(rows) < 3 {
			rows = append(rows, r)
		}
	}
	if len(rows) < 3 {
		t.Fatalf("got %d Korean recordings", len(rows))
	}
	d := newDemo(t, "hands-free", wishing(t))
	d.typed(t, "메모해 줘")
	// Who dictates lets Deputy end its sentence first.
	if err := d.room.pulse.Speak(t.Context(), make([]float32, 8*audio.Rate)); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		samples := append(make([]float32, audio.Rate), cmdtest.Samples(t, r["path"], 60)...)
		if err := d.room.pulse.Speak(t.Context(), append(samples, make([]float32, 2*audio.Rate)...)); err != nil {
			t.Fatal(err)
		}
		// What is typed overtakes what is still being written down.
		d.await(t, "a sentence was noted", 2*time.Minute, func(b event.Body) bool {
			_, ok := b.(event.Dictated)
			return ok
		})
	}
	d.typed(t, "메모 끝")
	var note strings.Builder
	files, err := filepath.Glob(filepath.Join(d.workspace(), "notes", "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("got notes %v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	note.Write(data)
	sum := 0.0
	for _, r := range rows {
		sum += shared(r["transcript"], note.String())
	}
	if mean := sum / float64(len(rows)); mean < 0.8 {
		t.Errorf("only %.0f %% of the syllables that were dictated are in the note, in order:\n%s", 100*mean, note.String())
	}
}

// shared is the share of want's syllables that are in got, in order: the longest
// common subsequence over the length of want, spaces left out.
func shared(want, got string) float64 {
	a, b := []rune(strings.ReplaceAll(want, " ", "")), []rune(strings.ReplaceAll(got, " ", ""))
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			diagonal = above
		}
	}
	return float64(row[len(b)]) / float64(max(1, len(a)))
}

// TestPushToTalk: with the microphone closed nothing is heard; what is said while
// the key is held is, and says that the key was held.
func TestPushToTalk(t *testing.T) {
	t.Parallel() // it mostly waits for what is said
	d := newDemo(t, "push-to-talk", wishing(t))
	key := func(what string) {
		t.Helper()
		if err := control.Call(t.Context(), d.Deputy.socket, control.Request{Do: "ptt", Text: what}, func(control.Response) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.speak(t.Context(), "This is nobody's business."); err != nil {
		t.Fatal(err)
	}
	key("start")
	if err := d.speak(t.Context(), "Send the figures to finance."); err != nil {
		t.Fatal(err)
	}
	key("stop")
	h := d.await(t, "the order was heard", time.Minute, func(b event.Body) bool {
		_, ok := b.(event.Heard)
		return ok
	}).(event.Heard)
	if !h.Key || !strings.Contains(strings.ToLower(h.Text), "figures") {
		t.Errorf("heard %q with key=%v, want the order with the key held", h.Text, h.Key)
	}
}

// noiseFiles are recordings without speech.
func noiseFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	kinds := map[string]int{}
	for _, row := range cmdtest.Recordings(t, "speechbrain_samples") {
		if k := row["kind"]; (k == "noise" || k == "ESC50") && kinds[k] < 2 {
			kinds[k]++
			files = append(files, row["path"])
		}
	}
	if len(files) < 4 {
		t.Fatalf("got %d recordings of noise", len(files))
	}
	return files
}

// TestTrialKill is one demonstration with one kill. A model server that knows what
// it is to do takes the place of the model, so that it takes no processor.
func TestTrialKill(t *testing.T) {
	t.Parallel() // it mostly waits for what is said
	var out strings.Builder
	scr := terminal.NewScreen(&out, app.Words(), "en", false)
	if err := killTrial(t.Context(), scr, cmdtest.Deputy(t), t.TempDir(), demoModel(t), 9*time.Second); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "kill -9") {
		t.Errorf("it was over before the kill:\n%s", out.String())
	}
}

// demoModel is a model server that does what the demonstration orders.
func demoModel(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Messages []struct{ Role, Content string }
		}
		if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&body) != nil || len(body.Messages) == 0 {
			io.WriteString(w, `{"data":[{"id":"demo"}]}`)
			return
		}
		last := body.Messages[len(body.Messages)-1]
		content := `{"tool":"reply","args":{"text":"That is done."}}`
		switch {
		case last.Role != "user": // nothing but its own schema's example
		case strings.Contains(strings.ToLower(last.Content), "finance"): // it is told of the order before, too
			content = `{"tool":"send_mail","args":{"to":"finance","subject":"Summary","body":"Revenue rose."}}`
		case strings.Contains(strings.ToLower(last.Content), "new file"):
			content = `{"tool":"write_file","args":{"path":"summary.txt","text":"Revenue rose."}}`
		}
		streamed(t, w, content)
	}))
	t.Cleanup(s.Close)
	return "llm:\n  preset: llama-server\n  url: \"" + s.URL + "/v1\"\n  model: demo\ntts:\n  speed: 1.5\n"
}
