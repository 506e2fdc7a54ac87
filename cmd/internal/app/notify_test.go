package app

import (
	"bufio"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// A desktop takes notifications as the specification says.
type desktop struct{ shown chan [2]string }

func (d desktop) Notify(app string, _ uint32, _, title, text string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	if app == "Deputy" && len(actions) == 0 {
		d.shown <- [2]string{title, text}
	}
	return 1, nil
}

func TestNotifierShowsWhatWaits(t *testing.T) {
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		if os.Getenv("DEPUTY_TEST_ALL") == "1" {
			t.Fatal("dbus-daemon is not installed: scripts/setup packages")
		}
		t.Skip("dbus-daemon is not installed: scripts/setup packages")
	}
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address", "--address=unix:tmpdir=/tmp")
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { daemon.Process.Kill(); daemon.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	d := desktop{make(chan [2]string, 1)}
	if err := conn.Export(d, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.Notifications", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	notifier(Words(), slog.New(slog.DiscardHandler))(t.Context(), "ko", "finance 앞으로 <b>메일</b>을 보냅니다")
	want := [2]string{"결정을 기다리는 일이 있습니다", "finance 앞으로 &lt;b&gt;메일&lt;/b&gt;을 보냅니다"}
	if got := <-d.shown; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
