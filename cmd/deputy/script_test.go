package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"deputy/cmd/internal/control"
)

// scripts plays the scripts of a directory, each in a home of its own.
//
// Commands beside testscript's own: deputy itself, and those of the table below.
func scripts(t *testing.T, dir string) {
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			for _, name := range []string{"config", "state", "data", "cache", "run"} {
				e.Setenv("XDG_"+strings.ToUpper(name)+"_HOME", filepath.Join(e.WorkDir, name))
			}
			e.Setenv("XDG_RUNTIME_DIR", filepath.Join(e.WorkDir, "run"))
			e.Setenv("JOURNAL", filepath.Join(e.WorkDir, "state", "deputy", "journal.db"))
			e.Setenv("LC_ALL", "C")
			if cache, err := os.UserCacheDir(); err == nil {
				e.Setenv("CACHE", cache) // where the real models are
			}
			e.Setenv("DEPUTY_LOG_LEVEL", "error")
			e.Setenv("DEPUTY_TTS_ENGINE", "off")
			// Nobody's own model server is asked.
			e.Setenv("DEPUTY_LLM_URL", "http://127.0.0.1:1/v1")
			e.Setenv("DEPUTY_LLM_TOOLS", "native")
			e.Setenv("DEPUTY_LLM_MODEL", "test")
			// The answer to every script that asks for one, until it wants another.
			l := newFaultyModel()
			e.Values["llm"] = l
			e.Defer(l.server.Close)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"llm":     scriptLLM,
			"running": scriptRunning,
			"sql":     scriptSQL,
			"flip":    scriptFlip,
			"cut":     scriptCut,
			"sound":   scriptSound,
			"listens": scriptListens,
			"wrote":   scriptWrote,
			"hears":   scriptHears,
			"modest":  scriptModest,
			"mode":    scriptMode,
			"aside":   scriptAside,
		},
	})
}

// llm MODE: the language model is a server on this machine that behaves so.
func scriptLLM(ts *testscript.TestScript, neg bool, args []string) {
	l := ts.Value("llm").(*faultyModel)
	if neg || len(args) != 1 || !l.behave(args[0]) {
		ts.Fatalf("llm MODE: there is no mode %q", args)
	}
	ts.Setenv("DEPUTY_LLM_URL", l.server.URL+"/v1")
}

// running: waits until a Deputy of this home answers on its socket.
func scriptRunning(ts *testscript.TestScript, neg bool, _ []string) {
	path := filepath.Join(ts.Getenv("XDG_RUNTIME_DIR"), "deputy", "deputy.sock")
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if control.Call(context.Background(), path, control.Request{Do: "tasks"}, func(control.Response) error { return nil }) == nil {
			return
		}
	}
	ts.Fatalf("no Deputy answered on %s within a minute", path)
}

// sql STATEMENT: changes the journal behind Deputy's back.
func scriptSQL(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.Getenv("JOURNAL"))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(args[0])
	ts.Check(err)
}

// flip FILE TEXT: turns one bit in the first letter of the last TEXT in a file.
func scriptFlip(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	at := strings.LastIndex(string(b), args[1])
	if at < 0 {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	b[at] ^= 1
	ts.Check(os.WriteFile(path, b, 0o600))
}

// cut FILE N: leaves the first N bytes of a file, or without the last N if N < 0.
func scriptCut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	if n < 0 {
		info, err := os.Stat(ts.MkAbs(args[0]))
		ts.Check(err)
		n += info.Size()
	}
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// sound FILE KIND: writes a sound file; see soundFile.
func scriptSound(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(soundFile(ts.MkAbs(args[0]), args[1]))
}

// listens PATH: leaves a socket behind that nobody listens on any more.
func scriptListens(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	ts.Check(err)
	l.SetUnlinkOnClose(false)
	ts.Check(l.Close())
}

// mode FILE BITS: the file has exactly these permissions.
func scriptMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); (got == args[1]) == neg {
		ts.Fatalf("%s has mode %s", args[0], got)
	}
}

// wrote KIND: waits until the journal holds an event of that kind.
func scriptWrote(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		db, err := sql.Open("sqlite", "file:"+ts.Getenv("JOURNAL")+"?mode=ro&_pragma=busy_timeout(5000)")
		ts.Check(err)
		n := 0
		err = db.QueryRow("SELECT count(*) FROM event WHERE kind = ?", args[0]).Scan(&n)
		db.Close()
		if err == nil && n > 0 {
			return
		}
	}
	ts.Fatalf("no event %q within a minute", args[0])
}

// hears TEXT [LANGUAGE]: speech is written down by a server that always hears TEXT.
func scriptHears(ts *testscript.TestScript, _ bool, args []string) {
	language := "english"
	if len(args) > 1 {
		language = args[1]
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"text":%q,"language":%q,"segments":[{"text":%[1]q,"start":0,"end":1,"avg_logprob":-0.05,"no_speech_prob":0.01}]}`,
			args[0], language)
	}))
	ts.Defer(s.Close)
	ts.Setenv("DEPUTY_STT_ENGINE", "remote")
	ts.Setenv("DEPUTY_STT_REMOTE_URL", s.URL+"/v1")
}

// modest FILE: transcribing the file takes little memory, however long it is.
func scriptModest(ts *testscript.TestScript, _ bool, args []string) {
	cmd := exec.Command("maxrss", "deputy", "transcribe", "--tsv", ts.MkAbs(args[0]))
	cmd.Env = os.Environ()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "DEPUTY_STT_ENGINE", "DEPUTY_STT_REMOTE_URL"} {
		if v := ts.Getenv(name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	out, err := cmd.CombinedOutput()
	said, most, _ := strings.Cut(string(out), "\t\n")
	megabytes, nerr := strconv.Atoi(most)
	if err != nil || nerr != nil || said != ts.MkAbs(args[0]) {
		ts.Fatalf("transcribe: %v, %s", err, out)
	}
	ts.Logf("%d MB at most", megabytes)
	if megabytes > 400 {
		ts.Fatalf("it took %d MB of memory", megabytes)
	}
}

// maxRSS runs a command and prints how many megabytes it held at most. It is a
// process of its own, since a child counts from what its parent holds at the fork,
// and the tests hold much.
func maxRSS(args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Println(err)
		return 1
	}
	most := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS != "darwin" { // kilobytes on Linux, bytes on macOS
		most *= 1024
	}
	fmt.Print(most >> 20)
	return 0
}

// aside FILE COPY [SUFFIX]: one of the files that a repair left beside FILE, with
// SUFFIX behind its name, is the same as COPY.
func scriptAside(ts *testscript.TestScript, _ bool, args []string) {
	want := ts.ReadFile(args[1])
	suffix := strings.Join(args[2:], "")
	found, err := filepath.Glob(ts.MkAbs(args[0]) + ".before-*[0-9]" + suffix)
	ts.Check(err)
	for _, path := range found {
		if ts.ReadFile(path) == want {
			return
		}
	}
	ts.Fatalf("none of %d files beside %s is the same as %s", len(found), args[0], args[1])
}
