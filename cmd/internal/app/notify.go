package app

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"github.com/godbus/dbus/v5"

	"deputy/configs/phrases"
)

// notifier shows on the desktop that a decision waits, where there is a desktop.
// The text is Deputy's own and written for the ear; the notification has no
// button, since a click on what has just popped up is no decision.
func notifier(words *phrases.Phrases, log *slog.Logger) func(ctx context.Context, language, text string) {
	return func(ctx context.Context, language, text string) {
		if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
			return // asked for without one, the library would start a bus of its own
		}
		conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
		if err != nil {
			log.Debug("no desktop to notify", "err", err)
			return
		}
		defer conn.Close()
		title := words.Phrase(language, "notify.title", nil)
		call := conn.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications").CallWithContext(ctx,
			"org.freedesktop.Notifications.Notify", 0, "Deputy", uint32(0), "", title, markup.Replace(text), []string{}, map[string]dbus.Variant{}, int32(-1))
		if call.Err != nil {
			log.Debug("the desktop showed no notification", "err", call.Err)
		}
	}
}

// markup keeps a text from being read as the markup that servers may support.
var markup = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
