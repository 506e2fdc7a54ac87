package hotkey

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// A place is where a key is on the keyboard and which modifiers it needs.
type place struct {
	mu    sync.Mutex // one goroutine reads events, another moves the key when the layout changes
	root  xproto.Window
	codes []xproto.Keycode
	mods  uint16
	locks []uint16 // each set of lock keys that may be on meanwhile
}

// findKey looks the key up in the layout of the keyboard.
func findKey(conn *xgb.Conn, keys Keys) (*place, error) {
	setup := xproto.Setup(conn)
	if setup == nil {
		return nil, fmt.Errorf("%w: the X display told nothing about itself", ErrNoDesktop)
	}
	first, count := setup.MinKeycode, int(setup.MaxKeycode)-int(setup.MinKeycode)+1
	layout, err := xproto.GetKeyboardMapping(conn, first, byte(count)).Reply()
	if err != nil {
		return nil, fmt.Errorf("read the keyboard layout: %w", err)
	}
	syms := func(code xproto.Keycode) []xproto.Keysym {
		at, per := (int(code)-int(first))*int(layout.KeysymsPerKeycode), int(layout.KeysymsPerKeycode)
		if code < first || at+per > len(layout.Keysyms) {
			return nil
		}
		return layout.Keysyms[at : at+per]
	}
	p := &place{root: setup.DefaultScreen(conn).Root, codes: codesOf(first, count, syms, xproto.Keysym(keys.sym()))}
	if len(p.codes) == 0 {
		return nil, fmt.Errorf("this keyboard has no key %s; choose another for push-to-talk", keys.Name)
	}
	modifiers, err := xproto.GetModifierMapping(conn).Reply()
	if err != nil {
		return nil, fmt.Errorf("read the modifier keys: %w", err)
	}
	if p.mods, p.locks, err = modsOf(keys, modifiers, syms); err != nil {
		return nil, err
	}
	return p, nil
}

// codesOf is where a symbol is: without Shift in the first layout if it is
// there at all, else anywhere.
func codesOf(first xproto.Keycode, count int, syms func(xproto.Keycode) []xproto.Keysym, sym xproto.Keysym) []xproto.Keycode {
	var plain, any []xproto.Keycode
	for i := range count {
		code := first + xproto.Keycode(i)
		switch at := slices.Index(syms(code), sym); {
		case at == 0:
			plain = append(plain, code)
		case at > 0:
			any = append(any, code)
		}
	}
	if len(plain) > 0 {
		return plain
	}
	return any
}

// X keysyms of the modifier keys.
var (
	altSyms   = []xproto.Keysym{0xffe9, 0xffea, 0xffe7, 0xffe8} // Alt, Meta
	superSyms = []xproto.Keysym{0xffeb, 0xffec}
	lockSyms  = []xproto.Keysym{0xff7f, 0xff14} // Num Lock, Scroll Lock; Caps Lock has a bit of its own
)

// modsOf finds which bits stand for the modifiers on this keyboard, and for the
// lock keys, which must not matter.
func modsOf(keys Keys, m *xproto.GetModifierMappingReply, syms func(xproto.Keycode) []xproto.Keysym) (need uint16, locks []uint16, err error) {
	bits := func(wanted []xproto.Keysym) (out []uint16) {
		per := int(m.KeycodesPerModifier)
		for i, code := range m.Keycodes {
			bit := uint16(1) << (i / per)
			for _, s := range syms(code) {
				if code != 0 && slices.Contains(wanted, s) && !slices.Contains(out, bit) {
					out = append(out, bit)
				}
			}
		}
		return out
	}
	if keys.Mods&Ctrl != 0 {
		need |= xproto.ModMaskControl
	}
	if keys.Mods&Shift != 0 {
		need |= xproto.ModMaskShift
	}
	for _, mod := range []struct {
		mod  Mods
		syms []xproto.Keysym
		name string
	}{{Alt, altSyms, "Alt"}, {Super, superSyms, "Super"}} {
		if keys.Mods&mod.mod == 0 {
			continue
		}
		found := bits(mod.syms)
		if len(found) == 0 {
			return 0, nil, fmt.Errorf("this keyboard has no %s key; choose another key for push-to-talk", mod.name)
		}
		need |= found[0]
	}
	locks = []uint16{0}
	for _, bit := range append(bits(lockSyms), xproto.ModMaskLock) {
		if need&bit != 0 {
			continue
		}
		for _, set := range locks[:len(locks):len(locks)] {
			if set&bit == 0 {
				locks = append(locks, set|bit)
			}
		}
	}
	return need, locks, nil
}

// grab takes the key from the display, whichever lock keys are on.
func (p *place) grab(conn *xgb.Conn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, code := range p.codes {
		for _, lock := range p.locks {
			err := xproto.GrabKeyChecked(conn, true, p.root, p.mods|lock, code, xproto.GrabModeAsync, xproto.GrabModeAsync).Check()
			if err == nil {
				continue
			}
			p.ungrab(conn)
			if taken := (xproto.AccessError{}); errors.As(err, &taken) {
				return fmt.Errorf("%w; close that program or choose another key for push-to-talk", ErrTaken)
			}
			return fmt.Errorf("take the key from the X display: %w", err)
		}
	}
	return nil
}

func (p *place) release(conn *xgb.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ungrab(conn)
}

// ungrab is called with mu held.
func (p *place) ungrab(conn *xgb.Conn) {
	for _, code := range p.codes {
		for _, lock := range p.locks {
			// Fails only where there was no grab or there is no display any more.
			xproto.UngrabKey(conn, code, p.root, p.mods|lock)
		}
	}
}

// move sets p to another place, which nobody else uses.
func (p *place) move(to *place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.codes, p.mods, p.locks = to.codes, to.mods, to.locks
}

func (p *place) equal(q *place) bool {
	return slices.Equal(p.codes, q.codes) && p.mods == q.mods && slices.Equal(p.locks, q.locks)
}

func (p *place) has(code xproto.Keycode) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.codes, code)
}

// downIn looks the key up in the bits of QueryKeymap.
func (p *place) downIn(keymap []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.codes, func(c xproto.Keycode) bool {
		return int(c/8) < len(keymap) && keymap[c/8]>>(c%8)&1 != 0
	})
}
