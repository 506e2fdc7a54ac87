package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"

	"deputy/internal/proc"
)

// neededABI of Landlock is the first that keeps signals and abstract sockets in
// (6.12); files are kept in since 3, TCP since 4.
const neededABI = 6

func landlockOffered() error {
	abi, err := ll.LandlockGetABIVersion()
	switch {
	case err != nil || abi == 0:
		return errors.New("this kernel has it not, or not switched on")
	case abi < neededABI:
		return fmt.Errorf("this kernel has version %d of it, %d is needed (Linux 6.12)", abi, neededABI)
	}
	_, err = filter(true)
	return err
}

// landlock runs j below a keeper: Deputy's own program, which ends what the
// command leaves behind. In a session of its own there is no terminal. The
// keeper has a namespace of processes if there can be one: it ends as a whole,
// in the kernel, with the keeper. Root must have one, since the kernel does not
// limit the number of root's processes, and a keeper can't keep up with a fork
// bomb.
func (b *Box) landlock(ctx context.Context, w backend, j Job, r *run) (*exec.Cmd, error) {
	if w.clone == 0 && os.Geteuid() == 0 {
		return nil, errors.New("root's processes can't be limited without a namespace")
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	r.files, r.read = append(r.files, write), read
	p := part{Do: doKeep, Dir: b.dir, Tmp: r.tmp, ReadOnly: j.ReadOnly, Hidden: j.Shut.Hidden, Author: [2]string{b.o.Author, b.o.AuthorMail}, Command: b.shell(j.Command, threads())}
	args := p.args(selfProgram)
	if len(args[2]) > 120<<10 { // of 128 kB for one argument
		return nil, errors.New("the workspace holds too many secrets to shut them all: install bubblewrap (apt-get install bubblewrap)")
	}
	cmd := proc.Command(ctx, proc.Grant{Nothing: true}, args[0], args[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: w.clone}
	if w.clone&syscall.CLONE_NEWUSER != 0 {
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
	}
	end := syscall.SIGKILL
	if w.clone == 0 {
		end = syscall.SIGTERM // the keeper must end the others first
	}
	cmd.SysProcAttr.Pdeathsig = end
	cmd.Cancel = func() error { return cmd.Process.Signal(end) }
	return cmd, nil
}

// threads counts those of this user: without a user namespace the kernel counts
// them along with the command's. Root's are not limited.
func threads() int {
	n := 0
	for _, pid := range processes() {
		var s syscall.Stat_t
		if syscall.Stat("/proc/"+pid, &s) != nil || int(s.Uid) != os.Geteuid() {
			continue
		}
		tasks, _ := os.ReadDir("/proc/" + pid + "/task")
		n += len(tasks)
	}
	return n
}

// seal shuts this thread in for good, and then becomes the command.
func (p part) seal() error {
	runtime.LockOSThread() // what follows holds for one thread, the one that becomes the command
	offer()
	if err := os.Chdir(p.Dir); err != nil {
		return err
	}
	if abi, err := ll.LandlockGetABIVersion(); err != nil || abi < neededABI {
		return fmt.Errorf("version %d of Landlock is too old (%v)", abi, err)
	}
	// Of at least neededABI, as just seen, and of all that the kernel has.
	rules, flags, err := landlock.V11.BestEffort().NewRulesetFD(p.rules()...)
	if err != nil {
		return err
	}
	raw, err := filter(true)
	if err != nil {
		return err
	}
	if err := dropCapabilities(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	if err := ll.LandlockRestrictSelf(rules, flags); err != nil {
		return fmt.Errorf("restrict files: %w", err)
	}
	if err := install(raw); err != nil {
		return err
	}
	return fmt.Errorf("begin %s: %w", p.Command[0], syscall.Exec(p.Command[0], p.Command, environment(p.Tmp, p.Author)))
}

// rules are what the command may see of this machine.
func (p part) rules() []landlock.Rule {
	var files, dirs []string
	for _, f := range append(append([]string{"/usr"}, systemDirs...), systemFiles...) {
		info, err := os.Stat(f)
		switch {
		case err != nil:
		case info.IsDir():
			dirs = append(dirs, f)
		default:
			files = append(files, f)
		}
	}
	return append(p.workspace(),
		landlock.RODirs(dirs...), landlock.ROFiles(files...), landlock.ROFiles("/dev/random", "/dev/urandom"),
		landlock.RWFiles("/dev/null", "/dev/zero", "/dev/full"), landlock.RWDirs(p.Tmp).WithRefer(),
	)
}

// workspace are the rules for the workspace. Landlock only ever allows, and for
// all that is below: so where something is hidden, reading is allowed for each
// thing beside it, and what the command makes there it can't read itself.
func (p part) workspace() []landlock.Rule {
	rights := landlock.AccessFSSet(ll.AccessFSExecute | ll.AccessFSReadDir | ll.AccessFSReadFile)
	if !p.ReadOnly {
		rights |= ll.AccessFSWriteFile | ll.AccessFSTruncate | ll.AccessFSRefer | ll.AccessFSRemoveDir | ll.AccessFSRemoveFile | ll.AccessFSMakeChar |
			ll.AccessFSMakeDir | ll.AccessFSMakeReg | ll.AccessFSMakeSock | ll.AccessFSMakeFifo | ll.AccessFSMakeBlock | ll.AccessFSMakeSym
	}
	if len(p.Hidden) == 0 {
		return []landlock.Rule{landlock.PathAccess(rights, p.Dir)}
	}
	rules := []landlock.Rule{landlock.PathAccess(rights&^ll.AccessFSReadFile, p.Dir)}
	var beside func(rel string)
	beside = func(rel string) {
		entries, err := os.ReadDir(filepath.Join(p.Dir, rel))
		if err != nil {
			return
		}
		for _, e := range entries {
			switch in := filepath.Join(rel, e.Name()); {
			case slices.Contains(p.Hidden, in), e.Type()&os.ModeSymlink != 0: // a link leads to what has a rule of its own
			case e.IsDir() && slices.ContainsFunc(p.Hidden, func(h string) bool { return strings.HasPrefix(h, in+"/") }):
				beside(in)
			case e.IsDir(), e.Type().IsRegular():
				rules = append(rules, landlock.PathAccess(ll.AccessFSReadFile, filepath.Join(p.Dir, in)))
			}
		}
	}
	beside("")
	return rules
}

// dropCapabilities leaves root with no more than any other user may do.
func dropCapabilities() error {
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil && !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	_ = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("drop capabilities: %w", err)
	}
	return nil
}

// offer has the kernel end this process first where memory runs out.
func offer() { _ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) }
