package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/mail/smtptest"
)

func mailServer(t *testing.T, o smtptest.Options) *smtptest.Server {
	t.Helper()
	s, err := smtptest.Serve("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func mailTool(t *testing.T, o Options) tool.Tool {
	t.Helper()
	if o.From == "" {
		o.From = "owner@acme.example"
	}
	if o.Contacts == nil {
		o.Contacts = map[string]string{"finance": "finance@acme.example", "재무팀": "finance@acme.example", "Kim Minsu": "minsu.kim@acme.example"}
	}
	tools, err := Tools(o)
	if err != nil {
		t.Fatal(err)
	}
	return tools[0]
}

var order = MailArgs{To: "finance", Subject: "Q3 figures", Body: "Here they are.\n.\nRegards\n"}

func TestSendMailOnce(t *testing.T) {
	dir := t.TempDir()
	s := mailServer(t, smtptest.Options{Dir: dir})
	a := tooltest.Planned(t, mailTool(t, Options{Host: "127.0.0.1", Port: s.Port(), Security: NoTLS}), order)
	if len(s.Mails()) != 0 {
		t.Fatalf("after Plan: got %d mails, want none", len(s.Mails()))
	}
	if a.Level != policy.Commit || a.Repeat != tool.Opaque || a.Target != "finance@acme.example" || a.Phrase != "mail" {
		t.Errorf("got %+v, want an opaque Commit to finance@acme.example", a)
	}
	for k, want := range map[string]string{"to": "finance@acme.example", "name": "finance", "subject": "Q3 figures", "begins": "Here they are. . Regards", "count": "1", "new": "", "warning": ""} {
		if a.Values[k] != want {
			t.Errorf("Values[%q]: got %q, want %q", k, a.Values[k], want)
		}
	}
	if _, err := a.Do(t.Context(), "key-1"); err != nil {
		t.Fatal(err)
	}
	mails := s.Mails()
	if len(mails) != 1 {
		t.Fatalf("got %d mails, want 1", len(mails))
	}
	m := mails[0]
	if id := fmt.Sprintf("%.16x", sha256.Sum256([]byte("key-1"))) + "@acme.example"; m.ID != id || s.Count(id) != 1 {
		t.Errorf("got Message-ID %q, want %q", m.ID, id)
	}
	if len(m.To) != 1 || m.To[0] != "finance@acme.example" || m.From != "owner@acme.example" {
		t.Errorf("got from %q to %q", m.From, m.To)
	}
	stored, err := os.ReadFile(m.File)
	if err != nil || !strings.Contains(string(stored), "Subject: Q3 figures") || !strings.Contains(string(stored), "\r\n.\r\nRegards") {
		t.Errorf("stored: %v\n%s", err, stored)
	}
}

func TestSendMailMisbehaving(t *testing.T) {
	tests := []struct {
		name    string
		mode    smtptest.Mode
		unknown bool
		taken   int
		says    string
	}{
		{"the answer is lost", smtptest.Drop, true, 1, "not known"},
		{"no answer", smtptest.Silent, true, 0, "not known"},
		{"the mail is cut off", smtptest.Lose, false, 0, ""},
		{"recipient refused", smtptest.Refuse, false, 0, "no such mailbox"},
		{"mail refused", smtptest.RefuseData, false, 0, "not wanted"},
		{"busy", smtptest.Busy, false, 0, "try again later"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mailServer(t, smtptest.Options{})
			s.SetMode(tt.mode)
			mail := mailTool(t, Options{Host: "127.0.0.1", Port: s.Port(), Security: NoTLS, Timeout: 3 * time.Second})
			o := order
			if tt.mode == smtptest.Lose {
				o.Body = strings.Repeat("a long line of a long mail\n", 30_000)
			}
			_, err := tooltest.Planned(t, mail, o).Do(t.Context(), "k")
			if err == nil {
				t.Fatal("got no error")
			}
			if got := errors.Is(err, tool.ErrUnknown); got != tt.unknown && tt.mode != smtptest.Lose {
				t.Errorf("errors.Is(%v, ErrUnknown): got %v, want %v", err, got, tt.unknown)
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %q, want %q in it", err, tt.says)
			}
			if got := len(s.Mails()); got != tt.taken {
				t.Errorf("got %d mails, want %d", got, tt.taken)
			}
		})
	}
}

