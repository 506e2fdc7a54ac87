package sandbox_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"deputy/agent/sandbox"
	"deputy/agent/sandbox/sandboxtest"
	"deputy/agent/tool"
	"deputy/agent/tools/toolstest"
	"deputy/internal/textnorm"
)

// escapes are attempts to get out, in the shell or, after "py:", in Python, with
// the numbers of system calls (of amd64) for what no program does. Each says ESCAPED or a secret when it
// got out, and something of refused when it was held back; landlock is what it
// says there if that differs.
func escapes(home string, o sandboxtest.Forbidden) []struct{ name, command, refused, landlock string } {
	return []struct{ name, command, refused, landlock string }{
		{"password file", "cat /etc/shadow && echo ESCAPED", "No such file", "denied"},
		{"ssh keys", "ls -a " + home + "/.ssh && echo ESCAPED", "No such file", "denied|No such file"},
		{"the home", "ls -a " + home + " && echo ESCAPED", "No such file", "denied"},
		{"all homes", "ls /home/* /root && echo ESCAPED", "No such file", "denied"},
		{"a file outside", "cat " + o.Secret, "No such file", "denied"},
		{"write outside", "echo x > " + o.Dir + "/new && echo ESCAPED", "No such file", "denied"},
		{"remove outside", "rm -f " + o.Secret + "; rm " + o.Secret + " && echo ESCAPED", "No such file", "denied"},
		{"append to a system file", "echo x >> /etc/profile && echo ESCAPED", "Read-only|No such file", "denied"},
		{"write the system", "echo x > /usr/bin/x && echo ESCAPED", "Read-only", "denied"},
		{"write the root", "echo x > /x && echo ESCAPED", "Read-only", "denied"},
		{"symbolic link out", "ln -s " + o.Secret + " link; cat link", "No such file", "denied"},
		{"link made outside", "cat planted-link", "No such file", "denied"},
		{"hard link", "ln " + o.Secret + " hard && cat hard", "No such file", "denied|cross-device|not permitted"},
		{"dots", "cat ../../../../../../../../.." + o.Secret, "No such file", "denied"},
		{"root of the first process", "cat /proc/1/root" + o.Secret, "No such file|denied", "denied"},
		{"working folder of Deputy", "ls /proc/" + o.Pid + "/cwd/ && echo ESCAPED", "No such file", "denied"},
		{"environment of the first process", "cat /proc/1/environ | tr '\\0' '\\n'; echo x | cat - /proc/self/environ | tr '\\0' '\\n'; echo refused", "refused", ""},
		{"environment", "env; set; echo refused", "refused", ""},
		{"memory of Deputy", "head -c 1 /proc/" + o.Pid + "/mem && echo ESCAPED", "No such file", "denied"},
		{"command lines", "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'test[.]run' && echo ESCAPED; echo refused", "refused", ""},
		{"kill Deputy", "kill -0 " + o.Pid + " && kill -CONT " + o.Pid + " && kill -0 " + o.Pid + " && test ! -d /workspace && echo ESCAPED; echo refused", "refused", ""},
		{"kill all", "trap '' TERM; kill -TERM -1; echo refused", "refused", ""},
		{"trace Deputy", "py: out() if libc.ptrace(16, " + o.Pid + ", 0, 0) == 0 else err()", "errno 1", ""},
		{"trace a child", "py: out() if libc.ptrace(0, 0, 0, 0) == 0 else err()", "errno 1", ""},
		{"mount", "mount -t tmpfs x /tmp && echo ESCAPED", "permission|denied|must be superuser|not permitted", ""},
		{"chroot", "py: out() if libc.chroot(b'/tmp') == 0 else err()", "errno 1", ""},
		{"unshare", "unshare -Urm true && echo ESCAPED", "not permitted", ""},
		{"unshare by clone", "py: out() if libc.syscall(56, 0x10000000|17, 0, 0, 0, 0) >= 0 else err()", "errno 1", ""},
		{"unshare by clone3", "py: out() if libc.syscall(435, 0, 0) == 0 else err()", "errno 38", ""},
		{"namespaces of another", "py: out() if libc.setns(os.open('/proc/1/ns/net', 0), 0) == 0 else err()", "errno 1", "PermissionError"},
		{"namespaces by descriptor", "py: out() if libc.setns(0, 0) == 0 else err()", "errno 1", ""},
		{"device", "mknod disk b 8 0 && echo ESCAPED; mknod null c 1 3 && echo ESCAPED", "not permitted", "not permitted|denied"},
		{"raw disk", "head -c 1 /dev/vda /dev/sda /dev/nvme0n1 /dev/mem && echo ESCAPED", "No such file", "denied|No such file"},
		{"devices of the system", "ls /sys/class/net && echo ESCAPED", "No such file", "denied"},
		{"Deputy's socket", "py: s = socket.socket(socket.AF_UNIX); s.connect('" + o.Socket + "'); print(s.recv(99))", "FileNotFound", "PermissionError"},
		{"abstract socket", "py: s = socket.socket(socket.AF_UNIX); s.connect('\\0" + o.Abstract + "'); print(s.recv(99))", "Refused", "PermissionError"},
		{"datagram from a pair", "py: a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); a.sendto(b'x', '" + o.Socket + "'); out()", "FileNotFound", "PermissionError"},
		{"docker", "py: s = socket.socket(socket.AF_UNIX); s.connect('/var/run/docker.sock'); out()", "FileNotFound", "PermissionError"},
		{"service of this machine", "exec 3<>/dev/tcp/127.0.0.1/" + o.Tcp + " && head -1 <&3", "refused", "not permitted|denied"},
		{"service of the network", "exec 3<>/dev/tcp/1.1.1.1/53 && echo ESCAPED", "unreachable", "not permitted|denied"},
		{"datagram", "py: s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(1); s.sendto(b'x', ('127.0.0.1', " + o.Udp + ")); print(s.recv(99))", "Refused|timed out|unreachable", "PermissionError"},
		{"names", "py: socket.getaddrinfo('example.com', 80); out()", "gaierror", ""},
		{"raw socket", "py: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); out()", "PermissionError", ""},
		{"packet socket", "py: socket.socket(socket.AF_PACKET, socket.SOCK_RAW); out()", "OSError|PermissionError", ""},
		{"hypervisor socket", "py: socket.socket(40, socket.SOCK_STREAM); out()", "not supported|PermissionError", ""},
		{"listen to others", "py: s = socket.socket(); s.bind(('0.0.0.0', 8080)); s.listen(); print('listening')", "listening", "PermissionError"},
		{"io_uring", "py: out() if libc.syscall(425, 8, 0) >= 0 else err()", "errno 38", ""},
		{"keys of the session", "py: out() if libc.syscall(250, 0, -3, 0) >= 0 else err()", "errno 1", ""},
		{"keys of the user", "cat /proc/keys && echo ESCAPED || echo refused", "refused", ""},
		{"typed into the terminal", "py: import fcntl, pty; m, s = pty.openpty(); fcntl.ioctl(s, 0x5412, b'x'); out()", "PermissionError", "PermissionError|out of pty"},
		{"typed, with high bits", "py: out() if libc.syscall(16, 0, ctypes.c_long(0x100005412), b'x') == 0 else err()", "errno 1", ""},
		{"the terminal", "echo x > /dev/tty && echo ESCAPED", "No such device", "denied|No such device"},
		{"terminals of others", "ls /dev/pts/[0-9]* && echo ESCAPED; for t in /dev/pts/[0-9]*; do echo x > $t && echo ESCAPED; done; echo refused", "refused", ""},
		{"descriptors of Deputy", "for f in 3 4 5 6 7 8 9; do { cat <&$f && echo ESCAPED; } 2>/dev/null; done; echo refused", "refused", ""},
		{"a program with its owner's rights", "cp /bin/true t; chmod u+s t && echo ESCAPED; chmod 4755 t && echo ESCAPED; py() { :; }; ls -l t", "rwxr-xr-x", ""},
		{"made with its owner's rights", "py: os.close(os.open('t2', os.O_CREAT|os.O_WRONLY, 0o4755)); out() if os.stat('t2').st_mode & 0o4000 else print('refused')", "PermissionError", ""},
		{"root by a program", "su -c 'echo ESCAPED' </dev/null; sudo -n echo ESCAPED; grep NoNewPrivs /proc/self/status || echo 'NoNewPrivs:\t1'", "NoNewPrivs:\t1", ""},
		{"capabilities", "py: h = (ctypes.c_uint32*2)(0x20080522, 0); d = (ctypes.c_uint32*6)(); libc.capget(h, d); out() if any(d) else print('refused')", "refused", ""},
		{"rights of a file outside", "chmod 600 " + o.Secret + " && echo ESCAPED", "No such file", "not permitted"},
		{"time of a file outside", "touch -d 2001-01-01 " + o.Secret + " && echo ESCAPED", "No such file", "not permitted|denied"},
		{"limits of Deputy", "prlimit --pid " + o.Pid + " --nofile=1 && echo ESCAPED", "No such process|not permitted", ""},
		{"Deputy's turn on the processor", "renice -n 19 -p " + o.Pid + " && echo ESCAPED", "No such process|not permitted", ""},
		{"32-bit call", "py: code = mmap.mmap(-1, 4096, prot=7); code.write(bytes.fromhex('b814000000cd80c3')); f = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code))); out() if f() >= 0 else print('refused', f())", "refused -38", ""},
		{"x32 call", "py: out() if libc.syscall(0x40000000 + 39) >= 0 else err()", "errno 38", ""},
		{"Deputy's program", "/proc/self/exe sandbox-part '{\"do\":\"keep\",\"dir\":\"/\",\"tmp\":\"/tmp\",\"command\":[\"/bin/cat\",\"" + o.Secret + "\"]}'", "No such file", "denied|No such file"},
	}
}

