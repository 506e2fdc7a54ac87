package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"deputy/internal/textnorm"
)

const (
	// ownMemory is what the parts of the sandbox take beside the command.
	ownMemory = 64 << 20
	// maxNewFiles is how many files a command may make: each takes room, an
	// empty one too.
	maxNewFiles = 200_000
)

// watch ends the sandbox of process pid when all that runs in it is too much
// together: the kernel limits only single processes here, since a control group
// of its own is not to be had on every machine. tmp is its private folder.
func (b *Box) watch(ctx context.Context, pid int, tmp string, end context.CancelCauseFunc) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	before, running := []left{free(b.dir), free(tmp)}, tasks()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// Looking at every process takes time, so it is done ten times a second;
		// a fork bomb is too fast for that, and shows in the number of all.
		if n%10 != 0 && tasks()-running < b.o.Processes {
			continue
		}
		below, memory := family(pid)
		switch {
		case len(below) > b.o.Processes:
			end(fmt.Errorf("it ran more than %d processes", b.o.Processes))
		case memory > b.o.Memory+ownMemory:
			end(fmt.Errorf("it took more than %s of memory", textnorm.Size(b.o.Memory)))
		}
		for i, dir := range []string{b.dir, tmp} {
			now := free(dir)
			switch {
			case before[i].bytes-now.bytes > b.mayTake(before[i]):
				end(fmt.Errorf("it took more than %s of disk space, of the %s that were free", textnorm.Size(b.mayTake(before[i])), textnorm.Size(before[i].bytes)))
			case before[i].files-now.files > maxNewFiles:
				end(fmt.Errorf("it made more than %d files", maxNewFiles))
			}
		}
	}
}

// mayTake is how many bytes of what is free a command may take: never the last of
// it, since the journal, and what the user has open, need room as well.
func (b *Box) mayTake(free left) int64 { return min(b.o.DiskSpace, free.bytes/2) }

// tasks is how many there are on this machine; 0 if that can't be read.
func tasks() int {
	data, err := os.ReadFile("/proc/loadavg")
	fields := bytes.Fields(data)
	if err != nil || len(fields) < 4 {
		return 0
	}
	_, all, _ := bytes.Cut(fields[3], []byte("/"))
	n, _ := strconv.Atoi(string(all))
	return n
}

// left is what is free on a file system.
type left struct{ bytes, files int64 }

func free(dir string) left {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return left{}
	}
	return left{int64(s.Bavail) * int64(s.Bsize), int64(s.Ffree)}
}

// A process is what /proc says of one.
type process struct {
	pid, parent int
	state       byte
	pages       int64 // resident
}

// processes are the names of all in /proc.
func processes() []string {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	pids := names[:0]
	for _, name := range names {
		if _, err := strconv.Atoi(name); err == nil {
			pids = append(pids, name)
		}
	}
	return pids
}

// family are the processes below pid, and the bytes of memory they hold. What
// outlives its parent becomes a child of the first process of its namespace, or
// of the keeper, so none leaves the family.
func family(pid int) (below []process, memory int64) {
	children := map[int][]process{}
	for _, name := range processes() {
		if p, ok := readStat(name); ok {
			children[p.parent] = append(children[p.parent], p)
		}
	}
	below = children[pid]
	for i := 0; i < len(below); i++ {
		below = append(below, children[below[i].pid]...)
	}
	for _, p := range below {
		memory += p.pages * int64(os.Getpagesize())
	}
	return below, memory
}

// readStat reads proc(5)'s stat, counted from behind the name in brackets, which
// may hold anything: fields 3, 4 and 24.
func readStat(pid string) (process, bool) {
	data, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return process{}, false
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 22 {
		return process{}, false
	}
	id, err0 := strconv.Atoi(pid)
	parent, err1 := strconv.Atoi(string(fields[1]))
	pages, err2 := strconv.ParseInt(string(fields[21]), 10, 64)
	return process{id, parent, fields[0][0], pages}, err0 == nil && err1 == nil && err2 == nil
}
