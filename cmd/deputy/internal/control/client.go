package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
)

// Call sends a request to the running instance and gives each response to f.
func Call(ctx context.Context, path string, r Request, f func(Response) error) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err != nil {
		return ErrNoInstance
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	// It may go away before it has read the request as well as after.
	if json.NewEncoder(c).Encode(r) != nil {
		return cmp.Or(ctx.Err(), ErrEnded)
	}
	in := json.NewDecoder(c)
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
		if err := f(resp); err != nil {
			return err
		}
	}
}
