package mail

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"deputy/agent/consent"
	"deputy/agent/policy"
	"deputy/agent/tool"
	"deputy/agent/tool/schema"
	"deputy/internal/netguard"
	"deputy/internal/textnorm"
)

// A Security says how the connection to a mail server is protected.
type Security string

const (
	STARTTLS Security = "starttls" // demanded, not merely tried; the default
	TLS      Security = "tls"
	NoTLS    Security = "none" // only to a server on this machine
)

// Options are the options of Mail. The zero value gives a tool that says
// that no mail server is configured.
type Options struct {
	Host     string
	Port     int // 0: 587, 465 with TLS, 25 with NoTLS
	Security Security
	// User and Password log in; "" logs in nowhere. They stand in no Action and
	// in no error.
	User, Password string
	From           string
	// Contacts are addresses by the name that the owner says.
	Contacts map[string]string
	// Roots are the certificate authorities trusted for the server; nil is the system's.
	Roots *x509.CertPool
	// Timeout bounds one sending as a whole; 0 is 30 s.
	Timeout time.Duration
	Clock   func() time.Time // nil is time.Now
	Logger  *slog.Logger     // nil is silent
}

// Tools are the tools that send mail: send_mail. An option that can't be right
// is an error that names it; no options at all are not.
func Tools(o Options) ([]tool.Tool, error) {
	m := sendMail{o: o, contacts: map[string]string{}}
	if m.o.Timeout == 0 {
		m.o.Timeout = 30 * time.Second
	}
	if m.o.Clock == nil {
		m.o.Clock = time.Now
	}
	if m.o.Logger == nil {
		m.o.Logger = slog.New(slog.DiscardHandler)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Contacts)) {
		address, err := checkAddress(o.Contacts[name])
		if err != nil {
			return nil, fmt.Errorf("contact %q: %w", name, err)
		}
		if other, taken := m.contacts[contactKey(name)]; taken && other != address {
			return nil, fmt.Errorf("contact %q: another contact sounds the same and has another address: rename one", name)
		}
		m.contacts[contactKey(name)] = address
		m.names = append(m.names, name)
	}
	if o.Host == "" {
		return []tool.Tool{m}, nil
	}
	from, err := checkAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("mail from: %w", err)
	}
	m.o.From = from
	switch o.Security {
	case "":
		m.o.Security = STARTTLS
	case STARTTLS, TLS:
	case NoTLS:
		if !netguard.Loopback(o.Host) {
			return nil, fmt.Errorf("mail security: %q is allowed only for a server on this machine, and %s is none: set starttls or tls", NoTLS, o.Host)
		}
	default:
		return nil, fmt.Errorf("mail security: %q is none of starttls, tls, none", o.Security)
	}
	if m.o.Port == 0 {
		m.o.Port = map[Security]int{STARTTLS: 587, TLS: 465, NoTLS: 25}[m.o.Security]
	}
	return []tool.Tool{m}, nil
}

type sendMail struct {
	o        Options
	contacts map[string]string // addresses by contactKey
	names    []string          // as configured, sorted
}

func (sendMail) Spec() tool.Spec {
	return tool.Spec{
		Name:        "send_mail",
		Description: "Send an e-mail.",
		Params:      schema.Of[MailArgs](),
	}
}

type MailArgs struct {
	To      string `json:"to" jsonschema:"address or name of a contact"`
	Subject string `json:"subject"`
	Body    string `json:"body"`
}

