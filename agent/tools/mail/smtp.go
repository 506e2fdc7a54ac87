package mail

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"deputy/agent/tool"
	"deputy/internal/textnorm"
)

// send hands one mail to the server, once. After the server has taken it, it is
// done, whatever comes then; when the connection ends between the mail's last
// line and the server's answer, the error wraps tool.ErrUnknown.
func (m sendMail) send(ctx context.Context, key string, to []string, args MailArgs) error {
	msg, err := m.message(key, to, args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	end := func() {}
	defer func() { end() }()
	client, err := m.client(func(c net.Conn) {
		// The vendor's Close would wait for the answer that ctx gives up on.
		stop := context.AfterFunc(ctx, func() { c.Close() })
		end = func() { stop(); c.Close() }
	})
	if err != nil {
		return err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return m.sayDial(ctx, err)
	}
	err = client.SendWithSMTPClient(session, msg)
	if msg.IsDelivered() {
		// A server that took the mail and then fails has still taken it.
		if err == nil {
			err = client.CloseWithSMTPClient(session)
		}
		if err != nil {
			m.o.Logger.Warn("the mail was accepted; the connection ended badly", "error", err)
		}
		return nil
	}
	return saySend(ctx, err)
}

func (m sendMail) message(key string, to []string, args MailArgs) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithNoDefaultUserAgent())
	if err := msg.From(m.o.From); err != nil {
		return nil, fmt.Errorf("mail.from: %w", err)
	}
	if err := msg.To(to...); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(m.o.From, "@")
	if key != "" { // a server or a reader that sees it twice can tell that it is one mail
		msg.SetMessageIDWithValue(fmt.Sprintf("%.16x", sha256.Sum256([]byte(key))) + "@" + domain)
	}
	msg.SetDateWithValue(m.o.Clock())
	msg.Subject(args.Subject)
	msg.SetBodyString(mail.TypeTextPlain, args.Body)
	return msg, nil
}

// client is used for one mail; connected is told its connection.
func (m sendMail) client(connected func(net.Conn)) (*mail.Client, error) {
	config := &tls.Config{ServerName: m.o.Host, MinVersion: tls.VersionTLS12, RootCAs: m.o.Roots}
	policy := mail.TLSMandatory
	if m.o.Security != STARTTLS {
		policy = mail.NoTLS
	}
	options := []mail.Option{
		mail.WithPort(m.o.Port), mail.WithTimeout(m.o.Timeout), mail.WithTLSPolicy(policy), mail.WithTLSConfig(config), mail.WithoutNoop(),
		mail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			var d net.Dialer
			c, err := d.DialContext(ctx, network, address)
			if err == nil && m.o.Security == TLS {
				secure := tls.Client(c, config)
				if err = secure.HandshakeContext(ctx); err != nil {
					c.Close()
				}
				c = secure
			}
			if err != nil {
				return nil, err
			}
			connected(c)
			return c, nil
		}),
	}
	if m.o.User != "" {
		options = append(options, mail.WithUsername(m.o.User), mail.WithPassword(m.o.Password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5))
	}
	c, err := mail.NewClient(m.o.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("set up the mail client: %w", err)
	}
	return c, nil
}

// sayDial makes a sentence of why there was no session with the server: nothing
// was sent.
func (m sendMail) sayDial(ctx context.Context, err error) error {
	server := net.JoinHostPort(m.o.Host, strconv.Itoa(m.o.Port))
	var reply *textproto.Error
	var network net.Error
	switch text := err.Error(); {
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ctx.Err()
	case strings.Contains(text, "AUTH") || errors.As(err, &reply) && reply.Code == 535:
		return fmt.Errorf("the mail server %s did not accept the login: check mail.user and its password; nothing was sent", server)
	case strings.Contains(text, "STARTTLS") || strings.Contains(text, "tls:") || strings.Contains(text, "x509"):
		return fmt.Errorf("no protected connection to the mail server %s: check mail.security and mail.port; nothing was sent: %w", server, err)
	case errors.As(err, &network) && network.Timeout() || ctx.Err() != nil:
		return fmt.Errorf("the mail server %s did not answer within %s; nothing was sent", server, m.o.Timeout.Round(time.Millisecond))
	}
	return fmt.Errorf("the mail server %s can't be reached: check mail.host and mail.port; nothing was sent: %w", server, err)
}

// saySend makes a sentence of why a mail was not accepted.
func saySend(ctx context.Context, err error) error {
	var failed *mail.SendError
	if !errors.As(err, &failed) {
		return err
	}
	if failed.Reason == mail.ErrSMTPDataClose && failed.ErrorCode() == 0 {
		return fmt.Errorf("the connection ended before the mail server answered: %w", tool.ErrUnknown)
	}
	reply := failed.Error()
	if i := strings.Index(reply, ", affected"); i > 0 {
		reply = reply[:i]
	}
	switch {
	case failed.ErrorCode() != 0 && failed.IsTemp():
		return fmt.Errorf("the mail server refused it for now (%s); nothing was sent, try again later", textnorm.Brief(reply, 200))
	case failed.ErrorCode() != 0:
		return fmt.Errorf("the mail server refused it (%s); nothing was sent", textnorm.Brief(reply, 200))
	case ctx.Err() != nil:
		return fmt.Errorf("the mail server took too long; nothing was sent: %w", ctx.Err())
	}
	return fmt.Errorf("the connection to the mail server was lost; nothing was sent: %s", textnorm.Brief(reply, 200))
}
