package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"time"
)

// Options are the options of Shell; the zero value is usable.
type Options struct {
	Timeout   time.Duration // of one command; 0 is 30 s
	Memory    int64         // bytes that all its processes may hold together; 0 is 1 GiB
	Processes int           // 0 is 128
	FileSize  int64         // bytes of one file that it writes; 0 is 256 MiB
	DiskSpace int64         // bytes that it may take from the disk in all; 0 is 1 GiB
	Bwrap     string        // the bubblewrap program; "" is looked up on PATH
	Kind      string        // Bubblewrap or Landlock; "" is the better one that works here
	// Author and AuthorMail are who commits, for git: a command sees no settings of
	// the user's own. "" is whom the repository names.
	Author, AuthorMail string
	// Hosts lists those that a command may reach after a plain yes, as
	// WebOptions.Allow does; any other is a new one.
	Hosts   []string
	Traffic int64        // bytes that a command may move over the network, both ways; 0 is 64 MiB
	Logger  *slog.Logger // nil is silent

	// How a name is found and an address is dialed; nil is as usual.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

func (o Options) filled() Options {
	set := func(v *int64, to int64) {
		if *v == 0 {
			*v = to
		}
	}
	set((*int64)(&o.Timeout), int64(30*time.Second))
	set(&o.Memory, 1<<30)
	set(&o.FileSize, 256<<20)
	set(&o.DiskSpace, 1<<30)
	set(&o.Traffic, 64<<20)
	if o.Resolve == nil {
		o.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	if o.Processes == 0 {
		o.Processes = 128
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// ErrNoHosts is told where a command can't have a network of its own.
var ErrNoHosts = errors.New("a command can reach hosts only where bubblewrap works: tell the user to install it (apt-get install bubblewrap), or run the command without hosts")
