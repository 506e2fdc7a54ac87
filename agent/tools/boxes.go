package tools

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// forbidden is what no command may reach.
type forbidden struct{ dir, secret, socket, abstract, tcp, udp, pid string }

func newForbidden(t *testing.T) forbidden {
	t.Helper()
	dir, err := os.MkdirTemp("", "outside-") // a short path: a socket is in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	o := forbidden{dir: dir, secret: filepath.Join(dir, "secret"), socket: filepath.Join(dir, "s"), abstract: fmt.Sprintf("deputy-test-%d", os.Getpid()), pid: fmt.Sprint(os.Getpid())}
	if err := os.WriteFile(o.secret, []byte("hunter2"), 0o644); err != nil {
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
	greet("unix", o.socket)
	greet("unix", "@"+o.abstract)
	_, o.tcp, _ = net.SplitHostPort(greet("tcp", "127.0.0.1:0"))
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	_, o.udp, _ = net.SplitHostPort(u.LocalAddr().String())
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
var working = sync.OnceValue(func() map[string]error {
	why := map[string]error{}
	for _, kind := range []string{Bubblewrap, Landlock} {
		_, why[kind] = ProbeSandbox(context.Background(), ShellOptions{Kind: kind})
	}
	return why
})

// boxes are sandboxes of each kind that works here, for the workspace dir. Where
// all tests are demanded both must.
func boxes(t *testing.T, dir, scratch string, o ShellOptions) map[string]*sandbox {
	t.Helper()
	found := map[string]*sandbox{}
	for kind, why := range working() {
		switch {
		case why == nil:
			o.Kind = kind
			found[kind] = newSandbox(dir, scratch, o)
		case os.Getenv("DEPUTY_TEST_ALL") == "1":
			t.Fatalf("%s does not work here: %s", kind, why)
		default:
			t.Run(kind, func(t *testing.T) { t.Skipf("%s does not work here: %s", kind, why) })
		}
	}
	return found
}

// said is what a command wrote in a sandbox.
func said(t *testing.T, b *sandbox, command string) string {
	t.Helper()
	o, err := b.Run(t.Context(), job{command: command})
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return o.text()
}
