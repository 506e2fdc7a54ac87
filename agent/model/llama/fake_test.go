package llama

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The test program is its own fake llama-server, and its own Deputy that can be
// killed, when these say so.
const (
	fakeEnv   = "DEPUTY_FAKE_LLAMA"
	parentEnv = "DEPUTY_FAKE_PARENT"
)

func TestMain(m *testing.M) {
	inherit = append(inherit, "DEPUTY_FAKE_*")
	switch {
	case os.Getenv(parentEnv) != "":
		parentMain()
	case os.Getenv(fakeEnv) != "":
		fakeMain(strings.Fields(os.Getenv(fakeEnv)))
	default:
		os.Exit(m.Run())
	}
}

// fakeMain serves what the package uses of llama-server. modes change how.
func fakeMain(modes []string) {
	has := func(m string) bool { return slices.Contains(modes, m) }
	arg := func(name string) string {
		if i := slices.Index(os.Args, name); i >= 0 && i+1 < len(os.Args) {
			return os.Args[i+1]
		}
		return ""
	}
	if slices.Contains(os.Args, "--help") {
		fmt.Println("--offline   never asks the network\n--jinja")
		return
	}
	fmt.Println("fake llama-server", strings.Join(os.Args[1:], " "))
	if has("broken") {
		fmt.Fprintln(os.Stderr, "error loading model: tensor 'blk.0' is cut")
		os.Exit(1)
	}
	if has("stuck") {
		select {}
	}
	if has("deaf") {
		signal.Ignore(syscall.SIGTERM)
	}
	if once := os.Getenv("DEPUTY_FAKE_ONCE"); once != "" && os.Remove(once) == nil {
		fmt.Println("couldn't bind HTTP server socket")
		os.Exit(1)
	}
	var asked atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		if has("loading") && asked.Add(1) < 4 {
			fmt.Println("loading ...")
			w.WriteHeader(503)
		}
	})
	locked := func(f http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+os.Getenv("LLAMA_API_KEY") {
				w.WriteHeader(401)
				return
			}
			f(w, r)
		}
	}
	mux.HandleFunc("/v1/models", locked(func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"args": os.Args, "env": os.Environ(), "pid": os.Getpid()})
	}))
	mux.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) {
		fmt.Println("GGML_ASSERT failed")
		os.Exit(3)
	})
	mux.HandleFunc("POST /slots/0", locked(fakeSlots(arg("--slot-save-path"))))
	l, err := net.Listen("tcp", arg("--host")+":"+arg("--port"))
	if err != nil {
		fmt.Println("couldn't bind:", err)
		os.Exit(1)
	}
	fmt.Println(http.Serve(l, mux))
}

// fakeSlots keeps its "cache" as text and counts what it restored.
func fakeSlots(dir string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Filename string }
		json.NewDecoder(r.Body).Decode(&in)
		path := filepath.Join(dir, in.Filename)
		switch r.URL.Query().Get("action") {
		case "save":
			os.WriteFile(path, []byte("cache"), 0o644)
			fmt.Fprint(w, `{"n_saved":7}`)
		case "restore":
			b, _ := os.ReadFile(path)
			if string(b) != "cache" {
				w.WriteHeader(400)
				return
			}
			fmt.Println("restored", in.Filename)
			fmt.Fprint(w, `{"n_restored":7}`)
		}
	}
}

// parentMain starts a server, says its process number and waits to be killed.
func parentMain() {
	os.Unsetenv(parentEnv)
	o := Options{Program: os.Args[0], Model: os.Args[1]}
	s, err := Start(context.Background(), o)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	if os.Getenv("DEPUTY_FAKE_HELD") != "" {
		s.Pause()
	}
	fmt.Println(s.current().cmd.Process.Pid)
	select {}
}

// startParent runs parentMain and gives it with its server's process number.
func startParent(t *testing.T, env ...string) (parent *exec.Cmd, server int) {
	t.Helper()
	parent = exec.Command(os.Args[0], fakeModel(t))
	parent.Env = append(os.Environ(), append(env, parentEnv+"=1", fakeEnv+"=plain")...)
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { parent.Process.Kill(); parent.Wait() })
	line, _ := bufio.NewReader(out).ReadString('\n')
	server, err = strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("got %q, want a process number", line)
	}
	return parent, server
}

// fakeModel is a file that looks like weights.
func fakeModel(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.gguf")
	if err := os.WriteFile(path, []byte("GGUF and so on"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// state is a process's state letter in /proc, "" when there is none.
func state(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return rest[:1]
}

// eventually waits for something that has no event of its own.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s never came true", what)
		}
	}
}
