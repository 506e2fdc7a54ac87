package sandboxtest

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"deputy/agent/sandbox"
)

// Forbidden is what no command may reach.
type Forbidden struct{ Dir, Secret, Socket, Abstract, Tcp, Udp, Pid string }

func NewForbidden(t *testing.T) Forbidden {
	t.Helper()
	dir, err := os.MkdirTemp("", "outside-") // a short path: a socket is in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	o := Forbidden{Dir: dir, Secret: filepath.Join(dir, "secret"), Socket: filepath.Join(dir, "s"), Abstract: fmt.Sprintf("deputy-test-%d", os.Getpid()), Pid: fmt.Sprint(os.Getpid())}
	if err := os.WriteFile(o.Secret, []byte("hunter2"), 0o644); err != nil {
		t.Fatal(err)
	}
	greet := func(network, address string) string {
		l, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = io.WriteString(c, "ESCAPED\n")
				c.Close()
			}
		}()
		return l.Addr().String()
	}
	greet("unix", o.Socket)
	greet("unix", "@"+o.Abstract)
	_, o.Tcp, _ = net.SplitHostPort(greet("tcp", "127.0.0.1:0"))
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	_, o.Udp, _ = net.SplitHostPort(u.LocalAddr().String())
	go func() {
		b := make([]byte, 100)
		for {
			n, from, err := u.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = u.WriteTo(append([]byte("ESCAPED "), b[:n]...), from)
		}
	}()
	return o
}

// working says why a kind of sandbox does not work here. It is found out once.
var Missing = sync.OnceValue(func() map[string]error {
	why := map[string]error{}
	for _, kind := range []string{sandbox.Bubblewrap, sandbox.Landlock} {
		_, why[kind] = sandbox.Probe(context.Background(), sandbox.Options{Kind: kind})
	}
	return why
})

// Each gives sandboxes of each kind that works here, for the workspace dir. Where
// all tests are demanded both must.
func Each(t *testing.T, dir, scratch string, o sandbox.Options) map[string]*sandbox.Box {
	t.Helper()
	found := map[string]*sandbox.Box{}
	for kind, why := range Missing() {
		switch {
		case why == nil:
			o.Kind = kind
			found[kind] = sandbox.New(dir, scratch, o)
		case os.Getenv("DEPUTY_TEST_ALL") == "1":
			t.Fatalf("%s does not work here: %s", kind, why)
		default:
			t.Run(kind, func(t *testing.T) { t.Skipf("%s does not work here: %s", kind, why) })
		}
	}
	return found
}

// Said is what a command wrote in a sandbox.
func Said(t *testing.T, b *sandbox.Box, command string) string {
	t.Helper()
	o, err := b.Run(t.Context(), sandbox.Job{Command: command})
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return o.Text()
}
