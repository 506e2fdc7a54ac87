package hotkey

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// grab is where a key is on the keyboard and which modifiers it needs.
type grab struct {
	place *place
}

// place is shared by the goroutine that reads events and the one that moves the
// key when the layout changes.
type place struct {
	mu    sync.Mutex
	root  xproto.Window
	codes []xproto.Keycode
	mods  uint16
	locks []uint16 // each set of lock keys that may be on meanwhile
}

// findKey looks the key up in the layout of the keyboard.
func findKey(conn *xgb.Conn, keys Keys) (grab, error) {
	setup := xproto.Setup(conn)
	if setup == nil {
		return grab{}, fmt.Errorf("%w: the X display told nothing about itself", ErrNoDesktop)
	}
	first, count := setup.MinKeycode, int(setup.MaxKeycode)-int(setup.MinKeycode)+1
	layout, err := xproto.GetKeyboardMapping(conn, first, byte(count)).Reply()
	if err != nil {
		return grab{}, fmt.Errorf("read the keyboard layout: %w", err)
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
		return grab{}, fmt.Errorf("this keyboard has no key %s; choose another for push-to-talk", keys.Name)
	}
	modifiers, err := xproto.GetModifierMapping(conn).Reply()
	if err != nil {
		return grab{}, fmt.Errorf("read the modifier keys: %w", err)
	}
	if p.mods, p.locks, err = modsOf(keys, modifiers, syms); err != nil {
		return grab{}, err
	}
	return grab{p}, nil
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

// take grabs the key, whichever lock keys are on.
func (g grab) take(conn *xgb.Conn) error {
	p := g.place
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, code := range p.codes {
		for _, lock := range p.locks {
			err := xproto.GrabKeyChecked(conn, true, p.root, p.mods|lock, code, xproto.GrabModeAsync, xproto.GrabModeAsync).Check()
			if err == nil {
				continue
			}
			p.release(conn)
			if taken := (xproto.AccessError{}); errors.As(err, &taken) {
				return fmt.Errorf("%w; close that program or choose another key for push-to-talk", ErrTaken)
			}
			return fmt.Errorf("take the key from the X display: %w", err)
		}
	}
	return nil
}

func (g grab) release(conn *xgb.Conn) {
	g.place.mu.Lock()
	defer g.place.mu.Unlock()
	g.place.release(conn)
}

func (p *place) release(conn *xgb.Conn) {
	for _, code := range p.codes {
		for _, lock := range p.locks {
			// Fails only where there was no grab or there is no display any more.
			xproto.UngrabKey(conn, code, p.root, p.mods|lock)
		}
	}
}

// set moves the key to another place.
func (g grab) set(to grab) {
	g.place.mu.Lock()
	defer g.place.mu.Unlock()
	g.place.codes, g.place.mods, g.place.locks = to.place.codes, to.place.mods, to.place.locks
}

func (g grab) equal(h grab) bool {
	return slices.Equal(g.place.codes, h.place.codes) && g.place.mods == h.place.mods && slices.Equal(g.place.locks, h.place.locks)
}

func (g grab) has(code xproto.Keycode) bool {
	g.place.mu.Lock()
	defer g.place.mu.Unlock()
	return slices.Contains(g.place.codes, code)
}

// downIn looks the key up in the bits of QueryKeymap.
func (g grab) downIn(keymap []byte) bool {
	g.place.mu.Lock()
	defer g.place.mu.Unlock()
	return slices.ContainsFunc(g.place.codes, func(c xproto.Keycode) bool {
		return int(c/8) < len(keymap) && keymap[c/8]>>(c%8)&1 != 0
	})
}
