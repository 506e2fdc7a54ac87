package sandbox

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_X86_64

// oldRefusals are of the calls that only this processor's kernel still has.
func oldRefusals() []refusal {
	const setid = unix.S_ISUID | unix.S_ISGID
	return []refusal{
		{call: unix.SYS_IOPL}, {call: unix.SYS_IOPERM}, {call: unix.SYS_KEXEC_FILE_LOAD},
		{call: unix.SYS_CHMOD, arg: 1, when: anyBit, than: setid},
		{call: unix.SYS_OPEN, arg: 2, when: anyBit, than: setid},
		{call: unix.SYS_CREAT, arg: 1, when: anyBit, than: setid},
		{call: unix.SYS_MKNOD, arg: 1, when: anyBit, than: setid},
	}
}

func oldSealedRefusals() []refusal {
	return []refusal{
		{call: unix.SYS_CHMOD}, {call: unix.SYS_CHOWN}, {call: unix.SYS_LCHOWN},
		{call: unix.SYS_UTIME}, {call: unix.SYS_UTIMES}, {call: unix.SYS_FUTIMESAT, arg: 1, when: setNull},
	}
}
