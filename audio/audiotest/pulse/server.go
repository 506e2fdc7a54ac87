// Package pulse runs a private PulseAudio server with a virtual microphone and a
// virtual speaker, for tests, rehearsals and the demo on machines without a
// sound card. It knows the server's programs and modules; it must not know what
// is said through them, and it never touches the user's own sound server.
//
// What is given to Speak comes out of the microphone "vmic"; what is played to
// the speaker "vspk" comes out of Hear. PortAudio reaches both as its default
// devices in a process that has the environment Env before it first uses sound.
package pulse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"deputy/internal/proc"
)

const (
	microphone = "vmic"
	feed       = "vmicfeed" // the sink that the microphone hears
	speaker    = "vspk"
)

// script sets the server up. norewinds=1: a null sink that rewinds hands out two
// seconds at once and spins in between.
var script = ".fail\nload-module module-native-protocol-unix auth-anonymous=1 socket=%s\n" +
	strings.Join(devices, "\n") + "\n"

var devices = []string{
	"load-module module-null-sink sink_name=" + speaker + " rate=48000 channels=2 norewinds=1",
	"load-module module-null-sink sink_name=" + feed + " rate=48000 channels=1 channel_map=mono norewinds=1",
	"load-module module-remap-source source_name=" + microphone + " master=" + feed + ".monitor",
	"set-default-sink " + speaker,
	"set-default-source " + microphone,
}

// alsa is a whole ALSA configuration, not an addition to the system's: hardware
// doesn't exist in it.
const alsa = `pcm.default { type pulse }
ctl.default { type pulse }
pcm.pulse { type pulse }
`

// ErrMissing says which programs are not installed.
var ErrMissing = errors.New("PulseAudio is missing; install it (Debian, Ubuntu: apt-get install pulseaudio pulseaudio-utils libasound2-plugins)")

// A Server is a running sound server. Its methods may be called from any goroutine.
type Server struct {
	dir  string
	cmd  *exec.Cmd
	said *bytes.Buffer // complaints; read only after done is closed
	done chan struct{}
	stop sync.Once
}

// Start runs a server until ctx ends or Stop. dir is its own directory, made if
// need be; a server that was stopped or killed can be started again in the same
// one, and its clients find it again. The path of dir must be shorter than 90
// bytes, since a Unix socket lives in it.
func Start(ctx context.Context, dir string) (*Server, error) {
	for _, program := range []string{"pulseaudio", "pactl", "pacat"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%s: %w", program, ErrMissing)
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, said: new(bytes.Buffer), done: make(chan struct{})}
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("prepare the sound server's directory: %w", err)
	}
	s.cmd = exec.CommandContext(ctx, "pulseaudio", "-n", "-F", filepath.Join(dir, "server.pa"),
		"--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
		"--realtime=yes", "--high-priority=yes", "--log-target=stderr", "--log-level=error")
	s.cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_RUNTIME_DIR="+filepath.Join(dir, "run"),
		"XDG_CONFIG_HOME="+filepath.Join(dir, "config"), "PULSE_RUNTIME_PATH="+filepath.Join(dir, "run"),
		"PULSE_STATE_PATH="+filepath.Join(dir, "config"), "PULSE_COOKIE="+filepath.Join(dir, "cookie"))
	s.cmd.Stderr = s.said
	s.cmd.WaitDelay = time.Second
	proc.DieWithParent(s.cmd, syscall.SIGKILL) // no test leaves one behind
	started := make(chan error)
	go func() {
		// The server dies with the thread that started it: this one stays.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(s.done)
		err := s.cmd.Start()
		started <- err
		if err == nil {
			s.cmd.Wait() // why it ended is in said
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start pulseaudio: %w", err)
	}
	if err := s.ready(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) socket() string { return filepath.Join(s.dir, "sock") }

// prepare writes the server's files.
func (s *Server) prepare() error {
	for _, d := range []string{s.dir, filepath.Join(s.dir, "run"), filepath.Join(s.dir, "config")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	if n := len(s.socket()); n > 100 {
		return fmt.Errorf("%s is too long a path for a socket (%d bytes)", s.socket(), n)
	}
	if err := os.Remove(s.socket()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err // left by one that was killed
	}
	for name, text := range map[string]string{
		"server.pa": fmt.Sprintf(script, s.socket()), "alsa.conf": alsa, "cookie": strings.Repeat("0", 256),
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// ready waits until the server answers.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		if _, err := s.control(ctx, "info"); err == nil {
			return nil
		}
		select {
		case <-s.done:
			return fmt.Errorf("pulseaudio ended at once: %s", strings.TrimSpace(s.said.String()))
		case <-ctx.Done():
			return fmt.Errorf("wait for pulseaudio: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Env is what a process needs in its environment to use this server and no
// other, as KEY=value.
func (s *Server) Env() []string {
	return []string{
		"PULSE_SERVER=unix:" + s.socket(),
		"PULSE_RUNTIME_PATH=" + filepath.Join(s.dir, "run"),
		"PULSE_COOKIE=" + filepath.Join(s.dir, "cookie"),
		"ALSA_CONFIG_PATH=" + filepath.Join(s.dir, "alsa.conf"),
	}
}

// Use puts Env into this process. Call it before the first use of sound: the C
// libraries read it once. (With cgo, os.Setenv sets C's environment too.)
func (s *Server) Use() error {
	for _, kv := range s.Env() {
		k, v, _ := strings.Cut(kv, "=")
		if err := os.Setenv(k, v); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends the server at once, as a crash would, and returns when it is gone.
func (s *Server) Stop() {
	s.stop.Do(func() { s.cmd.Process.Kill() }) // an error means that it has ended already
	<-s.done
}

// Unplug takes microphone and speaker away from all who use them, like a headset
// that is pulled out. (Of the microphone alone PulseAudio would silently put
// another source in its place: the speaker's monitor.)
func (s *Server) Unplug(ctx context.Context) error {
	for _, module := range []string{"module-remap-source", "module-null-sink"} {
		if _, err := s.control(ctx, "unload-module", module); err != nil {
			return err
		}
	}
	return nil
}

// Plug brings them back.
func (s *Server) Plug(ctx context.Context) error {
	for _, line := range devices {
		if _, err := s.control(ctx, strings.Fields(line)...); err != nil {
			return err
		}
	}
	return nil
}

// control runs pactl.
func (s *Server) control(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "pactl", args...)
	cmd.Env = append(os.Environ(), s.Env()...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("pactl %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return string(out), nil
}
