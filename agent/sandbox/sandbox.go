package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"deputy/agent/workspace"
	"deputy/agent/workspace/checkpoint"
	"deputy/internal/textnorm"
)

// The kinds of sandbox.
const (
	Bubblewrap = "bubblewrap"
	Landlock   = "Landlock"
)

// A sandbox runs commands shut in: by bubblewrap, else by Landlock and a filter
// of system calls. Which can be had on this machine is found out once, at the
// first use.
type Box struct {
	dir     string // the workspace
	scratch string // where each command's private folder is made; "" is the system's
	o       Options
	// mu guards what the probe found; it is held while probing, so that there
	// is one probe however many ask.
	mu      sync.Mutex
	probed  bool
	backend backend
	why     error
}

// A backend is one way to shut a command in.
type backend struct {
	kind    string
	program string   // of bubblewrap
	spaces  []string // bubblewrap's options for namespaces
	clone   uintptr  // the namespaces of Landlock's keeper, as clone(2) has them
}

// A Job is one command to run.
type Job struct {
	Command  string
	ReadOnly bool     // it sees the workspace read-only
	Hosts    []string // what it may reach on the network
	Shut     workspace.Shut
	limit    time.Duration
	Layer    *checkpoint.Layer // what it changes goes there; nil is the workspace itself
}

// New makes a sandbox for the workspace dir; scratch is where each command's
// private folder is made, "" the system's.
func New(dir, scratch string, o Options) *Box {
	return &Box{dir: dir, scratch: scratch, o: o.filled()}
}

// Probe says how commands are run here, Bubblewrap or Landlock; the error says
// why they can't be.
func (b *Box) Probe(ctx context.Context) (kind string, err error) {
	w, err := b.probe(ctx)
	return w.kind, err
}

// probe finds out how a command can be run. Only a finding is kept, not that
// there was no time for one.
func (b *Box) probe(ctx context.Context) (backend, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.probed {
		return b.backend, b.why
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	all, whys := b.ways()
	for _, w := range all {
		if b.o.Kind != "" && w.kind != b.o.Kind {
			continue
		}
		err := b.tryOnce(ctx, w)
		if ctx.Err() != nil {
			return backend{}, fmt.Errorf("try the sandbox: %w", ctx.Err())
		}
		if err == nil {
			b.probed, b.backend, b.why = true, w, nil
			return w, nil
		}
		whys = append(whys, w.kind+": "+textnorm.Brief(err.Error(), 160))
	}
	b.probed = true
	b.why = fmt.Errorf("commands can't be run: there is no working sandbox on this machine (%s); tell the user to install bubblewrap (apt-get install bubblewrap), or to use Linux 6.12 or later with Landlock", strings.Join(whys, "; "))
	return backend{}, b.why
}

// tried are the ways that were found to shut a command in, since a try takes a tenth of a second;
// mu guards them, for sandboxes of one process.
var tried struct {
	mu   sync.Mutex
	ways map[string]bool
}

func (b *Box) tryOnce(ctx context.Context, w backend) error {
	tried.mu.Lock()
	defer tried.mu.Unlock()
	key := fmt.Sprint(w)
	if tried.ways[key] {
		return nil
	}
	err := b.try(ctx, w)
	if err == nil {
		if tried.ways == nil {
			tried.ways = map[string]bool{}
		}
		tried.ways[key] = true
	}
	return err
}

// shutIn says 42 only where a command neither reads nor writes a file that it
// must not see, and reaches no service of this machine.
const shutIn = `[ "$PWD" = "$3" ] && ! cat "$1" 2>/dev/null && ! echo x 2>/dev/null >>"$1" && ! (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && echo ok >"$TMPDIR/x" && echo $((6*7))`

// try runs a command that finds out whether w shuts it in.
func (b *Box) try(ctx context.Context, w backend) error {
	c, err := newProbe(b.scratch)
	if err != nil {
		return err
	}
	defer c.Close()
	quoted := "set -- " + quote(c.file) + " " + c.port + " " + quote(b.inside(w)) + "; "
	o, err := b.start(ctx, w, Job{Command: quoted + shutIn, ReadOnly: true, limit: 20 * time.Second})
	switch {
	case err != nil:
		return err
	case o.Ended != "":
		return errors.New(o.Ended)
	case strings.TrimSpace(string(o.head)) != "42":
		return fmt.Errorf("it does not shut a command in: %s", textnorm.Brief(string(o.head), 120))
	}
	return c.untouched()
}

// inside is the workspace as a command sees it.
func (b *Box) inside(w backend) string {
	if w.kind == Bubblewrap {
		return workspace.SandboxDir
	}
	return b.dir
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Run runs a command once the probe has found how.
func (b *Box) Run(ctx context.Context, j Job) (*Output, error) {
	w, err := b.probe(ctx)
	if err != nil {
		return nil, err
	}
	j.limit = b.o.Timeout
	return b.start(ctx, w, j)
}

// readable are the files of the system that a command sees, none of which holds
// anything of the user's.
var (
	systemDirs  = []string{"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}
	systemFiles = []string{"/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/timezone", "/etc/mime.types", "/etc/magic"}
	// certificates are those that a connection is checked with.
	certificates = []string{"/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ca-certificates", "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted"}
)

// environment is all that a command is told: nothing of Deputy's own. Who
// commits is told, since the user's settings of git are not seen.
func environment(tmp string, author [2]string) []string {
	env := []string{
		"PATH=/usr/local/bin:/usr/bin:/bin:/usr/games", "HOME=" + tmp, "TMPDIR=" + tmp,
		"USER=deputy", "LANG=C.UTF-8", "TERM=dumb", "GIT_CONFIG_NOSYSTEM=1",
	}
	if author[0] != "" && author[1] != "" {
		env = append(env, "GIT_AUTHOR_NAME="+author[0], "GIT_AUTHOR_EMAIL="+author[1], "GIT_COMMITTER_NAME="+author[0], "GIT_COMMITTER_EMAIL="+author[1])
	}
	return env
}

// shell is what runs in the sandbox: the limits of each process, then bash.
// The limits of all together are kept from outside. others is how many
// processes count beside the command's own.
func (b *Box) shell(command string, others int) []string {
	kb := func(n int64) string { return strconv.FormatInt(n>>10, 10) }
	// The number of processes holds for everyone but root: root's are only
	// watched, and end with their namespace. Where memory runs out, the kernel
	// ends the command and not Deputy.
	limits := "echo 1000 2>/dev/null >/proc/self/oom_score_adj; ulimit -c 0 -n 512 -u " + strconv.Itoa(4*b.o.Processes+others) +
		" -t " + strconv.Itoa(int(b.o.Timeout.Seconds())+1) + " -v " + kb(4*b.o.Memory) + " -f " + kb(b.o.FileSize)
	// It gives way to Deputy, which listens meanwhile.
	const begin = ` && { type -P nice >/dev/null && exec nice -n 10 /bin/bash --noprofile --norc -c "$1"; exec /bin/bash --noprofile --norc -c "$1"; }`
	return []string{"/bin/bash", "--noprofile", "--norc", "-c", limits + begin, "bash", command}
}

// Probe says how commands can be run on this machine, by Bubblewrap or
// Landlock; the error says what is missing and what to do.
func Probe(ctx context.Context, o Options) (kind string, err error) {
	dir, err := os.MkdirTemp("", "deputy-sandbox-")
	if err != nil {
		return "", fmt.Errorf("try the sandbox: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", fmt.Errorf("try the sandbox: %w", err)
	}
	return New(dir, "", o).Probe(ctx)
}
