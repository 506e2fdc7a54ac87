package sandbox

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_AARCH64

// oldRefusals are none: this processor's kernel never had the old calls.
func oldRefusals() []refusal { return []refusal{{call: unix.SYS_KEXEC_FILE_LOAD}} }

func oldSealedRefusals() []refusal { return nil }
