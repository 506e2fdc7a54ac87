package readback

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// punycode decodes a label of a host without its "xn--" (RFC 3492); false if it
// is none.
func punycode(s string) (string, bool) {
	const base, least, most, skew, damp = 36, 1, 26, 38, 700
	var out []rune
	if i := strings.LastIndexByte(s, '-'); i >= 0 {
		out, s = []rune(s[:i]), s[i+1:]
	}
	if len(s) > 63 || len(out) > 63 || !ascii(string(out)) {
		return "", false
	}
	n, i, bias := rune(128), int32(0), int32(72)
	for first := true; len(s) > 0; first = false {
		old, w := i, int32(1)
		for k := int32(base); ; k += base {
			if s == "" {
				return "", false
			}
			d, ok := punycodeDigit(s[0])
			if s = s[1:]; !ok || d > (1<<31-1-i)/w {
				return "", false
			}
			i += d * w
			t := min(max(k-bias, least), most)
			if d < t {
				break
			}
			if w > (1<<31-1)/(base-t) {
				return "", false
			}
			w *= base - t
		}
		count := int32(len(out) + 1)
		delta := (i - old) / 2
		if first {
			delta = (i - old) / damp
		}
		delta += delta / count
		bias = 0
		for ; delta > (base-least)*most/2; bias += base {
			delta /= base - least
		}
		bias += (base - least + 1) * delta / (delta + skew)
		if n += i / count; n > utf8.MaxRune || n < 0 {
			return "", false
		}
		i %= count
		out = slices.Insert(out, int(i), n)
		i++
	}
	return string(out), true
}

func punycodeDigit(b byte) (int32, bool) {
	switch {
	case b >= '0' && b <= '9':
		return int32(b-'0') + 26, true
	case b|0x20 >= 'a' && b|0x20 <= 'z':
		return int32(b|0x20) - 'a', true
	}
	return 0, false
}
