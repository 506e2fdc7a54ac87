package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"deputy/agent/model"
	"deputy/agent/tool"
	"deputy/cmd/internal/app"
	"deputy/cmd/internal/control"
	"deputy/cmd/internal/rehearsal"
	"deputy/cmd/internal/terminal"
	"deputy/configs"
)

// peerDesk is a Deputy as people run it, but that its model wants an action of the
// level that an order names, and that it starts every shell command that is written
// to its standard input, as it would start a server of tools: outside the sandbox.
func peerDesk() int {
	cfg, err := configs.LoadUser("")
	if err == nil {
		go func() {
			for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
				out, err := exec.Command("sh", "-c", lines.Text()).CombinedOutput()
				json.NewEncoder(os.Stdout).Encode(map[string]any{"out": string(out), "failed": err != nil})
			}
		}()
		var null *os.File
		if null, err = os.Open(os.DevNull); err == nil {
			err = daily(context.Background(), cfg, terminal.NewScreen(io.Discard, app.Words(), "en", false), null, app.Overrides{
				Deaf: true, Instant: true, Model: levelModel{}, Tools: []tool.Tool{&rehearsal.Tool{}}, Rows: rehearsal.ToolRows,
			})
		}
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// A levelModel wants one action of the level that its order ends with.
type levelModel struct{}

func (levelModel) Next(_ context.Context, p model.Prompt) iter.Seq2[model.Chunk, error] {
	return func(yield func(model.Chunk, error) bool) {
		last := p.Messages[len(p.Messages)-1]
		if _, level, ok := strings.Cut(last.Text, "send the report to finance, trial "); ok && last.Role == model.User {
			yield(model.Chunk{Call: &model.Call{ID: "1", Tool: "rehearse", Args: fmt.Appendf(nil, `{"level":%q,"text":"send the report to finance"}`, level)}}, nil)
			return
		}
		yield(model.Chunk{Text: "Done."}, nil)
	}
}

// A peerWorld is a running peerDesk.
type peerWorld struct {
	*machine
	desk *exec.Cmd
	in   io.Writer
	out  *json.Decoder
}

func newPeerWorld(t *testing.T) *peerWorld {
	t.Helper()
	m, _ := newMachine(t)
	w := &peerWorld{machine: m}
	t.Cleanup(func() { w.kill() })
	w.start()
	return w
}

func (w *peerWorld) start() {
	w.t.Helper()
	w.desk = w.command("peerdesk")
	in, err := w.desk.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := w.desk.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	w.up(w.desk)
	w.in, w.out = in, json.NewDecoder(out)
}

func (w *peerWorld) kill() {
	w.desk.Process.Kill()
	w.desk.Wait()
}

// child has Deputy start a shell command and says how it ended.
func (w *peerWorld) child(command string) (out string, failed bool) {
	w.t.Helper()
	if _, err := fmt.Fprintln(w.in, command); err != nil {
		w.t.Fatal(err)
	}
	var r struct {
		Out    string
		Failed bool
	}
	if err := w.out.Decode(&r); err != nil {
		w.t.Fatal(err)
	}
	return r.Out, r.Failed
}

// ask gives an order that needs a level and says by what name the decision waits.
func (w *peerWorld) ask(level string) string {
	w.t.Helper()
	if out, err := w.deputy("say", "send the report to finance, trial "+level); err != nil {
		w.t.Fatalf("%v: %s", err, out)
	}
	ids := w.waiting()
	if len(ids) != 1 {
		w.t.Fatalf("got %q waiting, want one decision", ids)
	}
	return ids[0]
}

// waiting are the names of the decisions that wait.
func (w *peerWorld) waiting() (ids []string) {
	w.t.Helper()
	out, err := w.deputy("inbox", "--json")
	var list []struct{ ID string }
	if err != nil || json.Unmarshal([]byte(out), &list) != nil {
		w.t.Fatalf("%v: %s", err, out)
	}
	for _, a := range list {
		ids = append(ids, a.ID)
	}
	return ids
}

// peerTalk approves without waiting: what is typed first is its number. What came
// over the socket is in the file at the end.
func peerTalk(socket, id, file string) int {
	c, err := net.Dial("unix", socket)
	if err == nil {
		var got bytes.Buffer
		in, out := json.NewDecoder(io.TeeReader(c, &got)), json.NewEncoder(c)
		var r control.Response
		err = errors.Join(out.Encode(control.Request{Do: "decide", ID: id, Approve: true}), in.Decode(&r))
		line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
		err = errors.Join(err, out.Encode(control.Request{Do: "number", Text: line}), in.Decode(&r),
			os.WriteFile(file+".part", got.Bytes(), 0o600), os.Rename(file+".part", file))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