const pythonPrelude = `import os, sys, socket, ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
def err(): print('errno %d' % ctypes.get_errno())
def out(): print('ESC' + 'APED')
try: exec(sys.argv[1])
except BaseException as e: print(type(e).__name__, e)
`

// TestEscapes tries to get out of both kinds of sandbox.
func TestEscapes(t *testing.T) {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DEPUTY_TEST_SECRET", "hunter2")
	s, o := toolstest.NewSpace(t), sandboxtest.NewForbidden(t)
	if err := os.Symlink(o.Secret, filepath.Join(s.Dir(), "planted-link")); err != nil {
		t.Fatal(err)
	}
	tests := escapes(home, o)
	if len(tests) < 25 {
		t.Fatalf("got %d attempts, want at least 25", len(tests))
	}
	for kind, box := range sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{}) {
		t.Run(kind, func(t *testing.T) {
			for _, tt := range tests {
				t.Run(tt.name, func(t *testing.T) {
					command, want := tt.command, tt.refused
					if kind == sandbox.Landlock && tt.landlock != "" {
						want = tt.landlock
					}
					if code, ok := strings.CutPrefix(command, "py: "); ok {
						if runtime.GOARCH != "amd64" && (strings.Contains(code, "libc.syscall(") || strings.Contains(code, "mmap.")) {
							t.Skip("does not apply: the numbers are amd64's")
						}
						command = "python3 -c " + sandbox.Quote(pythonPrelude) + " " + sandbox.Quote(code)
					}
					got := sandboxtest.Said(t, box, command)
					if strings.Contains(got, "ESCAPED") || strings.Contains(got, "hunter2") {
						t.Errorf("%s: got out: %q", command, got)
					}
					held := false
					for w := range strings.SplitSeq(want, "|") {
						held = held || strings.Contains(strings.ToLower(got), strings.ToLower(w))
					}
					if !held {
						t.Errorf("%s: got %q, want %q in it", command, got, want)
					}
				})
			}
		})
	}
	if b, err := os.ReadFile(o.Secret); err != nil || string(b) != "hunter2" {
		t.Errorf("the file outside: got %q, %v, want it untouched", b, err)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, "new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was made outside: %v", err)
	}
}

