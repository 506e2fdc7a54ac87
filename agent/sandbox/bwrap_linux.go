package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"deputy/agent/sandbox/egress"
	"deputy/agent/workspace"
	"deputy/internal/proc"
)

// Where a command that may reach the network sees Deputy's own program, which
// forwards its connections, and the socket of the gate.
const (
	insideDir     = "/run/deputy"
	insideProgram = insideDir + "/forward"
	insideGate    = insideDir + "/gate"
)

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

// bubblewrap runs j with its options in a pipe, since a command line can be
// read by the sandbox, and its filter in another; in a process group of its own.
func (b *Box) bubblewrap(ctx context.Context, w backend, j Job, r *run) (*exec.Cmd, error) {
	raw, err := filter(false)
	if err != nil {
		return nil, err
	}
	if len(raw) > 4096 { // a pipe takes it at once, without a reader
		return nil, fmt.Errorf("the filter of system calls has %d steps, at most 4096 are possible", len(raw))
	}
	options, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	r.files, r.write = append(r.files, options), write
	filtered, fill, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	r.files = append(r.files, filtered)
	_, err = fill.Write(fileBytes(raw))
	if cerr := fill.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	info, tell, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	r.files, r.info = append(r.files, tell), info
	args, err := b.options(w, j, r)
	if err != nil {
		return nil, err
	}
	r.options = []byte(strings.Join(args, "\x00") + "\x00")
	command := b.shell(j.Command, 0)
	if r.gate != nil {
		command = part{Do: doForward, Gate: insideGate, Command: command}.args(insideProgram)
	}
	cmd := proc.Command(ctx, proc.Grant{Nothing: true}, w.program, append([]string{"--args", "3"}, command...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = killGroup(cmd)
	return cmd, nil
}

// options are bubblewrap's: what the command sees of this machine.
func (b *Box) options(w backend, j Job, r *run) ([]string, error) {
	args := append([]string{}, w.spaces...)
	args = append(args, "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox", "--seccomp", "4", "--info-fd", "5", "--clearenv")
	for _, e := range environment("/tmp", [2]string{b.o.Author, b.o.AuthorMail}) {
		name, value, _ := strings.Cut(e, "=")
		args = append(args, "--setenv", name, value)
	}
	args = append(args, "--ro-bind", "/usr", "/usr")
	for _, dir := range systemDirs {
		if target, err := os.Readlink(dir); err == nil {
			args = append(args, "--symlink", target, dir)
		} else {
			args = append(args, "--ro-bind-try", dir, dir)
		}
	}
	files := systemFiles
	if r.gate != nil {
		files = append(files[:len(files):len(files)], certificates...)
	}
	for _, file := range files {
		args = append(args, "--ro-bind-try", file, file)
	}
	bind := "--bind"
	if j.ReadOnly {
		bind = "--ro-bind"
	}
	args = append(args, "--proc", "/proc")
	for _, keys := range []string{"/proc/keys", "/proc/key-users"} { // of the user's other sessions
		if _, err := os.Stat(keys); err == nil {
			args = append(args, "--ro-bind", "/dev/null", keys)
		}
	}
	args = append(args, "--dev", "/dev", "--bind", r.tmp, "/tmp", bind, b.dir, workspace.SandboxDir)
	shut, err := b.mounts(j, r)
	if err != nil {
		return nil, err
	}
	args = append(args, shut...)
	if r.gate != nil {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
		args = append(args, "--dir", insideDir, "--ro-bind", self, insideProgram, "--ro-bind", filepath.Join(r.dir, egress.Socket), insideGate)
	}
	return append(args, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", workspace.SandboxDir), nil
}

// mounts shut what of the workspace the command must not use. A git directory is
// mounted on itself, so that no other one can be put in its place.
func (b *Box) mounts(j Job, r *run) ([]string, error) {
	file, dir := filepath.Join(r.dir, "hidden"), filepath.Join(r.dir, "hidden.d")
	if err := errors.Join(os.WriteFile(file, nil, 0), os.Mkdir(dir, 0)); err != nil {
		return nil, err
	}
	at := map[string][]string{} // by what is mounted on
	if j.Layer == nil {
		for _, p := range j.Shut.Doors {
			at[p] = []string{"--ro-bind", file}
		}
	}
	if !j.ReadOnly {
		for _, p := range j.Shut.Git {
			at[p] = []string{"--bind", filepath.Join(b.dir, p)}
		}
		for _, p := range j.Shut.Fixed {
			at[p] = []string{"--ro-bind", filepath.Join(b.dir, p)}
		}
	}
	for _, p := range j.Shut.Hidden {
		info, err := os.Lstat(filepath.Join(b.dir, p))
		switch {
		case err != nil:
			return nil, err
		case info.IsDir():
			at[p] = []string{"--ro-bind", dir}
		default:
			at[p] = []string{"--ro-bind", file}
		}
	}
	var args []string
	for _, p := range slices.Sorted(maps.Keys(at)) { // a folder before what is in it
		args = append(append(args, at[p]...), workspace.SandboxDir+"/"+p)
	}
	return args, nil
}
