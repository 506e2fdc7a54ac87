package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"

	"deputy/configs/phrases"
)

// Call sends a request to the running instance and gives each response to f.
func Call(ctx context.Context, path string, r Request, f func(Response) error) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err != nil {
		return ErrNoInstance
	}
	defer c.Close()
	if err := ofThisUser(c); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { c.Close() })()
	// It may go away before it has read the request as well as after; and it may
	// have refused this process before a word was sent.
	out, in := json.NewEncoder(c), json.NewDecoder(c)
	_ = out.Encode(r)
	for {
		var resp Response
		if in.Decode(&resp) != nil {
			return cmp.Or(ctx.Err(), ErrEnded)
		}
		if resp.Error != "" {
			return errors.New(resp.Error)
		}
		if resp.Done {
			return nil
		}
		if resp.Kind == "shown" {
			number, err := readNumber(ctx)
			if err != nil {
				return err
			}
			if out.Encode(Request{Do: "number", Text: number}) != nil {
				return cmp.Or(ctx.Err(), ErrEnded)
			}
			continue
		}
		if err := f(resp); err != nil {
			return err
		}
	}
}

// ofThisUser says whether the user's own Deputy listens there: another that was put
// in its place would learn what is asked and ordered.
func ofThisUser(c net.Conn) error {
	p, err := peerOf(c)
	switch {
	case errors.Is(err, elsewhere):
		return phrases.Sentence(elsewhere)
	case err != nil:
		return ErrNoInstance
	}
	p.close()
	if p.uid != os.Geteuid() {
		return phrases.Sentence(otherUser)
	}
	return nil
}
