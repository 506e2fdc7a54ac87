package sandbox

import (
	endian "encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A refusal is a system call that a command may not make: always, or only where
// an argument is as given. Arguments are compared as the kernel reads them, in
// their lower 32 bits: a filter that looks at all 64 lets TIOCSTI through.
type refusal struct {
	call uintptr
	as   unix.Errno // what the command is told; 0 is EPERM
	arg  int        // which argument decides
	when test       // 0 is always
	than uint32
}

type test uint8

const (
	always test = iota
	equals
	differs
	anyBit   // of than is set
	setNull  // the pointer is not null
	typeIsnt // the socket's type, without its flags, is another one
)

// filter is a seccomp program in the form that the kernel and bubblewrap read.
// sealed is for a command that sees the machine's own files and has no
// namespaces: what Landlock does not hold back is refused there too.
func filter(sealed bool) ([]bpf.RawInstruction, error) {
	if auditArch == 0 {
		return nil, errors.New("there is no filter of system calls for this processor")
	}
	refused := refusals()
	if sealed {
		refused = append(refused, sealedRefusals()...)
	}
	program := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 4, Size: 4}, // the architecture: a program for another one numbers its calls differently
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArch, SkipTrue: 1},
		deny(unix.ENOSYS),
		bpf.LoadAbsolute{Off: 0, Size: 4}, // the call
		bpf.JumpIf{Cond: bpf.JumpLessThan, Val: 0x40000000, SkipTrue: 1},
		deny(unix.ENOSYS), // x32
	}
	for _, r := range refused {
		program = append(program, r.program()...)
	}
	program = append(program, bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW})
	raw, err := bpf.Assemble(program)
	if err != nil {
		return nil, fmt.Errorf("make the filter of system calls: %w", err)
	}
	return raw, nil
}

func deny(e unix.Errno) bpf.RetConstant {
	return bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(e)}
}

// program refuses the call, and leaves its number loaded for what comes next.
func (r refusal) program() []bpf.Instruction {
	as := r.as
	if as == 0 {
		as = unix.EPERM
	}
	low := uint32(16 + 8*r.arg) // seccomp_data.args, little-endian: every processor with an auditArch is
	load := bpf.LoadAbsolute{Off: low, Size: 4}
	refuse, number := deny(as), bpf.LoadAbsolute{Off: 0, Size: 4}
	var body []bpf.Instruction
	switch r.when {
	case always:
		body = []bpf.Instruction{refuse}
	case equals:
		body = []bpf.Instruction{load, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: r.than, SkipTrue: 1}, refuse, number}
	case differs:
		body = []bpf.Instruction{load, bpf.JumpIf{Cond: bpf.JumpEqual, Val: r.than, SkipTrue: 1}, refuse, number}
	case anyBit:
		body = []bpf.Instruction{load, bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: r.than, SkipTrue: 1}, refuse, number}
	case setNull:
		body = []bpf.Instruction{
			load, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0, SkipTrue: 2},
			bpf.LoadAbsolute{Off: low + 4, Size: 4}, bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0, SkipTrue: 1},
			refuse, number,
		}
	case typeIsnt:
		body = []bpf.Instruction{
			load, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf},
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: r.than, SkipTrue: 1}, refuse, number,
		}
	}
	return append([]bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(r.call), SkipTrue: uint8(len(body))}}, body...)
}

// fileBytes are the program as bubblewrap reads it from a file.
func fileBytes(raw []bpf.RawInstruction) []byte {
	b := make([]byte, 0, 8*len(raw))
	for _, i := range raw {
		b = endian.NativeEndian.AppendUint16(b, i.Op)
		b = append(b, i.Jt, i.Jf)
		b = endian.NativeEndian.AppendUint32(b, i.K)
	}
	return b
}

// install puts the filter on this thread, for good; no_new_privs must be set.
func install(raw []bpf.RawInstruction) error {
	filters := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		filters[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	program := unix.SockFprog{Len: uint16(len(filters)), Filter: &filters[0]}
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program))); errno != 0 {
		return fmt.Errorf("filter system calls: %w", errno)
	}
	return nil
}
