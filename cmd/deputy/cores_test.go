package main

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A paused model counts what it was told.
type pausedModel struct{ paused, resumed atomic.Int32 }

func (p *pausedModel) Pause()  { p.paused.Add(1) }
func (p *pausedModel) Resume() { p.resumed.Add(1) }

func (p *pausedModel) counts() [2]int32 { return [2]int32{p.paused.Load(), p.resumed.Load()} }

func TestCores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &pausedModel{}
		c := &cores{}
		c.speech() // there is no model yet
		c.quiet()
		c.use(m)
		c.speech()
		if m.counts() != [2]int32{1, 0} {
			t.Errorf("speech: got %+v, want it paused", m.counts())
		}
		c.quiet()
		if m.resumed.Load() != 1 {
			t.Errorf("quiet: got %+v, want it to go on", m.counts())
		}
		time.Sleep(2 * longestPause)
		if m.resumed.Load() != 1 {
			t.Errorf("afterwards: got %+v, want nothing more", m.counts())
		}
	})
}

// TestCoresWhoseQuietGotLost: the model isn't held for ever.
func TestCoresWhoseQuietGotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &pausedModel{}
		c := &cores{}
		c.use(m)
		c.speech()
		time.Sleep(longestPause - time.Second)
		c.speech() // a new sign of speech begins the time anew
		time.Sleep(longestPause - time.Second)
		if m.resumed.Load() != 0 {
			t.Error("it went on while there was speech")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if m.resumed.Load() != 1 {
			t.Errorf("got %+v, want it to go on", m.counts())
		}
	})
}

func TestNoCores(t *testing.T) {
	var c *cores // a model elsewhere
	c.speech()
	c.quiet()
}

func TestPTTKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &pttKey{}
		steps := []struct {
			do   string
			held bool
		}{{"stop", false}, {"start", true}, {"start", true}, {"stop", false}, {"toggle", true}, {"toggle", false}, {"toggle", true}}
		for i, s := range steps {
			if err := k.command(s.do); err != nil {
				t.Fatal(err)
			}
			if k.Held() != s.held {
				t.Errorf("step %d, %s: held is %v", i, s.do, k.Held())
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(maxHold)
		if k.Held() {
			t.Error("a key whose release got lost keeps the microphone open")
		}
		if err := k.command("toggle"); err != nil || !k.Held() {
			t.Errorf("toggle afterwards: got %v, held %v, want it down", err, k.Held())
		}
		if err := k.command("hold"); err == nil {
			t.Error("an unknown command: got no error")
		}
		keyboard := true
		k = &pttKey{also: func() bool { return keyboard }}
		if !k.Held() {
			t.Error("the keyboard's key is not seen")
		}
		keyboard = false
		if k.Held() {
			t.Error("the keyboard's key was let go")
		}
	})
}