// TestSandboxWorks: what a command is for goes on.
func TestSandboxWorks(t *testing.T) {
	s := toolstest.NewSpace(t)
	s.File("a.txt", "hello\n")
	for kind, box := range sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{}) {
		inside := map[string]string{sandbox.Bubblewrap: "/workspace", sandbox.Landlock: s.Dir()}[kind]
		for _, tt := range []struct{ command, want string }{
			{"cat a.txt", "hello"},
			{"echo new > b.txt && cat b.txt", "new"},
			{"mkdir -p d/e && mv b.txt d/e/ && cat d/e/b.txt && rm -r d", "new"},
			{"echo x > $TMPDIR/x && mv $TMPDIR/x y && cat y && rm y", "x"},
			{"pwd", inside},
			{"ln -s a.txt l && cat l && rm l", "hello"},
			{"echo x > /dev/null && head -c 3 /dev/zero | wc -c", "3"},
			{"seq 3 | (sort -r | head -1)", "3"},
			{"cat <(echo piped)", "piped"},
			{"python3 -c 'import subprocess; print(subprocess.check_output([\"echo\", \"child\"]))'", "child"},
			{"python3 -c 'import threading; t = threading.Thread(target=print, args=(\"thread\",)); t.start(); t.join()'", "thread"},
			{"exit 3", "[exit status 3]"},
			{"kill -9 $$", "[exit status 137]"},
			{"true > x.txt", "[done, no output]"},
			{"printf '\\033[31mred\\033[0m'", "[31mred"},
		} {
			if kind == sandbox.Landlock && strings.Contains(tt.command, "<(") {
				continue // /dev/fd is /proc, which shows other processes
			}
			if got := sandboxtest.Said(t, box, tt.command); !strings.Contains(got, tt.want) || strings.Contains(got, "\x1b") {
				t.Errorf("%s: %s: got %q, want %q in it", kind, tt.command, got, tt.want)
			}
		}
		o, err := box.Run(t.Context(), sandbox.Job{Command: "echo x > n.txt || echo refused; rm a.txt; cat a.txt", ReadOnly: true})
		if err != nil || !strings.Contains(o.Text(), "refused") || !strings.Contains(o.Text(), "hello") || s.Text("n.txt") != "-" {
			t.Errorf("%s: read-only: got %v, %v, want a workspace that can't be written", kind, o, err)
		}
		if left, err := os.ReadDir(s.Scratch()); err != nil || len(left) != 0 {
			t.Errorf("%s: got %v, %v, want no private folder left", kind, left, err)
		}
	}
}

