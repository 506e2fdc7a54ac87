//go:build portaudio

package portaudio

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	pa "github.com/gordonklaus/portaudio"

	"deputy/audio"
)

// errReset says that another stream's recovery closed this one.
var errReset = errors.New("sound was restarted")

// A library is PortAudio itself. The mutex is held for each call into it: it is
// not made for several threads, and Terminate closes everybody's streams.
type library struct {
	mu      sync.Mutex
	users   int
	ready   bool // initialised
	streams map[*stream]bool
	playing int       // sounds under way, which a restart would cut
	last    time.Time // of the last restart
}

var lib = library{streams: map[*stream]bool{}}

// A stream is an open device. After a restart it is dead and its calls return
// errReset.
type stream struct {
	pa       *pa.Stream
	dead     bool
	rate     int
	channels int
	name     string
	buf      []float32 // what Read and Write of pa.Stream move, interleaved
}

// use and leave bracket the life of a Mic or Speaker.
func (l *library) use() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.start(); err != nil {
		return err
	}
	l.users++
	return nil
}

func (l *library) leave() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.users--; l.users > 0 {
		return nil
	}
	return l.end()
}

// start initialises PortAudio if need be. The caller holds mu, as for end.
func (l *library) start() error {
	if l.ready {
		return nil
	}
	hush()
	if err := usable(); err != nil {
		return fmt.Errorf("start PortAudio: %w", err)
	}
	if err := pa.Initialize(); err != nil {
		return fmt.Errorf("start PortAudio: %w", explain(err))
	}
	l.ready = true
	return nil
}

func (l *library) end() error {
	for s := range l.streams {
		l.drop(s)
	}
	if !l.ready {
		return nil
	}
	l.ready = false
	return pa.Terminate()
}

// drop closes a stream, whatever state it is in. The caller holds mu.
func (l *library) drop(s *stream) {
	if s.dead {
		return
	}
	s.dead = true
	delete(l.streams, s)
	s.pa.Abort() // a lost device fails here and in Close, and is gone all the same
	s.pa.Close()
}

// restart makes PortAudio look at the devices anew, which takes a second or two
// and closes every stream. It doesn't cut a sound, nor, more than now and then,
// a stream that works: a speaker that stays away must not deafen the microphone.
func (l *library) restart() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.playing > 0 || (len(l.streams) > 0 && time.Since(l.last) < 10*time.Second) {
		return errBusy
	}
	l.last = time.Now()
	if err := l.end(); err != nil {
		return fmt.Errorf("stop PortAudio: %w", err)
	}
	return l.start()
}

var errBusy = errors.New("another device is in use")

// play marks the beginning (1) and the end (-1) of a sound.
func (l *library) play(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.playing += n
}

// call runs f on a stream that is alive.
func (l *library) call(s *stream, f func(*pa.Stream) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.dead {
		return errReset
	}
	return explain(f(s.pa))
}

// explain gives the errors of the host's sound system, which have often no text,
// one. The others can still be told apart with errors.Is.
func explain(err error) error {
	var host pa.UnanticipatedHostError
	if errors.As(err, &host) {
		return fmt.Errorf("sound system error %d: %s", host.Code, cmp.Or(host.Text, "the device is gone"))
	}
	return err
}

func (l *library) close(s *stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(s)
}

// open opens and starts the input, or opens the output, whose name has name in
// it. It tries what it would like best first: rate, then the device's own rate,
// each with as few channels as the device takes.
func (l *library) open(input bool, name string, rate int) (*stream, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.start(); err != nil {
		return nil, err
	}
	dev, err := find(input, name)
	if err != nil {
		return nil, err
	}
	own := int(dev.DefaultSampleRate)
	if rate == 0 {
		rate = own
	}
	for _, try := range []struct{ rate, channels int }{{rate, 1}, {own, 1}, {rate, 2}, {own, 2}} {
		s := &stream{rate: try.rate, channels: try.channels, name: dev.Name}
		p := pa.StreamParameters{SampleRate: float64(s.rate), FramesPerBuffer: s.rate / 50}
		end := &p.Output
		*end = pa.StreamDeviceParameters{Device: dev, Channels: s.channels, Latency: max(dev.DefaultLowOutputLatency, outputLatency)}
		if input {
			p.Output, end = p.Input, &p.Input
			*end = pa.StreamDeviceParameters{Device: dev, Channels: s.channels, Latency: dev.DefaultLowInputLatency}
		}
		s.buf = make([]float32, p.FramesPerBuffer*s.channels)
		var failed error
		if s.pa, failed = pa.OpenStream(p, &s.buf); failed == nil {
			if input {
				if failed = s.pa.Start(); failed != nil {
					s.pa.Close()
				}
			}
			if failed == nil {
				l.streams[s] = true
				return s, nil
			}
		}
		if err == nil {
			err = explain(failed)
		}
	}
	return nil, fmt.Errorf("open %q: %w", dev.Name, err)
}

// outputLatency is how far ahead of the device sound is written: enough for a
// machine that is busy transcribing. A hush drops it, so it delays nothing.
const outputLatency = 100 * time.Millisecond

// find is the device whose name is, or else begins with, or else holds name.
func find(input bool, name string) (*pa.DeviceInfo, error) {
	what, get := "speaker", pa.DefaultOutputDevice
	channels := func(d *pa.DeviceInfo) int { return d.MaxOutputChannels }
	if input {
		what, get = "microphone", pa.DefaultInputDevice
		channels = func(d *pa.DeviceInfo) int { return d.MaxInputChannels }
	}
	if name == "" {
		dev, err := get()
		if err != nil {
			return nil, fmt.Errorf("%w: there is no %s: %v", audio.ErrNoDevice, what, err)
		}
		return dev, nil
	}
	all, err := pa.Devices()
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	var names []string
	var found *pa.DeviceInfo
	best := 0
	for _, d := range all {
		if channels(d) == 0 {
			continue
		}
		names = append(names, fmt.Sprintf("%q", d.Name))
		if score := match(d.Name, name); score > best {
			found, best = d, score
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%w: no %s has %q in its name; there are: %s",
			audio.ErrNoDevice, what, name, strings.Join(names, ", "))
	}
	return found, nil
}

// match says how well a device's name fits what was asked for: 0 is not at all.
func match(device, asked string) int {
	device, asked = strings.ToLower(device), strings.ToLower(asked)
	switch {
	case device == asked:
		return 3
	case strings.HasPrefix(device, asked):
		return 2
	case strings.Contains(device, asked):
		return 1
	}
	return 0
}

// Devices lists what there is. While a Mic or Speaker is open it doesn't see
// what was plugged in since.
func Devices() ([]Device, error) {
	if err := lib.use(); err != nil {
		return nil, err
	}
	defer lib.leave()
	lib.mu.Lock()
	defer lib.mu.Unlock()
	all, err := pa.Devices()
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	in, _ := pa.DefaultInputDevice() // nil where there is none
	out, _ := pa.DefaultOutputDevice()
	list := make([]Device, len(all))
	for i, d := range all {
		list[i] = Device{
			Name: d.Name, System: d.HostApi.Name, Rate: int(d.DefaultSampleRate),
			Inputs: d.MaxInputChannels, Outputs: d.MaxOutputChannels,
			DefaultInput: d == in, DefaultOutput: d == out,
		}
	}
	return list, nil
}