func TestSendMailCanceled(t *testing.T) {
	s := mailServer(t, smtptest.Options{})
	s.SetDelay(time.Hour)
	a := tooltest.Planned(t, mailTool(t, Options{Host: "127.0.0.1", Port: s.Port(), Security: NoTLS, Timeout: time.Hour}), order)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		<-s.Reached()
		cancel()
	}()
	if _, err := a.Do(ctx, "k"); !errors.Is(err, tool.ErrUnknown) {
		t.Errorf("given up while the server decides: got %v, want ErrUnknown", err)
	}
}

func TestSendMailServers(t *testing.T) {
	config, roots := certificate(t)
	open := mailServer(t, smtptest.Options{})
	starttls := mailServer(t, smtptest.Options{TLS: config, User: "owner", Password: "s3cret"})
	implicit := mailServer(t, smtptest.Options{TLS: config, Implicit: true, User: "owner", Password: "s3cret"})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := closed.Addr().(*net.TCPAddr).Port
	closed.Close()
	tests := []struct {
		name string
		o    Options
		says string // "" is success
	}{
		{"starttls", Options{Port: starttls.Port(), User: "owner", Password: "s3cret", Roots: roots}, ""},
		{"tls", Options{Port: implicit.Port(), Security: TLS, User: "owner", Password: "s3cret", Roots: roots}, ""},
		{"none", Options{Port: open.Port(), Security: NoTLS}, ""},
		{"no starttls offered", Options{Port: open.Port(), Roots: roots}, "mail.security"},
		{"unknown certificate", Options{Port: implicit.Port(), Security: TLS, User: "owner", Password: "s3cret"}, "mail.security"},
		{"wrong password", Options{Port: starttls.Port(), User: "owner", Password: "wr0ng", Roots: roots}, "mail.user"},
		{"not logged in", Options{Port: starttls.Port(), Roots: roots}, "refused"},
		{"nobody listens", Options{Port: gone, Security: NoTLS}, "can't be reached"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Host = "127.0.0.1"
			_, err := tooltest.Planned(t, mailTool(t, tt.o), order).Do(t.Context(), "k-"+tt.name)
			switch {
			case tt.says == "" && err != nil:
				t.Errorf("got %v", err)
			case tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)):
				t.Errorf("got %v, want %q in it", err, tt.says)
			case err != nil && (errors.Is(err, tool.ErrUnknown) || strings.Contains(err.Error(), "wr0ng") || strings.Contains(err.Error(), "s3cret")):
				t.Errorf("got %v: unknown, or a password in it", err)
			}
		})
	}
}