func TestSandboxLimits(t *testing.T) {
	for _, tt := range []struct {
		name, command, want string
		o                   sandbox.Options
	}{
		{"time", "sleep 100", "longer than 1s", sandbox.Options{Timeout: time.Second}},
		{"signals ignored", "trap '' TERM INT HUP; while :; do :; done", "longer than 1s", sandbox.Options{Timeout: time.Second}},
		{"child in the background", "sleep 3211 & disown; echo begun", "begun", sandbox.Options{}},
		{"another session", "setsid sleep 3212 >/dev/null 2>&1 & echo begun", "begun", sandbox.Options{}},
		{"double fork", "((setsid sh -c 'trap \"\" TERM HUP; sleep 3213; sleep 3213' >/dev/null 2>&1 &) &); echo begun", "begun", sandbox.Options{}},
		{"another session, out of time", "setsid sh -c 'sleep 3214; sleep 3214' & sleep 100", "longer than 1s", sandbox.Options{Timeout: time.Second}},
		{"fork bomb", "f() { f | f & }; f; sleep 20", "processes", sandbox.Options{Timeout: 20 * time.Second, Processes: 50}},
		{"memory of many", "for i in 1 2 3; do (x=$(head -c 120M /dev/zero | tr '\\0' x); sleep 20) & done; sleep 20", "took more than", sandbox.Options{Timeout: 20 * time.Second, Memory: 200 << 20}},
		{"memory of one", "x=$(head -c 900M /dev/zero | tr '\\0' x); echo ${#x}", "", sandbox.Options{Timeout: 20 * time.Second, Memory: 100 << 20}},
		{"memory that no process holds", "python3 -c 'import os; os.memfd_create(\"x\"); print(\"made\")'", "not implemented", sandbox.Options{}},
		{"size of a file", "head -c 20M /dev/zero > big; stat -c %s big", "1048576", sandbox.Options{FileSize: 1 << 20}},
		{"disk", "for i in $(seq 60); do head -c 10M /dev/zero > big$i; done; sleep 20", "disk space", sandbox.Options{Timeout: 20 * time.Second, DiskSpace: 50 << 20}},
		{"disk of temporary files", "for i in $(seq 60); do head -c 10M /dev/zero > $TMPDIR/big$i; done; sleep 20", "disk space", sandbox.Options{Timeout: 20 * time.Second, DiskSpace: 50 << 20}},
		{"output", "yes", "wrote more", sandbox.Options{Timeout: 20 * time.Second}},
		{"output is clipped", "seq 1 100000", "left out", sandbox.Options{}},
		{"a folder closed to its owner", "mkdir -p $TMPDIR/a/b && python3 -c 'import os; os.fchmod(os.open(os.environ[\"TMPDIR\"]+\"/a\", 0), 0)'; echo done", "done", sandbox.Options{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := toolstest.NewSpace(t)
			for kind, box := range sandboxtest.Each(t, s.Dir(), s.Scratch(), tt.o) {
				got := sandboxtest.Said(t, box, tt.command)
				if !strings.Contains(got, tt.want) || len(got) > tool.MaxText+500 {
					t.Errorf("%s: got %q, want %q in it", kind, textnorm.Brief(got, 200), tt.want)
				}
				for _, seconds := range []string{"3211", "3212", "3213", "3214"} {
					if running(seconds) {
						t.Errorf("%s: sleep %s outlives the command", kind, seconds)
					}
				}
			}
		})
	}
}

