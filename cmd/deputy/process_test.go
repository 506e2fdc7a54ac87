package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"deputy/agent/event"
	"deputy/cmd/internal/control"
)

// A machine is a home of its own with what runs in it.
type machine struct {
	t   *testing.T
	dir string
	env []string
}

// newMachine makes one whose model behaves well.
func newMachine(t *testing.T, env ...string) (*machine, *faultyModel) {
	t.Helper()
	llm := newFaultyModel()
	t.Cleanup(llm.server.Close)
	// Short: a socket's path is at most 100 bytes.
	dir, err := os.MkdirTemp("", "deputy-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := &machine{t: t, dir: dir, env: append(os.Environ(), "HOME="+dir, "LC_ALL=C",
		"XDG_CONFIG_HOME="+dir, "XDG_STATE_HOME="+dir, "XDG_RUNTIME_DIR="+dir, "XDG_CACHE_HOME="+dir, "XDG_DATA_HOME="+filepath.Join(dir, "data"),
		"DEPUTY_LLM_URL="+llm.server.URL+"/v1", "DEPUTY_LLM_TOOLS=native", "DEPUTY_LLM_MODEL=test",
		"DEPUTY_TTS_ENGINE=off", "DEPUTY_LOG_LEVEL=error")}
	m.env = append(m.env, env...)
	return m, llm
}

// command is a program in this home, not started.
func (m *machine) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(m.t.Context(), name, args...)
	cmd.Env = m.env
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

func (m *machine) socket() string { return filepath.Join(m.dir, "deputy", "deputy.sock") }

// deputy runs a command to its end.
func (m *machine) deputy(args ...string) (out string, err error) {
	b, err := m.command("deputy", args...).CombinedOutput()
	return string(b), err
}

// up starts cmd and waits until the Deputy in it answers.
func (m *machine) up(cmd *exec.Cmd) {
	m.t.Helper()
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if control.Call(m.t.Context(), m.socket(), control.Request{Do: "tasks"}, func(control.Response) error { return nil }) == nil {
			return
		}
	}
	m.t.Fatal("no Deputy answered within a minute")
}

// down interrupts cmd and waits for its end.
func (m *machine) down(cmd *exec.Cmd) {
	m.t.Helper()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		m.t.Errorf("interrupt: %v", err)
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		m.t.Errorf("got exit status %d, want 130", code)
	}
}

// TestFullDisk lets the journal grow until no file may grow any more.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	m, _ := newMachine(t)
	var said bytes.Buffer
	cmd := m.command("sh", "-c", "ulimit -f 240; exec deputy run --typed") // blocks of 512 or 1024 bytes
	cmd.Stderr = &said
	m.up(cmd)
	accepted := map[string]bool{}
	long := strings.Repeat("tell me more of it and ", 40)
	for i := range 200 {
		r := control.Request{Do: "say", Text: fmt.Sprintf("Are you there for the %dth time? %s", i, long)}
		err := control.Call(t.Context(), m.socket(), r, func(r control.Response) error {
			var opened event.TaskOpened
			if r.Kind == opened.Kind() && json.Unmarshal(r.Body, &opened) == nil {
				accepted[opened.Task] = true
			}
			return nil
		})
		if err != nil {
			break
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("got %v, want it to have ended with status 1 when the disk was full", err)
	}
	text := strings.TrimSpace(said.String())
	if strings.Contains(text, "\n") || !strings.Contains(text, "disk is full") || !strings.Contains(text, "Free some space") {
		t.Errorf("got %q, want one line saying that the disk is full and what to do", text)
	}
	if out, err := m.deputy("log", "verify"); err != nil {
		t.Errorf("verify: %v, %s", err, out)
	}
	if len(accepted) < 2 {
		t.Fatalf("%d orders were accepted before the disk was full, want some", len(accepted))
	}
	// There is room again: everything that was accepted is there, and it goes on.
	again := m.command("deputy", "run", "--typed")
	m.up(again)
	out, err := m.deputy("tasks", "--all")
	if err != nil {
		t.Fatal(err)
	}
	for id := range accepted {
		if !strings.Contains(out, id+" ") {
			t.Errorf("order %s was accepted and is lost", id)
		}
	}
	if out, err := m.deputy("say", "are you there again"); err != nil || !strings.Contains(out, "All is well") {
		t.Errorf("got %v, %s, want the next order done", err, out)
	}
	m.down(again)
	if out, err := m.deputy("log", "verify"); err != nil {
		t.Errorf("verify: %v, %s", err, out)
	}
}

