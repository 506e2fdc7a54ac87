package tools

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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
func (b *sandbox) bubblewrap(ctx context.Context, w way, j job, r *room) (*exec.Cmd, error) {
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
	command := b.shell(j.command, 0)
	if r.gate != nil {
		command = boxPart{Do: doForward, Gate: insideGate, Command: command}.args(insideProgram)
	}
	cmd := exec.CommandContext(ctx, w.program, append([]string{"--args", "3"}, command...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = killGroup(cmd)
	return cmd, nil
}

// options are bubblewrap's: what the command sees of this machine.
func (b *sandbox) options(w way, j job, r *room) ([]string, error) {
	args := append([]string{}, w.spaces...)
	args = append(args, "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox", "--seccomp", "4", "--info-fd", "5", "--clearenv")
	for _, e := range environment("/tmp") {
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
	if j.readOnly {
		bind = "--ro-bind"
	}
	args = append(args, "--proc", "/proc")
	for _, keys := range []string{"/proc/keys", "/proc/key-users"} { // of the user's other sessions
		if _, err := os.Stat(keys); err == nil {
			args = append(args, "--ro-bind", "/dev/null", keys)
		}
	}
	args = append(args, "--dev", "/dev", "--bind", r.tmp, "/tmp", bind, b.dir, sandboxDir)
	if r.gate != nil {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
		args = append(args, "--dir", insideDir, "--ro-bind", self, insideProgram, "--ro-bind", filepath.Join(r.dir, gateName), insideGate)
	}
	return append(args, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", sandboxDir), nil
}
