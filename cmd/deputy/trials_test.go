//go:build portaudio && whisper

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/configs/phrases"
)

// trial runs a trial of this build and gives what it prints.
func trial(t *testing.T, args ...string) []byte {
	t.Helper()
	manifest(t, "single_words")                              // skips where there are no recordings
	c := exec.CommandContext(t.Context(), "deputy", args...) // put there by TestMain
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("deputy %v: %v\n%s", args, err, out)
	}
	return out
}

// TestTrialNoise is the noise trial on a few seconds: the asks stand, the sound
// comes through the microphone, and nothing is carried out.
func TestTrialNoise(t *testing.T) {
	t.Parallel() // it mostly plays
	var r noiseReport
	if err := json.Unmarshal(trial(t, "--json", "trial", "noise", "--time", "10s", "--stretch", "2s", "--seed", "3"), &r); err != nil {
		t.Fatal(err)
	}
	sum := &noisePart{Readings: map[string]int{}}
	levels := map[string]bool{}
	for _, p := range r.Parts {
		sum.add(p)
		levels[p.Level] = true
	}
	if len(levels) < 2 || sum.Played < 6 {
		t.Errorf("got %.1f s played at levels %v, want some at two or more", sum.Played, levels)
	}
	if sum.Posed < 0.9*sum.Wall || sum.Heard < 0.8*sum.Wall {
		t.Errorf("of %.1f s an ask stood for %.1f and %.1f were heard, want nearly all", sum.Wall, sum.Posed, sum.Heard)
	}
	if sum.Effects != 0 {
		t.Errorf("got %d effects, want none", sum.Effects)
	}
}

// TestTrialStop is the trial of spoken stops on a few recordings of people, while
// an ask stands and at the end of a grace. What was written down is never lost.
func TestTrialStop(t *testing.T) {
	t.Parallel() // it mostly plays
	var runs stopReport
	if err := json.Unmarshal(trial(t, "--json", "trial", "stop", "--words", "stop,no", "--most", "2", "--moments", momentAsk+","+momentLate, "--rooms", "4"), &runs); err != nil {
		t.Fatal(err)
	}
	if len(runs) != 8 {
		t.Errorf("got %d runs, want two words by two people at two moments", len(runs))
	}
	refusals := 0
	for _, r := range runs {
		if r.Refuses {
			refusals++
		}
		if r.escaped() {
			t.Errorf("the effect ran although %q began in time: %+v", r.Word, r)
		}
	}
	if refusals < 4 {
		t.Errorf("only %d of 8 were written down as refusals: %+v", refusals, runs)
	}
}

// TestTrialKill is one demonstration with one kill. A model server that knows what
// it is to do takes the place of the model, so that it takes no processor.
func TestTrialKill(t *testing.T) {
	t.Parallel() // it mostly waits for what is said
	program, err := exec.LookPath("deputy")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	scr := newScreen(&out, phrases.Embedded(), "en", false)
	if err := killTrial(t.Context(), scr, program, t.TempDir(), demoModel(t), 9*time.Second); err != nil {
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

// TestTrialBench measures one recording with the model that answers at once.
func TestTrialBench(t *testing.T) {
	t.Parallel() // it mostly plays
	clip := manifest(t, "pocketsphinx")[0]["path"]
	out := string(trial(t, "bench", "--stand-in", "--idle", "0", "--orders", "1", clip))
	for _, want := range []string{"utterances\t1, 1 with text", "what\tn\tp50\tp95\tmax"} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
}

// TestTrialSpeed: Deputy's own row of the comparison, on two recordings, and the
// error rate of what it wrote.
func TestTrialSpeed(t *testing.T) {
	t.Parallel()
	manifest(t, "single_words") // skips where there are no recordings
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", dir, "deputy/cmd/deputy-lab").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program, err := exec.LookPath("deputy")
	if err != nil {
		t.Fatal(err)
	}
	lab := filepath.Join(dir, "deputy-lab")
	speed := func(args ...string) string {
		c := exec.CommandContext(t.Context(), lab, append([]string{"speed", "--set", "none", "--clips", "2", "--rounds", "1", "--longest", "4s", "--lab", program}, args...)...)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("speed %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if out := speed(); !strings.Contains(out, "| Deputy | 2 ") {
		t.Errorf("want a row of two clips in\n%s", out)
	}
	clips := strings.Fields(speed("--list"))
	wer := exec.CommandContext(t.Context(), lab, "wer")
	wer.Stdin = strings.NewReader(string(trial(t, append([]string{"transcribe", "--tsv"}, clips...)...)))
	out, err := wer.CombinedOutput()
	if err != nil || len(clips) != 2 || strings.Count(string(out), "\n") < 4 {
		t.Errorf("%v: got of %v\n%s\nwant a row for the folders of two clips and one for all", err, clips, out)
	}
}
