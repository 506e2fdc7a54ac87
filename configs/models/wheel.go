package models

import (
	"archive/zip"
	"fmt"
	"io"
	"path"
)

// unpack copies the wanted members of a wheel, in their order.
func unpack(wheel string, takes []Take, to func(Take) (io.Writer, error)) error {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, t := range takes {
		member, err := findMember(z.File, t)
		if err != nil {
			return err
		}
		w, err := to(t)
		if err != nil {
			return err
		}
		r, err := member.Open()
		if err != nil {
			return err
		}
		_, err = io.Copy(w, r)
		r.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", member.Name, err)
		}
	}
	return nil
}

func findMember(files []*zip.File, t Take) (*zip.File, error) {
	for _, f := range files {
		if ok, _ := path.Match(t.Member, f.Name); !ok {
			continue
		}
		if f.UncompressedSize64 != uint64(t.Bytes) {
			return nil, fmt.Errorf("%s has %d bytes, not %d", f.Name, f.UncompressedSize64, t.Bytes)
		}
		return f, nil
	}
	return nil, fmt.Errorf("no member %s", t.Member)
}