func (m sendMail) Plan(_ context.Context, raw json.RawMessage) (tool.Action, error) {
	args, err := tool.Decode[MailArgs](raw)
	if err != nil {
		return tool.Action{}, err
	}
	if m.o.Host == "" {
		return tool.Action{}, errors.New("no mail server is configured: tell the user to set mail.host and mail.from in the configuration")
	}
	if err := errors.Join(tool.PlainText("subject", args.Subject), tool.PlainText("body", args.Body)); err != nil {
		return tool.Action{}, err
	}
	args.Subject = norm.NFC.String(strings.TrimSpace(args.Subject))
	args.Body = norm.NFC.String(strings.ReplaceAll(args.Body, "\r\n", "\n"))
	switch {
	case args.Subject == "":
		return tool.Action{}, errors.New("the subject is missing")
	case utf8.RuneCountInString(args.Subject) > 200:
		return tool.Action{}, errors.New("the subject is too long: at most 200 characters")
	case strings.ContainsFunc(args.Subject, func(r rune) bool { return r < ' ' || r == 0x7f || textnorm.Hidden(r) }):
		return tool.Action{}, errors.New("the subject must be one line without control characters")
	case strings.TrimSpace(args.Body) == "":
		return tool.Action{}, errors.New("the body is missing")
	case strings.ContainsFunc(args.Body, func(r rune) bool { return textnorm.Unlikely(r) || r == '\r' }):
		return tool.Action{}, errors.New("the body holds control characters")
	}
	to, err := m.recipients(args.To)
	if err != nil {
		return tool.Action{}, err
	}
	args.To = strings.Join(to, ", ")
	return tool.Action{
		Tool: "send_mail", Target: args.To, Args: tool.Encode(args), Level: policy.Commit, Phrase: "mail",
		Values:     m.values(to, args),
		Facts:      m.facts(to),
		Egress:     true,
		Summary:    fmt.Sprintf("send mail %q to %s", textnorm.Brief(args.Subject, 60), args.To),
		Repeat:     tool.Opaque,
		GrantScope: tool.Scoped(m.scope(to)),
		Do: func(ctx context.Context, key string) (tool.Result, error) {
			if err := m.send(ctx, key, to, args); err != nil {
				return tool.Result{}, fmt.Errorf("send mail to %s: %w", args.To, err)
			}
			return tool.Result{Text: fmt.Sprintf("the mail %q was sent to %s", args.Subject, args.To)}, nil
		},
	}, nil
}

func (m sendMail) values(to []string, args MailArgs) map[string]string {
	v := map[string]string{
		"to": args.To, "subject": args.Subject,
		"size": textnorm.Size(int64(len(args.Body))), "begins": textnorm.Brief(args.Body, 60), "count": strconv.Itoa(len(to)),
	}
	var names []string
	for _, address := range to {
		if name := m.known(address); name != "" {
			names = append(names, name)
		} else {
			v["new"] = "yes"
		}
		if m.lookalike(address) {
			v["warning"] = "lookalike"
		}
	}
	if len(names) == len(to) {
		v["name"] = strings.Join(names, ", ")
	}
	return v
}

// facts are what policy may go by: whether every recipient is a contact, and by
// which names the owner calls them.
func (m sendMail) facts(to []string) map[string]string {
	f := map[string]string{"recipient": "known"}
	var contacts []string
	for _, address := range to {
		switch {
		case m.known(address) != "":
			for _, name := range m.names {
				if strings.EqualFold(m.contacts[contactKey(name)], address) {
					contacts = append(contacts, name+" <"+address+">")
				}
			}
		case m.lookalike(address):
			f["recipient"] = "lookalike"
		case f["recipient"] == "known":
			f["recipient"] = "new"
		}
	}
	if len(contacts) > 0 {
		f["contacts"] = strings.Join(contacts, "; ")
	}
	return f
}

// known is the contact's name that has this address, "" if none has.
func (m sendMail) known(address string) string {
	for _, name := range m.names {
		if strings.EqualFold(m.contacts[contactKey(name)], address) {
			return name
		}
	}
	return ""
}

// ScopeGrant covers mail to one contact or address, about one subject if one
// was named.
func (m sendMail) ScopeGrant(l consent.GrantRequest) (tool.GrantScope, bool) {
	if l.Verb != "mail" || l.Object == "" || m.o.Host == "" {
		return tool.GrantScope{}, false
	}
	to, err := m.recipients(strings.TrimSuffix(contactKey(l.Object), " list"))
	if err != nil || len(to) != 1 {
		if to, err = m.recipients(l.Object); err != nil || len(to) != 1 {
			return tool.GrantScope{}, false
		}
	}
	f, ok := m.scope(to)
	if about := strings.TrimSpace(l.About); ok && about != "" {
		if !tool.Literal(about) {
			return tool.GrantScope{}, false
		}
		f.Args["subject"], f.Values["about"] = "*"+about+"*", about
	}
	return f, ok
}

// scope covers mail to exactly these recipients.
func (m sendMail) scope(to []string) (tool.GrantScope, bool) {
	all := strings.Join(to, ", ")
	f := tool.GrantScope{Target: all, Args: map[string]string{"to": all}, Phrase: "mail", Values: map[string]string{"to": all}}
	if name := m.known(to[0]); name != "" && len(to) == 1 {
		f.Values["name"] = name
	}
	return f, tool.Literal(all)
}
