package tools

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A sandbox runs commands with bubblewrap. How it can be had on this machine is
// found out once, at the first use.
type sandbox struct {
	dir string // the workspace
	o   ShellOptions
	// mu guards what the probe found; it is held while probing, so that there
	// is one probe however many ask.
	mu     sync.Mutex
	probed bool
	bwrap  string
	spaces []string // the options for namespaces that work here
	why    error
}

func newSandbox(dir string, o ShellOptions) *sandbox { return &sandbox{dir: dir, o: o} }

// shutIn says 42 only where the command can't see this machine's own files and processes.
const shutIn = `[ ! -e /root ] && [ ! -e /home ] && [ ! -e /etc/shadow ] && [ $$ -lt 100 ] && [ "$PWD" = ` + sandboxDir + ` ] && echo $((6*7))`

// probe finds out whether a command can be run. Only a finding is kept, not
// that there was no time for one.
func (b *sandbox) probe(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.probed {
		return b.why
	}
	b.bwrap, b.why = b.o.Bwrap, nil
	if b.bwrap == "" {
		if b.bwrap, b.why = exec.LookPath("bwrap"); b.why != nil {
			b.probed = true
			b.why = errors.New("commands can't be run: the sandbox program bubblewrap is missing; tell the user to install it (apt-get install bubblewrap)")
			return b.why
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var last string
	for _, spaces := range namespaces() {
		b.spaces = spaces
		o, err := b.start(ctx, shutIn, true)
		if ctx.Err() != nil {
			return fmt.Errorf("try the sandbox: %w", ctx.Err())
		}
		if err == nil && o.status == 0 && strings.TrimSpace(string(o.head)) == "42" {
			b.probed = true
			return nil
		}
		if err != nil {
			last = err.Error()
		} else {
			last = string(o.head)
		}
	}
	b.probed = true
	b.why = fmt.Errorf("commands can't be run: the sandbox does not work on this machine (%s); tell the user that bubblewrap needs user namespaces", brief(last, 200))
	return b.why
}

// namespaces are the ways to shut a process in, the strictest first: older
// versions lack --disable-userns, and root may have to do without user
// namespaces.
func namespaces() [][]string {
	all := []string{"--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"}
	user := append([]string{"--unshare-user", "--uid", "1000", "--gid", "1000"}, all...)
	ways := [][]string{append([]string{"--disable-userns"}, user...), user}
	if os.Geteuid() == 0 {
		ways = append(ways, all)
	}
	return ways
}

// run runs command once the probe has found a way to.
func (b *sandbox) run(ctx context.Context, command string, readOnly bool) (*output, error) {
	if err := b.probe(ctx); err != nil {
		return nil, err
	}
	return b.start(ctx, command, readOnly)
}

// options are bubblewrap's: what the command sees of this machine.
func (b *sandbox) options(readOnly bool) []string {
	args := append([]string{}, b.spaces...)
	args = append(args, "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox", "--clearenv",
		"--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin:/usr/games", "--setenv", "HOME", "/tmp", "--setenv", "USER", "deputy",
		"--setenv", "LANG", "C.UTF-8", "--setenv", "TERM", "dumb", "--setenv", "TMPDIR", "/tmp",
		"--ro-bind", "/usr", "/usr")
	for _, dir := range []string{"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"} {
		if target, err := os.Readlink(dir); err == nil {
			args = append(args, "--symlink", target, dir)
		} else {
			args = append(args, "--ro-bind-try", dir, dir)
		}
	}
	for _, file := range []string{"/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/timezone", "/etc/mime.types", "/etc/magic"} {
		args = append(args, "--ro-bind-try", file, file)
	}
	bind := "--bind"
	if readOnly {
		bind = "--ro-bind"
	}
	return append(args, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", bind, b.dir, sandboxDir,
		"--remount-ro", "/dev", "--remount-ro", "/", "--chdir", sandboxDir)
}

// shell is what runs in the sandbox: the limits of each process, then bash.
// The limits of all together are kept from outside.
func (b *sandbox) shell(command string) []string {
	kb := func(n int64) string { return strconv.FormatInt(n>>10, 10) }
	// The kernel counts the processes of a user namespace by themselves (since
	// 5.14): it stops a fork bomb that grows faster than it is watched.
	limits := "ulimit -c 0 -n 512 -u " + strconv.Itoa(4*b.o.Processes) + " -t " + strconv.Itoa(int(b.o.Timeout.Seconds())+1) + " -v " + kb(4*b.o.Memory) + " -f " + kb(b.o.FileSize)
	return []string{"/bin/bash", "--noprofile", "--norc", "-c", limits + ` && exec /bin/bash --noprofile --norc -c "$1"`, "bash", command}
}
