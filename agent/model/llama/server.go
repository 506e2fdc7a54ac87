package llama

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// How a server that keeps dying is treated.
const (
	maxDeaths  = 5 // in a row
	steady     = time.Minute
	maxBackoff = 30 * time.Second
	// patience is how long a server may take to end after being asked.
	patience = 3 * time.Second
)

// A Server is a llama-server that is kept running until Close. Its methods may
// be called from any goroutine.
type Server struct {
	o       Options
	program string
	args    []string
	port    int
	key     string
	log     *ring

	closing context.Context // over when Close was called
	close   context.CancelFunc
	done    chan struct{} // closed when no process runs and none will
	err     error         // why, read after done

	// mu guards what both the callers and the keeping goroutine change: the
	// running process, whether it is held, and the prompt cache it should have.
	mu     sync.Mutex
	proc   *process
	held   bool
	warmed string
}

// Start runs llama-server and returns when it is ready. ctx bounds the start
// only: a server that is up lives until Close, and is started again when it
// dies. The error says what to do and holds the end of the server's log;
// ErrNoProgram and ErrNoModel are told apart.
func Start(ctx context.Context, o Options) (*Server, error) {
	o.fill()
	if o.Program == "" {
		found, err := Find("", "")
		if err != nil {
			return nil, err
		}
		o.Program = found
	} else if _, err := Find(o.Program, ""); err != nil {
		return nil, err
	}
	if err := checkModel(o.Model); err != nil {
		return nil, err
	}
	if o.CacheDir != "" {
		if err := os.MkdirAll(o.CacheDir, 0o700); err != nil {
			return nil, fmt.Errorf("make the prompt cache's directory: %w", err)
		}
	}
	s := &Server{o: o, program: o.Program, key: rand.Text(), log: &ring{}, done: make(chan struct{})}
	s.closing, s.close = context.WithCancel(context.Background())
	optional := optionalFlags(ctx, o.Program)
	for try := 1; ; try++ {
		err := s.listenOn(o.Port)
		if err == nil {
			s.args = append(s.flags(), optional...)
			err = s.run(ctx)
		}
		if err == nil {
			break
		}
		// Between choosing a free port and listening there it can be taken.
		if o.Port != 0 || try == 3 || !strings.Contains(s.log.tail(20), "bind") {
			return nil, err
		}
	}
	go s.keep()
	return s, nil
}

func (s *Server) listenOn(port int) error {
	s.port = port
	if port != 0 {
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("find a free port for llama-server: %w", err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	return l.Close()
}

func (s *Server) flags() []string {
	f := []string{
		"--host", "127.0.0.1", "--port", strconv.Itoa(s.port), "--model", s.o.Model,
		"--threads", strconv.Itoa(s.o.Threads), "--ctx-size", strconv.Itoa(s.o.Context), "--parallel", "1",
	}
	if s.o.CacheDir != "" {
		f = append(f, "--slot-save-path", s.o.CacheDir+string(os.PathSeparator))
	}
	return f
}

// URL is where chat completions are asked for: "http://127.0.0.1:PORT/v1". It
// stays the same when the server is started again.
func (s *Server) URL() string { return fmt.Sprintf("http://127.0.0.1:%d/v1", s.port) }

// Key is the random key that the server wants.
func (s *Server) Key() string { return s.key }

// Log is the end of the server's output, for a diagnosis.
func (s *Server) Log() string { return s.log.tail(ringLines) }

// Pause holds the server still, at once and wherever it is, so that nothing
// competes with the recogniser for the cores: ggml's threads spin, and two
// engines on the same cores slow each other down many times over. The server
// takes connections while it is held but doesn't answer; a request in the middle
// of its reply simply goes on after Resume. Whoever pauses must resume. Pauses
// don't add up, and a held server is started again held if it dies.
func (s *Server) Pause() { s.hold(true) }

// Resume lets a held server go on.
func (s *Server) Resume() { s.hold(false) }

func (s *Server) hold(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = on
	if s.proc != nil {
		s.proc.signal(holdSignal(on))
	}
}

func holdSignal(on bool) syscall.Signal {
	if on {
		return syscall.SIGSTOP
	}
	return syscall.SIGCONT
}

// Paused reports whether the server is held. It fits openai.Options.Held.
func (s *Server) Paused() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held
}

// Wait returns when the server is over for good: nil after Close, else why it
// was given up.
func (s *Server) Wait() error {
	<-s.done
	return s.err
}

// Close ends the server and returns when it is gone. It is asked first and
// killed after three seconds.
func (s *Server) Close() error {
	s.close()
	<-s.done
	return nil
}

// keep starts the server again whenever it dies.
func (s *Server) keep() {
	defer close(s.done)
	for deaths := 0; ; {
		p := s.current()
		select {
		case <-s.closing.Done():
			p.end(patience)
			return
		case <-p.done:
			p.end(patience) // its guard, too
		}
		if time.Since(p.began) > steady {
			deaths = 0
		}
		for {
			deaths++
			s.o.Logger.Warn("llama-server died", "how", p.err, "log", s.log.tail(5), "deaths", deaths)
			if deaths >= maxDeaths {
				s.err = fmt.Errorf("llama-server died %d times in a row and is given up; see why, and restart Deputy. The end of its log:\n%s", deaths, s.log.tail(10))
				return
			}
			pause := min(s.o.Backoff<<(deaths-1), maxBackoff)
			select {
			case <-s.closing.Done():
				return
			case <-time.After(pause):
			}
			err := s.run(s.closing)
			if err == nil {
				break
			}
			if s.closing.Err() != nil {
				return
			}
			s.o.Logger.Warn("llama-server didn't start again", "err", err)
		}
		s.rewarm(s.closing)
	}
}

func (s *Server) current() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proc
}

// run starts the process and waits until it is ready. If it fails, no process is
// left.
func (s *Server) run(ctx context.Context) error {
	p, err := spawn(s.program, s.args, s.key, s.log)
	if err != nil {
		return fmt.Errorf("start llama-server (%s): %w", s.program, err)
	}
	s.mu.Lock()
	s.proc = p
	if s.held {
		p.signal(syscall.SIGSTOP)
	}
	s.mu.Unlock()
	if err := s.ready(ctx, p); err != nil {
		p.end(patience)
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		return fmt.Errorf("start llama-server (%s): %w. The end of its log:\n%s", s.program, err, s.log.tail(15))
	}
	s.o.Logger.Info("llama-server is ready", "url", s.URL(), "took", time.Since(p.began).Round(time.Millisecond))
	return nil
}
