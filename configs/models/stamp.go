package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// State says how a model file stands.
type State string

// The states a model file can be in.
const (
	Missing State = "missing"
	Partial State = "partial" // begun; the next pull goes on
	Altered State = "altered" // there, but not the file it should be
	Ready   State = "ready"
)

// Check says how a model stands in dir. A file that was hashed before and has not been
// written since is trusted by its stamp, so this is quick; one that is new or touched
// is hashed. A file that can't be read is Altered, with the error.
func Check(ctx context.Context, dir string, m Model) (State, error) {
	return check(ctx, dir, m, true)
}

// Verify is Check that trusts no stamp.
func Verify(ctx context.Context, dir string, m Model) (State, error) {
	return check(ctx, dir, m, false)
}

func check(ctx context.Context, dir string, m Model, trust bool) (State, error) {
	file := filepath.Join(dir, m.File)
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(file + ".part"); err == nil {
			return Partial, nil
		}
		return Missing, nil
	}
	if err != nil {
		return Altered, err
	}
	want, stamped := readStamp(file)
	pinned := m.SHA256
	if pinned == "" {
		pinned = want
	}
	if pinned == "" {
		return Altered, fmt.Errorf("%s is not pinned and was not fetched by deputy: its checksum is unknown", m.File)
	}
	if info.Size() != m.Bytes {
		return Altered, fmt.Errorf("%s has %d bytes, not %d: it was cut or altered", m.File, info.Size(), m.Bytes)
	}
	if trust && stamped && want == pinned {
		return Ready, nil
	}
	got, _, err := hashFile(ctx, file)
	if err != nil {
		return Altered, err
	}
	if got != pinned {
		return Altered, fmt.Errorf("%s has SHA-256 %s, not %s: it was altered", m.File, got, pinned)
	}
	// A directory that can't be written costs the next check a hash, nothing more.
	_ = writeStamp(file, got)
	return Ready, nil
}

// A stamp lies beside its file, in sha256sum's own format, and counts as long as the
// file has not been written after it.

func writeStamp(file, sum string) error {
	line := fmt.Sprintf("%s  %s\n", sum, filepath.Base(file))
	return os.WriteFile(file+".sha256", []byte(line), 0o644)
}

// readStamp returns the recorded checksum and whether the file is older than it.
func readStamp(file string) (sum string, fresh bool) {
	raw, err := os.ReadFile(file + ".sha256")
	if err != nil {
		return "", false
	}
	sum, _, _ = strings.Cut(string(raw), " ")
	if len(sum) != 64 {
		return "", false
	}
	stamp, err := os.Stat(file + ".sha256")
	if err != nil {
		return "", false
	}
	info, err := os.Stat(file)
	return sum, err == nil && !info.ModTime().After(stamp.ModTime())
}

// hashFile returns a file's SHA-256 and size.
func hashFile(ctx context.Context, file string) (sum string, n int64, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	buf := make([]byte, 1<<20)
	for {
		if err := ctx.Err(); err != nil {
			return "", 0, err
		}
		k, err := f.Read(buf)
		h.Write(buf[:k])
		n += int64(k)
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), n, nil
		}
		if err != nil {
			return "", 0, err
		}
	}
}

// Adopt moves a finished model file into dir and stamps it. If it is, byte for byte, a
// model of the manifest it gets that one's file name, else the given one. It returns
// the name under which the file lies in dir.
func Adopt(ctx context.Context, dir, file string, m Manifest, name string) (string, error) {
	sum, _, err := hashFile(ctx, file)
	if err != nil {
		return "", err
	}
	for _, model := range m {
		if model.SHA256 == sum {
			name = model.File
		}
	}
	to := filepath.Join(dir, name)
	if err := os.Rename(file, to); err != nil {
		return "", err
	}
	return name, writeStamp(to, sum)
}