// TestDiskIsNotFilled: on a disk that is nearly full a command is ended, by a plain
// sentence, while there is still room.
func TestDiskIsNotFilled(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("there can be no small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	work, own := filepath.Join(dir, "work"), filepath.Join(dir, "own")
	if err := errors.Join(os.Mkdir(work, 0o700), os.Mkdir(own, 0o700)); err != nil {
		t.Fatal(err)
	}
	b := sandbox.New(work, own, sandbox.Options{Timeout: 20 * time.Second})
	got := sandboxtest.Said(t, b, "for i in $(seq 60); do head -c 2M /dev/zero > big$i || exit; sleep 0.1; done")
	if !strings.Contains(got, "more than 33.6 MB of disk space, of the 67.1 MB that were free") {
		t.Errorf("got %q, want that it took too much", textnorm.Brief(got, 200))
	}
}

// running says whether some process sleeps for so many seconds.
func running(seconds string) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		if line, err := os.ReadFile(f); err == nil && string(line) == "sleep\x00"+seconds+"\x00" {
			return true
		}
	}
	return false
}

// until waits for what must come about.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !is() {
		select {
		case <-deadline:
			t.Fatal(what)
		case <-time.Tick(10 * time.Millisecond):
		}
	}
}

func TestSandboxCanceled(t *testing.T) {
	s := toolstest.NewSpace(t)
	for kind, box := range sandboxtest.Each(t, s.Dir(), s.Scratch(), sandbox.Options{}) {
		t.Run(kind, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() {
				_, err := box.Run(ctx, sandbox.Job{Command: "setsid sleep 1234567 & sleep 1234568"})
				done <- err
			}()
			until(t, "the command did not begin", func() bool { return running("1234567") && running("1234568") })
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want canceled", err)
			}
			until(t, "the command's processes live on", func() bool { return !running("1234567") && !running("1234568") })
		})
	}
}

// Deputy is killed while a command runs: nothing of the command is left.
func TestSandboxDiesWithDeputy(t *testing.T) {
	if kind := os.Getenv("DEPUTY_TEST_SANDBOX"); kind != "" { // the Deputy that is killed
		box := sandboxtest.Each(t, t.TempDir(), "", sandbox.Options{})[kind]
		_, _ = box.Run(t.Context(), sandbox.Job{Command: "setsid sleep 7654321 & sleep 7654322"})
		return
	}
	for kind := range sandboxtest.Each(t, t.TempDir(), "", sandbox.Options{}) {
		t.Run(kind, func(t *testing.T) {
			deputy := exec.Command(os.Args[0], "-test.run", "^TestSandboxDiesWithDeputy$")
			deputy.Env = append(os.Environ(), "DEPUTY_TEST_SANDBOX="+kind, "TMPDIR="+t.TempDir())
			if err := deputy.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = deputy.Process.Kill(); _ = deputy.Wait() })
			until(t, "the command did not begin", func() bool { return running("7654321") && running("7654322") })
			if err := deputy.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			until(t, "the command lives on", func() bool { return !running("7654321") && !running("7654322") })
		})
	}
}

