package speed

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// A player is a system that hears clips. It is used by one goroutine.
type player interface {
	play(ctx context.Context, c clip) (answer, error)
	// pause and resume stop the processes between turns.
	pause()
	resume()
	// usage is the processor time so far and the resident memory in bytes.
	usage() (cpu time.Duration, resident int64)
	close()
}

// An answer is what a system made of a clip. Times are in seconds.
type answer struct {
	Text     string
	Endpoint float64 // the quiet after the speech in which it waits for more
	Total    float64 // from the end of speech to the text
	Took     float64 // computing that text
	Again    bool    // it was read twice, since the first reading looked wrong
	Looped   bool    // the text says the same again and again
	Begun    int     // transcriptions that were begun
	end      float64 // where the speech ended, if the system says so
	speech   float64
}

// borrowed is the endpoint that those get who have none of their own: the default of RealtimeSTT, which is what people
// put around them.
const borrowed = 0.6

// A talker is a program that reads {"file": path, "end": seconds} and writes a line of JSON, after a first one that says
// it is ready. The end is where the speech ends; only who is fed at the speech's own pace needs it, to stop in time.
type talker struct {
	*group
	in   io.WriteCloser
	out  *bufio.Scanner
	read func(reply, clip) answer
}

// A reply is a line of any talker.
type reply struct {
	Text  string  `json:"text"`
	Took  float64 `json:"took"`  // a peer that is given whole files
	Heard float64 `json:"heard"` // a peer that is fed: when its text came, since the clip's first sample

	Begun      int `json:"begun"` // Deputy
	Utterances []struct {
		Start, End, Endpoint, Ready, Took float64
		Window                            int
		Looped                            bool
		Noise                             string
	} `json:"utterances"`
}

// talk starts a talker and waits until it is ready.
func talk(ctx context.Context, read func(reply, clip) answer, env []string, name string, args ...string) (*talker, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	log, err := os.CreateTemp("", "deputy-speed-*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stderr = log
	g, err := start(ctx, cmd)
	if err != nil {
		return nil, err
	}
	t := &talker{group: g, in: in, out: bufio.NewScanner(out), read: read}
	t.out.Buffer(nil, 4<<20)
	if _, err := t.line(); err != nil {
		g.close()
		return nil, fmt.Errorf("%s did not start: %w; what it said is in %s", name, err, log.Name())
	}
	return t, os.Remove(log.Name())
}

func (t *talker) line() ([]byte, error) {
	if !t.out.Scan() {
		return nil, errors.Join(t.out.Err(), io.ErrUnexpectedEOF)
	}
	return t.out.Bytes(), nil
}

// play gives the clip and waits for the answer; it gives up with ctx, which kills the program.
func (t *talker) play(ctx context.Context, c clip) (answer, error) {
	stop := context.AfterFunc(ctx, t.kill)
	defer stop()
	ask, err := json.Marshal(map[string]any{"file": c.path, "end": c.end})
	if err != nil {
		return answer{}, err
	}
	if _, err := t.in.Write(append(ask, '\n')); err != nil {
		return answer{}, err
	}
	line, err := t.line()
	if err != nil {
		return answer{}, err
	}
	var r reply
	if err := json.Unmarshal(line, &r); err != nil {
		return answer{}, fmt.Errorf("%q: %w", line, err)
	}
	return t.read(r, c), nil
}

// readWhole is the answer of a peer that is given whole files and so has no endpoint.
func readWhole(r reply, _ clip) answer {
	return answer{Text: r.Text, Endpoint: borrowed, Took: r.Took, Total: borrowed + r.Took, Begun: 1}
}

// readFed is the answer of a peer that listens itself, with an endpoint of that many seconds.
func readFed(endpoint float64) func(reply, clip) answer {
	return func(r reply, c clip) answer {
		total := r.Heard - c.end
		return answer{Text: r.Text, Endpoint: endpoint, Total: total, Took: max(0, total-endpoint), Begun: 1}
	}
}

// readDeputy is Deputy's answer. The delays are those of the last utterance with a text.
func readDeputy(floor int) func(reply, clip) answer {
	return func(r reply, _ clip) answer {
		a := answer{Text: r.Text, Begun: r.Begun}
		for _, u := range r.Utterances {
			a.end, a.speech = u.End, a.speech+u.End-u.Start
			if u.Noise != "" {
				continue
			}
			a.Endpoint, a.Total, a.Took = u.Endpoint, u.Ready, u.Took
			a.Looped = a.Looped || u.Looped
			a.Again = a.Again || u.Window == 1500 && floor < 1500
		}
		return a
	}
}
