package speed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A server is whisper.cpp's own, which keeps the model loaded. It listens on this machine only.
type server struct {
	*group
	url  string
	told bool // each request says which language it is in
}

// serve starts it and waits until it answers.
func serve(ctx context.Context, program, model string, threads int, told bool) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().(*net.TCPAddr)
	l.Close()
	g, err := start(ctx, exec.Command(program, "--host", "127.0.0.1", "--port", strconv.Itoa(addr.Port),
		"-m", model, "-t", strconv.Itoa(threads), "-l", "auto"))
	if err != nil {
		return nil, err
	}
	s := &server{group: g, url: "http://" + addr.String(), told: told}
	for range 300 {
		if r, err := http.Get(s.url + "/health"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return s, nil
			}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	g.close()
	return nil, errors.New("whisper-server did not start within 30 s")
}

// play posts the clip. The time is what the client waits.
func (s *server) play(ctx context.Context, c clip) (answer, error) {
	sound, err := os.ReadFile(c.path)
	if err != nil {
		return answer{}, err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "a.wav")
	if err != nil {
		return answer{}, err
	}
	_, err = part.Write(sound)
	err = errors.Join(err, form.WriteField("response_format", "json"))
	if s.told {
		err = errors.Join(err, form.WriteField("language", c.Lang))
	}
	if err = errors.Join(err, form.Close()); err != nil {
		return answer{}, err
	}
	began := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/inference", &body)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	took := time.Since(began).Seconds()
	if err != nil {
		return answer{}, err
	}
	var r struct{ Text string }
	if err := json.Unmarshal(data, &r); err != nil || res.StatusCode != http.StatusOK {
		return answer{}, fmt.Errorf("whisper-server says %s: %q", res.Status, data)
	}
	return readWhole(reply{Text: oneLine(r.Text), Took: took}, c), nil
}

// A command is whisper.cpp's own, which loads the model for every file.
type command struct {
	program, model string
	threads        int
	cpu            time.Duration
	resident       int64
}

func (p *command) pause()                        {}
func (p *command) resume()                       {}
func (p *command) close()                        {}
func (p *command) usage() (time.Duration, int64) { return p.cpu, p.resident }

func (p *command) play(ctx context.Context, c clip) (answer, error) {
	cmd := exec.CommandContext(ctx, p.program, "-m", p.model, "-t", strconv.Itoa(p.threads), "-l", "auto", "-nt", "-np", c.path)
	began := time.Now()
	out, err := cmd.Output()
	took := time.Since(began).Seconds()
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w; the peers are made by scripts/speed/peers", p.program, err)
	}
	p.cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		p.resident = max(p.resident, u.Maxrss<<10) // in kilobytes, on Linux
	}
	return readWhole(reply{Text: oneLine(string(out)), Took: took}, c), nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