// TestNoSandboxNoCommand: a bubblewrap that does not shut in is not used.
func TestNoSandboxNoCommand(t *testing.T) {
	s := toolstest.NewSpace(t)
	open := filepath.Join(t.TempDir(), "open")
	if err := os.WriteFile(open, []byte("#!/bin/bash\nshift 2; cd "+s.Dir()+"; TMPDIR=/tmp exec \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, program := range map[string]string{"missing": filepath.Join(s.Dir(), "no-such-bwrap"), "broken": "/bin/false", "does nothing": "/bin/true", "shuts nothing in": open} {
		b := sandbox.New(s.Dir(), s.Scratch(), sandbox.Options{Kind: sandbox.Bubblewrap, Bwrap: program})
		if _, err := b.Probe(t.Context()); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// TestLandlockWithoutNamespaces tries, as a user who may make no namespace, what
// the keeper then has to see to.
func TestLandlockWithoutNamespaces(t *testing.T) {
	const name = "DEPUTY_TEST_KEEPER"
	if sandbox.LandlockOffered() != nil {
		sandboxtest.Each(t, t.TempDir(), "", sandbox.Options{})
		return
	}
	if dir := os.Getenv(name); dir == "" && os.Geteuid() == 0 { // root's processes are not limited: as someone else
		dir, err := os.MkdirTemp("", "keeper-")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		const nobody = 64123
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
		again := exec.Command(sandbox.SelfProgram, "-test.run", "^TestLandlockWithoutNamespaces$", "-test.v")
		again.Env = []string{name + "=" + dir, "TMPDIR=" + dir}
		again.Dir = "/"
		again.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		out, err := again.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestLandlockWithoutNamespaces") {
			t.Errorf("as another user: %v\n%s", err, out)
		}
		return
	}
	s, o := toolstest.NewSpace(t), sandboxtest.NewForbidden(t)
	box := func(o sandbox.Options) *sandbox.Box {
		return sandbox.WithoutNamespaces(s.Dir(), s.Scratch(), o)
	}
	if err := box(sandbox.Options{}).Try(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, command, want string
		o                   sandbox.Options
	}{
		{"a file outside", "cat " + o.Secret, "denied", sandbox.Options{}},
		{"kill Deputy", "kill -CONT " + o.Pid, "not permitted", sandbox.Options{}},
		{"kill the keeper", "kill -STOP $PPID; kill -KILL $PPID; echo refused", "refused", sandbox.Options{}},
		{"kill all", "trap '' TERM; kill -TERM -1; echo refused", "refused", sandbox.Options{}},
		{"double fork", "((setsid sh -c 'trap \"\" TERM HUP; sleep 4213; sleep 4213' >/dev/null 2>&1 &) &); echo begun", "begun", sandbox.Options{}},
		{"out of time", "setsid sh -c 'sleep 4214; sleep 4214' & sleep 100", "longer than 1s", sandbox.Options{Timeout: time.Second}},
		{"the kernel counts processes", "ulimit -u; ulimit -u 1; exec python3 -c 'import os; os.fork()'", "unavailable", sandbox.Options{}},
	} {
		got := sandboxtest.Said(t, box(tt.o), tt.command)
		if !strings.Contains(got, tt.want) || strings.Contains(got, "hunter2") {
			t.Errorf("%s: got %q, want %q in it", tt.name, got, tt.want)
		}
		for _, seconds := range []string{"4213", "4214"} {
			if running(seconds) {
				t.Errorf("%s: sleep %s outlives the command", tt.name, seconds)
			}
		}
	}
	if t.Failed() {
		return // a fork bomb only where what is above holds
	}
	if got := sandboxtest.Said(t, box(sandbox.Options{Processes: 20}), "f() { f | f & }; f; sleep 20"); !strings.Contains(got, "processes") {
		t.Errorf("fork bomb: got %q, want it ended", got)
	}
}
