package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// orphan is a command that begins when what started it is gone, in a session of
// its own; what it says is in the file when the file is there.
func orphan(command, file string) string {
	return fmt.Sprintf(`sh -c 'setsid sh -c "while kill -0 $$ 2>/dev/null; do sleep 0.01; done; { %s; } >%s.part 2>&1; mv %s.part %s" >/dev/null 2>&1 & exit'`, command, file, file, file)
}

// TestDescendantsDecideNothing: what Deputy has started, and what that has
// started, reaches neither a decision nor anything else over the socket.
func TestDescendantsDecideNothing(t *testing.T) {
	t.Parallel()
	w := newPeerWorld(t)
	const refusal = "Deputy itself started"
	for _, level := range []string{"L2", "L4"} {
		for _, tt := range []struct{ name, command string }{
			{"child", "deputy approve ASK"},
			{"grandchild", "sh -c 'sh -c \"deputy approve ASK; exit \\$?\"; exit $?'"},
			{"in a session of its own", "setsid -w deputy approve ASK"},
			{"typed", `deputy say yes ASK`},
			{"an order", `deputy say send the report to finance, trial L4`},
			{"a look", `deputy inbox`},
			{"the key", `deputy ptt start`},
			{"a permission", `deputy grants`},
		} {
			t.Run(level+" "+tt.name, func(t *testing.T) {
				id := w.ask(level)
				out, failed := w.child(strings.ReplaceAll(tt.command, "ASK", id))
				w.refused(t, id, out, failed, refusal)
			})
		}
		t.Run(level+" orphan", func(t *testing.T) {
			id, file := w.ask(level), filepath.Join(w.dir, "orphan"+level)
			w.child(orphan("deputy approve "+id, file))
			w.refused(t, id, w.text(t, file), true, refusal)
		})
	}
	t.Run("left by an earlier Deputy", func(t *testing.T) {
		id, file, now := w.ask("L2"), filepath.Join(w.dir, "left"), filepath.Join(w.dir, "now")
		w.child(orphan("while [ ! -e "+now+" ]; do sleep 0.01; done; deputy approve "+id, file))
		w.kill()
		w.start()
		if err := os.WriteFile(now, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w.refused(t, id, w.text(t, file), true, refusal)
	})
}

// refused checks that an attempt got nowhere, and lets the owner say no.
func (w *peerWorld) refused(t *testing.T, id, out string, failed bool, want string) {
	t.Helper()
	if !failed || !strings.Contains(out, want) {
		t.Errorf("got %q, want it refused: %q", out, want)
	}
	if got := w.waiting(); len(got) != 1 || got[0] != id {
		t.Errorf("got %q waiting, want %s", got, id)
	}
	for _, id := range w.waiting() {
		w.deputy("deny", id)
	}
}

// text waits for a file and reads it.
func (w *peerWorld) text(t *testing.T, file string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(file); err == nil {
			return string(b)
		}
	}
	t.Fatalf("%s was not written within a minute", file)
	return ""
}

// TestStrangersDecideNothing: what the user starts in a sandbox or a container, with
// the socket bound into it, is not listened to; nor is another user.
func TestStrangersDecideNothing(t *testing.T) {
	t.Parallel()
	w := newPeerWorld(t)
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"sandbox", []string{"bwrap", "--dev-bind", "/", "/"}, "sandbox"},
		{"its own processes", []string{"bwrap", "--dev-bind", "/", "/", "--unshare-pid"}, "sandbox"},
		{"its own users", []string{"bwrap", "--dev-bind", "/", "/", "--unshare-user"}, "sandbox"},
		{"container", []string{"unshare", "--pid", "--fork"}, "sandbox"},
		{"its own mounts", []string{"unshare", "--mount"}, "sandbox"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if out, err := w.command(tt.args[0], append(tt.args[1:], "true")...).CombinedOutput(); err != nil {
				t.Skipf("there is no %v here: %v, %s", tt.args, err, out)
			}
			id := w.ask("L2")
			out, err := w.command(tt.args[0], append(tt.args[1:], "deputy", "approve", id)...).CombinedOutput()
			w.refused(t, id, string(out), err != nil, tt.want)
		})
	}
	t.Run("another user", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root can be somebody else")
		}
		id := w.ask("L2")
		// As if the modes of the file and its folders kept nobody away.
		own, err := exec.LookPath("deputy")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{filepath.Dir(own), w.dir, filepath.Dir(w.socket()), w.socket()} {
			if err := os.Chmod(name, 0o777); err != nil {
				t.Fatal(err)
			}
		}
		program := filepath.Join(w.dir, "deputy-of-another")
		data, err := os.ReadFile(own)
		if err == nil {
			err = os.WriteFile(program, data, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
		cmd := w.command(program, "approve", id)
		cmd.Args[0] = "deputy"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := cmd.CombinedOutput()
		w.refused(t, id, string(out), err != nil, "another user")
	})
}

// A pty is a terminal that a test looks at and types into.
type pty struct {
	t      *testing.T
	master *os.File
	slave  *os.File
	seen   chan string // pieces of what is to be seen
	all    string
}

