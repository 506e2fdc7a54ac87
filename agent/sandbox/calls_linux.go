package sandbox

import "golang.org/x/sys/unix"

// namespaceFlags are those of clone(2) that make namespaces.
const namespaceFlags = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET

// refusals are for every command. What needs a capability is refused by the
// kernel anyway; here it is once more, in case a namespace gave one.
func refusals() []refusal {
	var all []refusal
	for _, call := range []uintptr{
		// keys of the session that Deputy was started in
		unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY,
		// other processes
		unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD, unix.SYS_KCMP, unix.SYS_PROCESS_MADVISE, unix.SYS_PROCESS_MRELEASE, unix.SYS_MIGRATE_PAGES, unix.SYS_MOVE_PAGES,
		// another view of the machine
		unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE, unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_UNSHARE, unix.SYS_SETNS,
		unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_FANOTIFY_INIT,
		// the kernel's less trodden parts
		unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_KEXEC_LOAD, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE,
		unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_ACCT, unix.SYS_QUOTACTL, unix.SYS_QUOTACTL_FD, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_ADJTIMEX, unix.SYS_CLOCK_ADJTIME,
		unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_SYSLOG, unix.SYS_VHANGUP, unix.SYS_LOOKUP_DCOOKIE,
		// memory that no process is seen to hold
		unix.SYS_SHMGET, unix.SYS_MEMFD_SECRET,
	} {
		all = append(all, refusal{call: call})
	}
	for _, call := range []uintptr{
		unix.SYS_CLONE3,  // its flags can't be read here; the C library falls back to clone
		unix.SYS_OPENAT2, // nor can its mode
		unix.SYS_MEMFD_CREATE,
		unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER, // they make calls that are not filtered
	} {
		all = append(all, refusal{call: call, as: unix.ENOSYS})
	}
	const setid = unix.S_ISUID | unix.S_ISGID
	all = append(all,
		refusal{call: unix.SYS_CLONE, when: anyBit, than: namespaceFlags},
		// words typed into the terminal as if by its user
		refusal{call: unix.SYS_IOCTL, arg: 1, when: equals, than: unix.TIOCSTI},
		refusal{call: unix.SYS_IOCTL, arg: 1, when: equals, than: unix.TIOCLINUX},
		// a program that gives whoever starts it the user's rights
		refusal{call: unix.SYS_FCHMOD, arg: 1, when: anyBit, than: setid},
		refusal{call: unix.SYS_FCHMODAT, arg: 2, when: anyBit, than: setid},
		refusal{call: unix.SYS_FCHMODAT2, arg: 2, when: anyBit, than: setid},
		refusal{call: unix.SYS_OPENAT, arg: 3, when: anyBit, than: setid},
		refusal{call: unix.SYS_MKNODAT, arg: 2, when: anyBit, than: setid},
	)
	// Of the families of sockets only those that a network namespace shuts in.
	for family := uint32(0); family < unix.AF_MAX; family++ {
		switch family {
		case unix.AF_UNIX, unix.AF_INET, unix.AF_INET6:
			continue
		}
		all = append(all, refusal{call: unix.SYS_SOCKET, as: unix.EAFNOSUPPORT, when: equals, than: family})
	}
	return append(all, oldRefusals()...)
}

// sealedRefusals are beside them what Landlock leaves open (as of ABI 7): every
// socket, since one with a name in the file system reaches any service of the
// user; changing the attributes of any file of the user's by its name; other
// processes by their number; memory shared by key.
func sealedRefusals() []refusal {
	all := []refusal{
		{call: unix.SYS_SOCKET},
		{call: unix.SYS_SOCKETPAIR, when: differs, than: unix.AF_UNIX},
		// one for datagrams can be sent elsewhere
		{call: unix.SYS_SOCKETPAIR, arg: 1, when: typeIsnt, than: unix.SOCK_STREAM},
		{call: unix.SYS_UTIMENSAT, arg: 1, when: setNull},
		{call: unix.SYS_PRLIMIT64, when: differs, than: 0},
		{call: unix.SYS_SETPRIORITY, when: differs, than: unix.PRIO_PROCESS},
		{call: unix.SYS_SETPRIORITY, arg: 1, when: differs, than: 0},
		{call: unix.SYS_IOPRIO_SET, when: differs, than: 1}, // IOPRIO_WHO_PROCESS
		{call: unix.SYS_IOPRIO_SET, arg: 1, when: differs, than: 0},
		{call: unix.SYS_SCHED_SETAFFINITY, when: differs, than: 0},
		{call: unix.SYS_SCHED_SETPARAM, when: differs, than: 0},
		{call: unix.SYS_SCHED_SETSCHEDULER, when: differs, than: 0},
		{call: unix.SYS_SCHED_SETATTR, when: differs, than: 0},
	}
	for _, call := range []uintptr{
		unix.SYS_FCHMODAT, unix.SYS_FCHMODAT2, unix.SYS_FCHOWNAT, unix.SYS_SETXATTR, unix.SYS_LSETXATTR, unix.SYS_SETXATTRAT, unix.SYS_REMOVEXATTR, unix.SYS_LREMOVEXATTR, unix.SYS_REMOVEXATTRAT,
		unix.SYS_INOTIFY_ADD_WATCH, unix.SYS_MSGGET, unix.SYS_SEMGET, unix.SYS_MQ_OPEN, unix.SYS_MQ_UNLINK, unix.SYS_FILE_SETATTR,
	} {
		all = append(all, refusal{call: call})
	}
	return append(all, oldSealedRefusals()...)
}
