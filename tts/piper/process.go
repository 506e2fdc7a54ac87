package piper

import (
	"context"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"deputy/internal/proc"
)

//go:embed serve.py
var serve string

const (
	// loading is how long the voice may take to load.
	loading = 60 * time.Second
	// answering is how long the process may take to read a request, or to let go
	// of one that was cancelled, before it is taken for stuck and killed. A
	// sentence that has just begun may miss being broken off, so it must be
	// longer than the longest takes on a busy machine.
	answering = 30 * time.Second
	// longestFrame bounds what one frame may hold.
	longestFrame = 1 << 20
)

// A process is one run of serve.py. Its goroutines end with it.
type process struct {
	cmd   *exec.Cmd
	in    *os.File
	ready chan struct{} // closed when the voice is loaded
	gone  chan struct{} // closed when the process has ended; err is set then
	err   error
	rate  int // set before ready is closed

	// Shared by those who ask and the goroutine that reads the answers.
	mu     sync.Mutex
	last   uint32
	asked  map[uint32]*source
	reason error // why it was killed
}

func start(o Options) (*process, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start piper: %w", err)
	}
	defer r.Close()
	p := &process{in: w, ready: make(chan struct{}), gone: make(chan struct{}), asked: map[uint32]*source{}}
	// -I: neither the caller's environment nor its directory decides what is imported.
	p.cmd = proc.Command(context.Background(), proc.Grant{Inherit: []string{"OMP_*", "PYENV_*"}}, o.Python, "-I", "-c", serve, o.Voice, strconv.Itoa(o.Threads))
	p.cmd.Stdin = r
	said := &proc.Tail{}
	p.cmd.Stderr = said
	p.cmd.WaitDelay = time.Second
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("start piper: %w", err)
	}
	slow := time.AfterFunc(loading, func() { p.kill(fmt.Errorf("the voice was not loaded within %v", loading)) })
	go func() {
		err := p.listen(out, slow)
		slow.Stop()
		p.kill(nil)
		waited := p.cmd.Wait()
		p.end(err, waited, said)
	}()
	return p, nil
}

// listen hands the frames on to whom they belong, until there are no more.
func (p *process) listen(out io.Reader, slow *time.Timer) error {
	for {
		var head [9]byte
		if _, err := io.ReadFull(out, head[:]); err != nil {
			return err
		}
		size := binary.LittleEndian.Uint32(head[5:])
		if size > longestFrame {
			return fmt.Errorf("a frame of %d bytes", size)
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(out, body); err != nil {
			return err
		}
		if head[0] == 'R' {
			rate, err := strconv.Atoi(string(body))
			if err != nil || rate < 8000 || rate > 48000 || p.rate != 0 {
				return fmt.Errorf("a sample rate of %q", body)
			}
			p.rate = rate
			slow.Stop()
			close(p.ready)
			continue
		}
		if err := p.deliver(head[0], binary.LittleEndian.Uint32(head[1:]), body); err != nil {
			return err
		}
	}
}

func (p *process) deliver(kind byte, id uint32, body []byte) error {
	p.mu.Lock()
	s := p.asked[id]
	if kind != 'A' {
		delete(p.asked, id)
	}
	p.mu.Unlock()
	if s == nil {
		return fmt.Errorf("an answer to a request %d that wasn't made", id)
	}
	switch kind {
	case 'A':
		s.write(body)
	case 'E':
		s.finish(io.EOF)
	case 'X':
		s.finish(fmt.Errorf("piper: %s", body))
	default:
		err := fmt.Errorf("piper: a frame of kind %q", kind)
		s.finish(err)
		return err
	}
	return nil
}

// end gives everyone who still waits the reason why there is nothing more.
func (p *process) end(err, waited error, said *proc.Tail) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.reason != nil:
		p.err = fmt.Errorf("piper: %w", p.reason)
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		p.err = fmt.Errorf("piper wrote something odd: %w%s", err, said)
	case waited != nil:
		p.err = fmt.Errorf("piper has ended: %w%s", waited, said)
	default:
		p.err = fmt.Errorf("piper has ended%s", said)
	}
	close(p.gone) // first: who learns of the end asks another process
	for _, s := range p.asked {
		s.finish(p.err)
	}
	clear(p.asked)
}

func (p *process) dead() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// kill ends the process; reason, if it is the first, is what everyone is told.
func (p *process) kill(reason error) {
	p.mu.Lock()
	if p.reason == nil {
		p.reason = reason
	}
	p.mu.Unlock()
	p.in.Close()
	p.cmd.Process.Kill() // fails only if it has ended
}

// ask sends a request for one text, in sentences.
func (p *process) ask(ctx context.Context, sentences []string, pace float64) (*source, error) {
	p.mu.Lock()
	p.last++
	id := p.last
	s := newSource(p.rate)
	if p.dead() {
		p.mu.Unlock()
		return nil, p.err
	}
	p.asked[id] = s
	p.mu.Unlock()
	s.cancel = func() { p.cancel(id) }
	if err := p.send(map[string]any{"id": id, "sentences": sentences, "pace": pace}); err != nil {
		return nil, fmt.Errorf("ask piper: %w", err)
	}
	s.stop = context.AfterFunc(ctx, func() { s.giveUp(ctx.Err()) })
	return s, nil
}

// cancel tells the process to stop with a request, and kills it if it doesn't.
func (p *process) cancel(id uint32) {
	p.mu.Lock()
	_, asked := p.asked[id]
	p.mu.Unlock()
	if !asked || p.send(map[string]any{"cancel": id}) != nil {
		return
	}
	time.AfterFunc(answering, func() {
		p.mu.Lock()
		_, stuck := p.asked[id]
		p.mu.Unlock()
		if stuck && !p.dead() {
			p.kill(errors.New("it doesn't answer"))
		}
	})
}

// send writes one line; os.File keeps lines of several goroutines apart.
func (p *process) send(order map[string]any) error {
	line, err := json.Marshal(order)
	if err != nil {
		return err
	}
	p.in.SetWriteDeadline(time.Now().Add(answering)) // unsupported only where a pipe can't be polled
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		p.kill(fmt.Errorf("it takes no requests: %w", err))
		<-p.gone
		return p.err
	}
	return nil
}