// TestNobodyReads runs with an output whose reader is gone.
func TestNobodyReads(t *testing.T) {
	t.Parallel()
	m, _ := newMachine(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	cmd := m.command("deputy", "run", "--typed")
	cmd.Stdout, cmd.Stderr = w, w
	m.up(cmd)
	if out, err := m.deputy("say", "are you there my friend"); err != nil || !strings.Contains(out, "All is well") {
		t.Errorf("got %v, %s, want the order done", err, out)
	}
	m.down(cmd)
	list := m.command("deputy", "models", "list")
	list.Stdout = w
	var said bytes.Buffer
	list.Stderr = &said
	if err := list.Run(); err == nil || said.Len() > 0 {
		t.Errorf("got %v and %q, want a silent failure", err, &said)
	}
}

// TestInterrupted ends a Deputy in the middle of a task, and before it is ready.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	m, llm := newMachine(t)
	llm.behave("silent")
	cmd := m.command("deputy", "run", "--typed")
	var said bytes.Buffer
	cmd.Stderr = &said
	m.up(cmd)
	say := m.command("deputy", "say", "write it down")
	if err := say.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); llm.asked.Load() == 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	began := time.Now()
	m.down(cmd)
	if took := time.Since(began); took > 10*time.Second { // two, on a machine that is not busy
		t.Errorf("it took %v to end", took)
	}
	if said.Len() > 0 {
		t.Errorf("got %q, want nothing said", &said)
	}
	if err := say.Wait(); err == nil {
		t.Error("say: got no error, want one: its order is not done")
	}
	llm.behave("well")
	again := m.command("deputy", "run", "--typed")
	m.up(again)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if out, _ := m.deputy("tasks"); strings.Contains(out, "done") {
			m.down(again)
			return
		}
	}
	t.Error("the order was not gone on with after a restart")
}

// TestKilledWhileStarting kills Deputy a little later each time; the next one
// always starts.
func TestKilledWhileStarting(t *testing.T) {
	t.Parallel()
	m, _ := newMachine(t)
	for i := range 8 {
		cmd := m.command("deputy", "run", "--typed")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(i)*15*time.Millisecond, func() { cmd.Process.Signal(syscall.SIGKILL) })
		cmd.Wait()
	}
	cmd := m.command("deputy", "run", "--typed")
	m.up(cmd)
	m.down(cmd)
	if out, err := m.deputy("log", "verify"); err != nil {
		t.Errorf("verify: %v, %s", err, out)
	}
	if left, _ := filepath.Glob(filepath.Join(m.dir, "deputy", "deputy.sock")); len(left) > 0 {
		t.Error("the socket was left behind")
	}
}

// TestManyStarts: of many Deputies that are started at the same time one runs, and
// it can be reached.
func TestManyStarts(t *testing.T) {
	t.Parallel()
	m, _ := newMachine(t)
	for range 2 {
		said := make([]bytes.Buffer, 20)
		starts := make([]*exec.Cmd, len(said))
		ended := make(chan int, len(starts))
		for i := range starts {
			starts[i] = m.command("deputy", "run", "--typed")
			starts[i].Stderr = &said[i]
		}
		for i, cmd := range starts {
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			go func() { cmd.Wait(); ended <- i }()
		}
		lost := map[int]bool{}
		for range len(starts) - 1 {
			select {
			case i := <-ended:
				lost[i] = true
				if got := said[i].String(); !bytes.Contains(said[i].Bytes(), []byte("another Deputy is running already")) {
					t.Errorf("one that lost said %q", got)
				}
			case <-time.After(time.Minute):
				t.Fatalf("%d of %d have given up after a minute, want all but one", len(lost), len(starts))
			}
		}
		reach := func() error {
			return control.Call(t.Context(), m.socket(), control.Request{Do: "tasks"}, func(control.Response) error { return nil })
		}
		for end := time.Now().Add(20 * time.Second); reach() != nil && time.Now().Before(end); { // it may still be starting
			time.Sleep(20 * time.Millisecond)
		}
		if err := reach(); err != nil {
			t.Errorf("the one that won can't be reached: %v", err)
		}
		for i, cmd := range starts {
			if !lost[i] {
				cmd.Process.Kill()
				<-ended
			}
		}
	}
}
