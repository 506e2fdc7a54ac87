package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// layerArg is the first argument of this program where it is to lay a layer and
// become another program.
const layerArg = "checkpoint-layer"

type entering struct {
	Layer
	Command []string `json:"command"`
}

// Wrap has cmd, which is not started yet, run with the layer over the folder; the
// rest of the machine sees the folder as it is. The program must begin with [Enter].
func (l *Layer) Wrap(cmd *exec.Cmd) error {
	told, err := json.Marshal(entering{*l, append([]string{cmd.Path}, cmd.Args[1:]...)})
	if err != nil {
		return err
	}
	const self = "/proc/self/exe" // also if its file was replaced meanwhile
	cmd.Path, cmd.Args = self, []string{self, layerArg, string(told)}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWNS
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	return nil
}

// Enter must be the first thing that a program does which uses [Layer.Wrap]:
// there it lays the layer and becomes the command; elsewhere it does nothing.
func Enter() {
	if len(os.Args) != 3 || os.Args[1] != layerArg {
		return
	}
	var e entering
	err := json.Unmarshal([]byte(os.Args[2]), &e)
	if err == nil {
		err = e.lay()
	}
	if err == nil {
		err = syscall.Exec(e.Command[0], e.Command, os.Environ())
	}
	fmt.Fprintf(os.Stderr, "lay the workspace's layer: %v\n", err)
	syscall.Exit(125)
}

// lay mounts the layer over its folder, in this process's own namespace. The
// folders are named by descriptors: no character of a path has a meaning.
func (l *Layer) lay() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keep mounts private: %w", err)
	}
	options := "userxattr"
	for _, o := range []struct{ name, dir string }{{"lowerdir", l.Dir}, {"upperdir", l.Upper}, {"workdir", l.Work}} {
		fd, err := unix.Open(o.dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open %s: %w", o.dir, err)
		}
		options += fmt.Sprintf(",%s=/proc/self/fd/%d", o.name, fd)
	}
	if err := unix.Mount("overlay", l.Dir, "overlay", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return fmt.Errorf("mount the overlay: %w", err)
	}
	return nil
}

// mountsBelow refuses a folder in which something else is mounted: an overlay
// doesn't show it.
func mountsBelow(dir string) error {
	data, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) > 4 && strings.HasPrefix(fields[4], strings.ReplaceAll(filepath.Clean(dir), " ", `\040`)+"/") {
			return fmt.Errorf("another file system is mounted in it, at %s", fields[4])
		}
	}
	return nil
}

// foreignGroup refuses a folder that holds files of this user's other groups: in
// the overlay of an ordinary user nobody can change them.
func foreignGroup(dir string) error {
	if os.Geteuid() == 0 {
		return nil
	}
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what can't be read can't be changed
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		if st := info.Sys().(*syscall.Stat_t); int(st.Uid) == os.Geteuid() && int(st.Gid) != os.Getegid() {
			return fmt.Errorf("%s belongs to another group than your own", p)
		}
		return nil
	})
}

// whiteout says that a file of a layer stands for one that was removed.
func whiteout(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Mode()&fs.ModeCharDevice != 0 && st.Rdev == 0
}

// overlayNames begin the names of the attributes that an overlay notes on files.
const overlayNames = "user.overlay."

// cleaned takes an overlay's attributes off a file of a layer. hides says that it
// is a folder under which nothing of what was there shows.
func cleaned(root *os.Root, rel string, mode fs.FileMode) (hides bool, err error) {
	if !mode.IsRegular() && !mode.IsDir() {
		return false, nil // no other has any
	}
	dir, err := root.Open(path.Dir(rel))
	if err != nil {
		return false, err
	}
	defer dir.Close()
	name := fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), path.Base(rel))
	var list [4096]byte
	n, err := unix.Llistxattr(name, list[:])
	if err != nil || n == 0 {
		return false, notSupported(err)
	}
	clean := func() error {
		for attr := range bytes.SplitSeq(bytes.TrimRight(list[:n], "\x00"), []byte{0}) {
			attr := string(attr)
			if !strings.HasPrefix(attr, overlayNames) {
				continue
			}
			var v [1]byte
			if n, err := unix.Lgetxattr(name, attr, v[:]); attr == overlayNames+"opaque" && err == nil && n == 1 && v[0] == 'y' {
				hides = true
			}
			if err := unix.Lremovexattr(name, attr); err != nil {
				return err
			}
		}
		return nil
	}
	return hides, opened(root, rel, mode, clean)
}

func notSupported(err error) error {
	if errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	return err
}

// between calls do with the folders that hold from and to.
func between(fromRoot *os.Root, from string, toRoot *os.Root, to string, do func(fromDir, toDir int) error) error {
	a, err := fromRoot.Open(path.Dir(from))
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := toRoot.Open(path.Dir(to))
	if err != nil {
		return err
	}
	defer b.Close()
	return do(int(a.Fd()), int(b.Fd()))
}

func rename(fromRoot *os.Root, from string, toRoot *os.Root, to string) error {
	return between(fromRoot, from, toRoot, to, func(a, b int) error {
		return unix.Renameat(a, path.Base(from), b, path.Base(to))
	})
}

func link(fromRoot *os.Root, from string, toRoot *os.Root, to string) error {
	return between(fromRoot, from, toRoot, to, func(a, b int) error {
		return unix.Linkat(a, path.Base(from), b, path.Base(to), 0)
	})
}

// crossing says that two paths lie on different file systems.
func crossing(err error) bool { return errors.Is(err, unix.EXDEV) }

func stampOf(root *os.Root, rel string, info fs.FileInfo) stamp {
	s := stamp{Node: *node(root, rel, info)}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		s.Changed, s.Inode = st.Ctim.Nano(), st.Ino
	}
	return s
}
