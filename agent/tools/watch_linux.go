package tools

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// watch ends the sandbox of process pid when all that runs in it is too much
// together: the kernel limits only single processes here, since a control group
// of its own is not to be had on every machine.
func (b *sandbox) watch(ctx context.Context, pid int, end context.CancelCauseFunc) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	before := freeSpace(b.dir)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		n, memory := family(pid)
		switch {
		case n > b.o.Processes:
			end(fmt.Errorf("it ran more than %d processes", b.o.Processes))
		case memory > b.o.Memory:
			end(fmt.Errorf("it took more than %s of memory", size(b.o.Memory)))
		case before-freeSpace(b.dir) > b.o.DiskSpace:
			end(fmt.Errorf("it took more than %s of disk space", size(b.o.DiskSpace)))
		}
	}
}

func freeSpace(dir string) int64 {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0
	}
	return int64(s.Bavail) * int64(s.Bsize)
}

// family counts the processes below pid, and the bytes of memory they hold.
// What outlives its parent in a process namespace becomes a child of its first
// process, so none leaves the family.
func family(pid int) (n int, memory int64) {
	type process struct {
		pages    int64
		children []int
	}
	all := map[int]*process{}
	at := func(pid int) *process {
		if all[pid] == nil {
			all[pid] = &process{}
		}
		return all[pid]
	}
	proc, err := os.Open("/proc")
	if err != nil {
		return 0, 0
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	for _, name := range names {
		id, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		parent, pages, ok := readStat(name)
		if !ok {
			continue
		}
		at(id).pages = pages
		at(parent).children = append(at(parent).children, id)
	}
	page := int64(os.Getpagesize())
	queue := append([]int(nil), at(pid).children...)
	for len(queue) > 0 {
		p := at(queue[0])
		queue = append(queue[1:], p.children...)
		n++
		memory += p.pages * page
	}
	return n, memory
}

// readStat reads the parent and the resident pages of a process: fields 4 and
// 24 of proc(5)'s stat, counted from behind the name in brackets, which may
// hold anything.
func readStat(pid string) (parent int, pages int64, ok bool) {
	data, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0, 0, false
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 22 {
		return 0, 0, false
	}
	parent, err1 := strconv.Atoi(string(fields[1]))
	pages, err2 := strconv.ParseInt(string(fields[21]), 10, 64)
	return parent, pages, err1 == nil && err2 == nil
}
