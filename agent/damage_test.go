package agent

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"deputy/agent/core"
	"deputy/agent/event"
	"deputy/agent/journal"
	"deputy/agent/journal/journaltest"
	"deputy/agent/policy"
	"deputy/agent/state"
	"deputy/agent/tool"
)

// TestDamageFoundAfterTheStart: the owner is told, nothing more is taken in, what
// was under way is written down, and the desk ends with the damage.
func TestDamageFoundAfterTheStart(t *testing.T) {
	for _, mute := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := &bench{t: t, model: &script{replies: []event.Replied{calls("slow", `{}`)}}, world: &effects{}, journal: &journaltest.Memory{}}
			found := make(chan struct{})
			b.journal.Rest = func(ctx context.Context) error {
				select {
				case <-found:
					return &journal.Altered{Damage: journal.Changed, Seq: 7, Kind: "decided"}
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			slow := gadget{name: "slow", level: policy.Draft, world: b.world, wait: 2 * time.Second}
			b.mouth = &mouth{mute: mute}
			d := NewDesk(Options{
				Rules: core.Rules{Phrases: wording{}, Policy: policy.Policy{Table: gadgets([]tool.Tool{slow})}}, Journal: b.journal, Model: b.model,
				Tools: []tool.Tool{slow}, Voice: b.mouth, Grace: 5 * time.Second,
				Place: func(lang string, a *journal.Altered) string { return lang + " " + string(a.Damage) },
			})
			b.mouth.d, b.desk = d, d
			ended := make(chan error, 1)
			go func() { ended <- d.Run(t.Context()) }()
			b.rest()
			b.hear("begin something slow please")
			close(found)
			time.Sleep(50 * time.Millisecond)
			d.Tell(event.Heard{Text: "list my files please", Language: "en", Typed: true, Began: time.Now(), Ended: time.Now()})
			var err error
			select {
			case err = <-ended:
			case <-time.After(time.Minute):
				t.Fatal("the desk went on")
			}
			synctest.Wait()
			if a := journal.AlteredIn(err); a == nil || a.Seq != 7 {
				t.Errorf("got %v, want the damage", err)
			}
			if !mute && !b.mouth.said("say.altered place=en changed") {
				t.Errorf("said %q, want the damage", b.mouth.spoken)
			}
			kinds := b.kinds()
			if count(kinds, "task.opened") != 1 || count(kinds, "effect.ended") != 1 {
				t.Errorf("got %v, want one task and the end of its effect", kinds)
			}
			if i := slices.Index(kinds, "told"); i < 0 {
				t.Errorf("got %v, want what was told", kinds)
			}
			if s, ok := b.journal.LatestSnapshot(t.Context(), state.SchemaID); ok {
				t.Errorf("a snapshot was kept of a damaged journal, at %d", s.Seq)
			}
		})
	}
}

// TestUnreadableAfterTheStart: a disk that fails ends the desk too.
func TestUnreadableAfterTheStart(t *testing.T) {
	bad := errors.New("the disk fails")
	m := &journaltest.Memory{Rest: func(context.Context) error { return bad }}
	d := NewDesk(Options{Rules: core.Rules{Phrases: wording{}}, Journal: m, Model: &script{}})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := d.Run(ctx); !errors.Is(err, bad) {
		t.Errorf("got %v, want that the disk fails", err)
	}
}
