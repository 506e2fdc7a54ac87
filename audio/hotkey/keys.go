package hotkey

import (
	"fmt"
	"strings"
)

// Mods is a set of modifier keys.
type Mods uint8

// The modifiers, in the order in which they are written.
const (
	Ctrl Mods = 1 << iota
	Alt
	Shift
	Super
)

// Keys is a key with the modifiers to be held with it. The zero value is none.
type Keys struct {
	Mods Mods
	// Name is the key as it is written: "Space", "F9", "K".
	Name string
}

var mods = []struct {
	mod    Mods
	name   string
	portal string // in the desktop portal's spelling
	also   []string
}{
	{Ctrl, "Ctrl", "CTRL", []string{"control", "strg"}},
	{Alt, "Alt", "ALT", []string{"option", "mod1"}},
	{Shift, "Shift", "SHIFT", nil},
	{Super, "Super", "LOGO", []string{"win", "windows", "cmd", "command", "meta", "logo", "mod4"}},
}

// key is a key of the table: what it is called and what X calls it.
type key struct {
	name   string
	sym    uint32 // X keysym
	xkb    string // its name, which the portal wants
	alone  bool   // may stand without a modifier: it types nothing
	others []string
}

var keys = table()

func table() []key {
	t := []key{
		{"Space", 0x20, "space", false, []string{"spacebar"}},
		{"Tab", 0xff09, "Tab", false, nil},
		{"Enter", 0xff0d, "Return", false, []string{"return"}},
		{"Escape", 0xff1b, "Escape", false, []string{"esc"}},
		{"Backspace", 0xff08, "BackSpace", false, nil},
		{"Insert", 0xff63, "Insert", false, []string{"ins"}},
		{"Delete", 0xffff, "Delete", false, []string{"del"}},
		{"Home", 0xff50, "Home", false, nil},
		{"End", 0xff57, "End", false, nil},
		{"PageUp", 0xff55, "Prior", false, []string{"pgup", "prior"}},
		{"PageDown", 0xff56, "Next", false, []string{"pgdn", "pgdown", "next"}},
		{"Left", 0xff51, "Left", false, nil},
		{"Up", 0xff52, "Up", false, nil},
		{"Right", 0xff53, "Right", false, nil},
		{"Down", 0xff54, "Down", false, nil},
		{"Pause", 0xff13, "Pause", true, []string{"break"}},
		{"ScrollLock", 0xff14, "Scroll_Lock", true, nil},
		{"Print", 0xff61, "Print", true, []string{"printscreen", "prtsc"}},
		{"Menu", 0xff67, "Menu", true, nil},
		{"Hangul", 0xff31, "Hangul", true, []string{"한영"}},
		{"Hanja", 0xff34, "Hangul_Hanja", true, []string{"한자"}},
		{"Plus", 0x2b, "plus", false, nil},
		{"Minus", 0x2d, "minus", false, []string{"-"}},
		{"Comma", 0x2c, "comma", false, []string{","}},
		{"Period", 0x2e, "period", false, []string{"."}},
		{"Slash", 0x2f, "slash", false, []string{"/"}},
		{"Backslash", 0x5c, "backslash", false, []string{`\`}},
		{"Semicolon", 0x3b, "semicolon", false, []string{";"}},
		{"Grave", 0x60, "grave", false, []string{"`", "backtick"}},
		{"MicMute", 0x1008ffb2, "XF86AudioMicMute", true, []string{"xf86audiomicmute"}},
	}
	for c := 'A'; c <= 'Z'; c++ {
		t = append(t, key{string(c), uint32(c - 'A' + 'a'), string(c - 'A' + 'a'), false, nil})
	}
	for c := '0'; c <= '9'; c++ {
		t = append(t, key{string(c), uint32(c), string(c), false, nil})
	}
	for n := range uint32(24) {
		name := fmt.Sprintf("F%d", n+1)
		t = append(t, key{name, 0xffbe + n, name, true, nil})
	}
	return t
}

// ParseKeys reads what a person writes for a key: names joined by +, in any
// case and order, such as "Ctrl+Alt+Space" or "F9". A key that types something
// needs Ctrl, Alt or Super beside it, since nobody could type it any more.
func ParseKeys(text string) (Keys, error) {
	var k Keys
	var last key
	for _, part := range strings.Split(text, "+") {
		word := strings.ToLower(strings.TrimSpace(part))
		if word == "" {
			return Keys{}, fmt.Errorf("the key %q is not complete; write it like Ctrl+Alt+Space (the + key is called Plus)", text)
		}
		if m := modNamed(word); m != 0 {
			if k.Mods&m != 0 {
				return Keys{}, fmt.Errorf("the key %q names %s twice", text, part)
			}
			k.Mods |= m
			continue
		}
		found, ok := keyNamed(word)
		if !ok {
			return Keys{}, fmt.Errorf("the key %q has no key called %q; write it like Ctrl+Alt+Space or F9", text, strings.TrimSpace(part))
		}
		if k.Name != "" {
			return Keys{}, fmt.Errorf("the key %q names two keys, %s and %s; one with modifiers (Ctrl, Alt, Shift, Super) is possible", text, k.Name, found.name)
		}
		k.Name, last = found.name, found
	}
	switch {
	case k.Name == "":
		return Keys{}, fmt.Errorf("the key %q has only modifiers; add a key, as in Ctrl+Alt+Space", text)
	case !last.alone && k.Mods&^Shift == 0:
		return Keys{}, fmt.Errorf("the key %q is needed for typing; add Ctrl, Alt or Super", text)
	}
	return k, nil
}

func modNamed(word string) Mods {
	for _, m := range mods {
		if strings.ToLower(m.name) == word {
			return m.mod
		}
		for _, other := range m.also {
			if other == word {
				return m.mod
			}
		}
	}
	return 0
}

func keyNamed(word string) (key, bool) {
	for _, k := range keys {
		if strings.ToLower(k.name) == word {
			return k, true
		}
		for _, other := range k.others {
			if other == word {
				return k, true
			}
		}
	}
	return key{}, false
}

// String writes the keys as ParseKeys reads them.
func (k Keys) String() string {
	return k.write(func(i int) string { return mods[i].name }, k.Name)
}

// portal writes them as the desktop portal wants them.
func (k Keys) portal() string {
	found, _ := keyNamed(strings.ToLower(k.Name))
	return k.write(func(i int) string { return mods[i].portal }, found.xkb)
}

func (k Keys) write(mod func(int) string, name string) string {
	var parts []string
	for i, m := range mods {
		if k.Mods&m.mod != 0 {
			parts = append(parts, mod(i))
		}
	}
	return strings.Join(append(parts, name), "+")
}

// sym is X's keysym.
func (k Keys) sym() uint32 {
	found, _ := keyNamed(strings.ToLower(k.Name))
	return found.sym
}
