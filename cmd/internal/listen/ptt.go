package listen

import (
	"fmt"
	"sync/atomic"
	"time"
)

// maxHold is the longest that a key held by command stays down: a release that
// got lost must not leave the microphone open.
const maxHold = 60 * time.Second

// A PTTKey is the push-to-talk key as commands of other programs hold it
// (`deputy ptt start`), beside whatever key of the keyboard is watched.
type PTTKey struct {
	down atomic.Int64 // steady time at which it went down; 0 is up
	last atomic.Int64 // steady time at which it last went down; 0 is never
	// Also is the keyboard's key; nil if there is none.
	Also func() bool
	// pressed holds a token when a key went down since it was last taken.
	pressed chan struct{}
}

// NewPTTKey is a key that is up.
func NewPTTKey() *PTTKey { return &PTTKey{pressed: make(chan struct{}, 1)} }

// Press wakes whoever waits for a key to go down.
func (k *PTTKey) Press() {
	select {
	case k.pressed <- struct{}{}:
	default:
	}
}

// Held says whether the key is down.
func (k *PTTKey) Held() bool {
	if k.Also != nil && k.Also() {
		return true
	}
	return k.commanded()
}

// commanded says whether a command holds it down, and not for too long.
func (k *PTTKey) commanded() bool {
	at := time.Duration(k.down.Load())
	return at != 0 && steady()-at < maxHold
}

// ByCommand says whether a command may have held it down while what is told now was
// said: a program did, and no hand.
func (k *PTTKey) ByCommand() bool {
	at := time.Duration(k.last.Load())
	return at != 0 && steady()-at < 2*maxHold
}

// start is a press by command.
func (k *PTTKey) start() {
	now := int64(steady())
	k.last.Store(now)
	k.down.Store(now)
	k.Press()
}

// Command presses, releases, or toggles the key.
func (k *PTTKey) Command(what string) error {
	switch what {
	case "start":
		k.start()
	case "stop":
		k.down.Store(0)
	case "toggle":
		if k.commanded() {
			k.down.Store(0)
		} else {
			k.start()
		}
	default:
		return fmt.Errorf("deputy ptt knows start, stop and toggle, not %q", what)
	}
	return nil
}
