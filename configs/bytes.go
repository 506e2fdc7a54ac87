package configs

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bytes is an amount of memory or data. In the file it is a number of bytes or one
// with a unit: kB, MB, GB (powers of 1000), KiB, MiB, GiB (powers of 1024).
type Bytes int64

var units = []struct {
	name string
	size int64
}{
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1},
}

// ParseBytes reads what String writes.
func ParseBytes(text string) (Bytes, error) {
	number, size := strings.TrimSpace(text), int64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, size = strings.TrimSpace(rest), u.size
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/size {
		return 0, fmt.Errorf("%q is not an amount such as 512 MiB", text)
	}
	return Bytes(n * size), nil
}

// String uses the largest unit that loses nothing.
func (b Bytes) String() string {
	for _, u := range units {
		if b != 0 && int64(b)%u.size == 0 && u.size > 1 {
			return fmt.Sprintf("%d %s", int64(b)/u.size, u.name)
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

// UnmarshalYAML reads an amount.
func (b *Bytes) UnmarshalYAML(node *yaml.Node) error {
	v, err := ParseBytes(node.Value)
	if err == nil {
		*b = v
	}
	return err
}

// MarshalYAML writes an amount with its unit.
func (b Bytes) MarshalYAML() (any, error) { return b.String(), nil }