func newPTY(t *testing.T) *pty {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := master.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if cerr := raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			n, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	}); cerr != nil || err != nil {
		t.Fatal(cerr, err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := &pty{t: t, master: master, slave: slave, seen: make(chan string, 100)}
	t.Cleanup(func() { master.Close(); slave.Close() })
	go func() {
		defer close(p.seen)
		for buf := make([]byte, 4096); ; {
			n, err := master.Read(buf)
			if err != nil {
				return
			}
			p.seen <- string(buf[:n])
		}
	}()
	return p
}

// start starts a command in the terminal, as a shell there would.
func (p *pty) start(cmd *exec.Cmd) {
	p.t.Helper()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.slave, p.slave, p.slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// until waits until something is to be seen, and gives the first group of it.
func (p *pty) until(what string) string {
	p.t.Helper()
	re := regexp.MustCompile(what)
	late := time.After(time.Minute)
	for {
		if m := re.FindStringSubmatch(p.all); m != nil {
			return m[len(m)-1]
		}
		select {
		case s := <-p.seen:
			p.all += s
		case <-late:
			p.t.Fatalf("%q is not to be seen in %q", what, p.all)
		}
	}
}

func (p *pty) types(text string) {
	p.t.Helper()
	if _, err := p.master.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

// TestRestrictedIsReadFirst: at L4 the owner approves in a terminal in which
// Deputy has shown the whole decision, by the number that stands there; what was
// typed before counts for nothing.
func TestRestrictedIsReadFirst(t *testing.T) {
	t.Parallel()
	w := newPeerWorld(t)
	t.Run("without a terminal", func(t *testing.T) {
		id := w.ask("L4")
		cmd := w.command("deputy", "approve", id)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		out, err := cmd.CombinedOutput()
		w.refused(t, id, string(out), err != nil, "foreground of a terminal")
	})
	t.Run("typed elsewhere", func(t *testing.T) {
		id := w.ask("L4")
		out, err := w.deputy("say", "approve "+id)
		if err != nil || strings.Contains(out, "approved") {
			t.Errorf("got %v, %s, want it put again", err, out)
		}
		w.refused(t, id, "", true, "")
	})
	t.Run("in the background", func(t *testing.T) {
		id, p := w.ask("L4"), newPTY(t)
		file := filepath.Join(w.dir, "background")
		// With job control, what a shell sends to the background is a group of its own.
		cmd := w.command("sh", "-mc", "deputy approve "+id+" >"+file+".part 2>&1 & wait; mv "+file+".part "+file)
		p.start(cmd)
		defer cmd.Wait()
		w.refused(t, id, w.text(t, file), true, "foreground of a terminal")
	})
	t.Run("a wrong number", func(t *testing.T) {
		id, p := w.ask("L4"), newPTY(t)
		cmd := w.command("deputy", "approve", id)
		p.start(cmd)
		number := p.until(`type (\d{4}) at`)
		p.until("> $")
		p.types(strings.Map(func(r rune) rune { return '0' + '9' - r }, number) + "\n")
		p.until("not the number")
		w.refused(t, id, p.all, cmd.Wait() != nil, "not the number")
	})
	t.Run("typed ahead", func(t *testing.T) {
		id, p := w.ask("L4"), newPTY(t)
		cmd := w.command("deputy", "approve", id)
		p.types("yes\n\n")
		p.start(cmd)
		number := p.until(`type (\d{4}) at`)
		p.types(number + "\n") // by a very quick reader
		p.until("> $")
		select {
		case s := <-p.seen:
			t.Errorf("got %q, want it to wait for what is typed now", s)
		case <-time.After(300 * time.Millisecond):
		}
		p.types("\n")
		p.until("not the number")
		w.refused(t, id, p.all, cmd.Wait() != nil, "not the number")
	})
	t.Run("read and approved", func(t *testing.T) {
		id, p := w.ask("L4"), newPTY(t)
		cmd := w.command("deputy", "approve", id)
		p.start(cmd)
		number := p.until(`type (\d{4}) at`)
		for _, want := range []string{id + "  L4", "send the report to finance", "level:", "text:"} {
			if !strings.Contains(p.all, want) {
				t.Errorf("got %q, want %q shown", p.all, want)
			}
		}
		p.until("> $")
		p.types(number + "\n")
		if err := cmd.Wait(); err != nil {
			t.Errorf("got %v, %q, want it approved", err, p.all)
		}
		if got := w.waiting(); len(got) != 0 {
			t.Errorf("got %q waiting, want nothing", got)
		}
		if out, err := w.deputy("log", "show"); err != nil || !strings.Contains(out, "read in /dev/pts/") {
			t.Errorf("got %v, %s, want the journal to say where it was read", err, out)
		}
	})
}

// TestNumberIsOnlyShown: the number doesn't go over the socket, doesn't count
// before it could be read, and ends with its connection.
func TestNumberIsOnlyShown(t *testing.T) {
	t.Parallel()
	w := newPeerWorld(t)
	id, p := w.ask("L4"), newPTY(t)
	file := filepath.Join(w.dir, "talk")
	// A program in the terminal that speaks for itself and answers at once.
	cmd := w.command("peertalk", w.socket(), id, file)
	p.start(cmd)
	number := p.until(`type (\d{4}) at`)
	p.types(number + "\n")
	cmd.Wait()
	got := w.text(t, file)
	if strings.Contains(got, number) {
		t.Errorf("got %q over the socket, want no %s in it", got, number)
	}
	w.refused(t, id, got, true, "before it could be read")
}
