package smtptest_test

import (
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deputy/agent/tools/mail/smtptest"
)

const letter = "Message-ID: <one@acme.example>\r\nSubject: hi\r\n\r\nhello\r\n"

func send(s *smtptest.Server) error {
	return smtp.SendMail(s.Addr(), nil, "a@acme.example", []string{"b@acme.example"}, []byte(letter))
}

func TestServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	for run := range 2 { // the second is a restart on the same directory
		s, err := smtptest.Start("127.0.0.1:0", dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, mode := range []smtptest.Mode{smtptest.Accept, smtptest.Drop, smtptest.Refuse, smtptest.RefuseData, smtptest.Busy, smtptest.Lose} {
			s.SetMode(mode)
			if err := send(s); (err == nil) != (mode == smtptest.Accept) {
				t.Errorf("mode %d: got %v", mode, err)
			}
		}
		if !s.Wait(2, 10*time.Second) || s.Wait(3, time.Millisecond) {
			t.Errorf("got %d mails, want 2", len(s.Mails()))
		}
		if got := s.Count("one@acme.example"); got != 2 || s.Count("two@acme.example") != 0 {
			t.Errorf("Count: got %d, want 2", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
		if err != nil || len(files) != 2*(run+1) {
			t.Errorf("run %d: got files %v, %v", run, files, err)
		}
		for _, f := range files {
			if b, err := os.ReadFile(f); err != nil || !strings.Contains(string(b), "Subject: hi\r\n\r\nhello") {
				t.Errorf("%s: got %q, %v", f, b, err)
			}
		}
	}
	if _, err := smtptest.Start("256.0.0.1:0", ""); err == nil {
		t.Error("a bad address: got no error")
	}
}