func TestMailOptions(t *testing.T) {
	bad := []Options{
		{Host: "mail.acme.example", From: "owner@acme.example", Security: NoTLS},
		{Host: "mail.acme.example", From: "nobody"},
		{Host: "mail.acme.example", From: "owner@acme.example", Security: "maybe"},
		{Contacts: map[string]string{"x": "not an address"}},
		{Contacts: map[string]string{"finance": "a@acme.example", "Finance team": "b@acme.example"}},
	}
	for _, o := range bad {
		if _, err := Tools(o); err == nil {
			t.Errorf("Tools(%+v): got no error", o)
		}
	}
	tools, err := Tools(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tools[0].Plan(t.Context(), tooltest.Args(t, order)); err == nil || !strings.Contains(err.Error(), "mail.host") {
		t.Errorf("not configured: got %v, want the setting's name", err)
	}
}

func TestMailPlanRefuses(t *testing.T) {
	tool := mailTool(t, Options{Host: "127.0.0.1", Security: NoTLS})
	for name, a := range map[string]any{
		"header in subject":   MailArgs{"finance", "hi\r\nBcc: evil@evil.example", "x"},
		"header in recipient": MailArgs{"finance@acme.example\r\nBcc: evil@evil.example", "hi", "x"},
		"unknown contact":     MailArgs{"legal", "hi", "x"},
		"no recipient":        MailArgs{" , ", "hi", "x"},
		"no subject":          MailArgs{"finance", " ", "x"},
		"no body":             MailArgs{"finance", "hi", "\n"},
		"two ats":             MailArgs{"a@b@acme.example", "hi", "x"},
		"quoted local part":   MailArgs{`"a b"@acme.example`, "hi", "x"},
		"address literal":     MailArgs{"a@[127.0.0.1]", "hi", "x"},
		"one label":           MailArgs{"a@acme", "hi", "x"},
		"cyrillic local part": MailArgs{"fіnance@acme.example", "hi", "x"},
		"hidden character":    MailArgs{"fin\u200bance@acme.example", "hi", "x"},
		"option":              MailArgs{"-oQ@acme.example", "hi", "x"},
		"nul in body":         MailArgs{"finance", "hi", "x\x00y"},
		"bare CR in body":     MailArgs{"finance", "hi", "x\r.\ry"},
		"too many":            MailArgs{strings.Repeat("a", 1) + "@acme.example," + many(25), "hi", "x"},
		"unknown field":       map[string]string{"to": "finance", "subject": "hi", "body": "x", "bcc": "evil@evil.example"},
	} {
		if got, err := tool.Plan(t.Context(), tooltest.Args(t, a)); err == nil {
			t.Errorf("%s: got %s, want an error", name, got.Args)
		}
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("a" + strings.Repeat("b", i) + "@acme.example,")
	}
	return b.String()
}

func TestMailRecipients(t *testing.T) {
	tool := mailTool(t, Options{Host: "127.0.0.1", Security: NoTLS})
	tests := []struct{ to, want, name, isNew, warning string }{
		{"finance", "finance@acme.example", "finance", "", ""},
		{"the Finance team", "finance@acme.example", "finance", "", ""},
		{"재무팀", "finance@acme.example", "finance", "", ""},
		{"재무팀에게", "finance@acme.example", "finance", "", ""},
		{"kim  minsu", "minsu.kim@acme.example", "Kim Minsu", "", ""},
		{"FINANCE@ACME.example", "FINANCE@acme.example", "finance", "", ""},
		{"Finance <finance@acme.example>", "finance@acme.example", "finance", "", ""},
		{"finance, minsu.kim@acme.example; finance", "finance@acme.example, minsu.kim@acme.example", "finance, Kim Minsu", "", ""},
		{"bob@other.example", "bob@other.example", "", "yes", ""},
		{"new@acme.example", "new@acme.example", "", "yes", ""},
		{"finance@acrne.example", "finance@acrne.example", "", "yes", "lookalike"},
		{"finance@acme.examp1e", "finance@acme.examp1e", "", "yes", "lookalike"},
		{"finance@acmee.example", "finance@acmee.example", "", "yes", "lookalike"},
		{"finance@amce.example", "finance@amce.example", "", "yes", "lookalike"},
		{"flnance@acme.example", "flnance@acme.example", "", "yes", "lookalike"},
		{"finance@аcme.example", "finance@xn--cme-5cd.example", "", "yes", "lookalike"},
		{"minsu@회사.example", "minsu@xn--vf4b131b.example", "", "yes", "lookalike"},
	}
	for _, tt := range tests {
		a := tooltest.Planned(t, tool, MailArgs{tt.to, "hi", "x"})
		if a.Target != tt.want || a.Values["name"] != tt.name || a.Values["new"] != tt.isNew || a.Values["warning"] != tt.warning {
			t.Errorf("%q: got %q %q new %q warning %q, want %+v", tt.to, a.Target, a.Values["name"], a.Values["new"], a.Values["warning"], tt)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"finance@acme.example", "a b@c.d", "\"x\"@y.z", "a@[::1]", "名@例え.テスト", "a@b\r\nc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := checkAddress(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(got, " \r\n\t<>,;:\"\\()[]") || strings.Count(got, "@") != 1 {
			t.Errorf("checkAddress(%q): got %q", s, got)
		}
		if again, err := checkAddress(got); err != nil || again != got {
			t.Errorf("checkAddress(%q): got %q, %v, want the same again", got, again, err)
		}
	})
}

func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}
