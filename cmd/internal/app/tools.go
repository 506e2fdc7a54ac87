package app

import (
	"context"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"path/filepath"
	"strings"

	"deputy/agent/sandbox"
	"deputy/agent/tool"
	"deputy/agent/tools/files"
	"deputy/agent/tools/mail"
	"deputy/agent/tools/notes"
	"deputy/agent/tools/shell"
	"deputy/agent/tools/web"
	"deputy/agent/workspace"
	"deputy/configs"
	"deputy/internal/proc"
)

// tools are everything the model may wish for.
func (a *App) tools(ctx context.Context) ([]tool.Tool, error) {
	w, err := workspace.New(a.Config.Agent.Workspace, filepath.Join(a.Config.Agent.State, "undo"))
	if err != nil {
		return nil, err
	}
	a.onClose(w.Close)
	for _, told := range w.CutOff {
		a.log.Warn("Deputy was ended in the midst of something", "then", told)
	}
	return a.toolsOf(ctx, w)
}

// toolsOf are all tools, with w as their workspace.
func (a *App) toolsOf(ctx context.Context, w *workspace.Workspace) ([]tool.Tool, error) {
	cfg := a.Config
	if err := w.Protect(cfg.Agent.Protect.Runs, cfg.Agent.Protect.Secrets); err != nil {
		return nil, fmt.Errorf("agent.protect: %w", err)
	}
	all := files.Tools(w)
	if cfg.Shell.Enabled {
		if _, err := sandbox.Probe(ctx, shellOptions(cfg, a.log)); err != nil {
			a.miss("lack.sandbox", err)
		} else {
			all = append(all, shell.Tools(w, shellOptions(cfg, a.log))...)
		}
	}
	all = append(all, web.Tools(web.Options{
		Allow: cfg.Web.Allow, MaxBytes: int64(cfg.Web.MaxBytes), Timeout: cfg.Web.Timeout, Logger: a.log,
	})...)
	all = append(all, notes.Tools(w, notes.Options{})...)
	mails, err := a.mail()
	return append(all, mails...), err
}

func shellOptions(cfg configs.Config, log *slog.Logger) sandbox.Options {
	return sandbox.Options{
		Author: gitSetting(cfg.Agent.Workspace, "user.name"), AuthorMail: gitSetting(cfg.Agent.Workspace, "user.email"),
		Timeout: cfg.Shell.Timeout, Memory: int64(cfg.Shell.Memory), Hosts: cfg.Shell.Hosts, Traffic: int64(cfg.Shell.Traffic), Logger: log,
	}
}

// gitSetting is one of the user's settings of git, as they hold in dir.
func gitSetting(dir, name string) string {
	cmd := proc.Command(context.Background(), proc.Grant{Inherit: []string{"XDG_CONFIG_HOME"}}, "git", "config", "--get", name)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "" // there is no git, or no such setting
	}
	return strings.TrimSpace(string(out))
}

func (a *App) mail() ([]tool.Tool, error) {
	m := a.Config.Mail
	if m.Host == "" {
		return mail.Tools(mail.Options{})
	}
	password, err := configs.ReadSecret(m.PasswordEnv, m.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	if m.User != "" && password.IsZero() {
		return nil, fmt.Errorf("mail: there is no password for %s: set %s, or mail.password_file to a file of mode 0600", m.User, m.PasswordEnv)
	}
	return mail.Tools(mail.Options{
		Host: m.Host, Port: m.Port, Security: mail.Security(m.TLS), User: m.User, Password: password.Reveal(),
		From: m.From, Contacts: contacts(m.Known), Logger: a.log,
	})
}

// contacts gives the addresses of mail.known by the name that is spoken: the
// display name, else what stands before the @.
func contacts(known []string) map[string]string {
	out := map[string]string{}
	for _, k := range known {
		a, err := netmail.ParseAddress(k)
		if err != nil {
			continue // validated with the configuration
		}
		name := a.Name
		if name == "" {
			name, _, _ = strings.Cut(a.Address, "@")
		}
		out[name] = a.Address
	}
	return out
}
