package tts_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"deputy/tts"
)

// TestVoiceTellsEveryLineOnce has several goroutines say and hush at random,
// with engines that fail now and then.
func TestVoiceTellsEveryLineOnce(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			flaky := &reader{wait: 50 * time.Millisecond, breaks: 300 * time.Millisecond}
			deaf := &reader{err: errors.New("no")}
			s := newStage(t, tts.Options{Engines: engines(deaf, flaky, &reader{speed: 3})})
			var wg sync.WaitGroup
			for g := range 4 {
				random := rand.New(rand.NewPCG(seed, uint64(g)))
				wg.Go(func() {
					for i := range 25 {
						s.say(t, fmt.Sprint(g, "-", i), "One two. Three.", random.IntN(4) == 0)
						time.Sleep(time.Duration(random.IntN(2000)) * time.Millisecond)
						if random.IntN(15) == 0 {
							if err := s.Hush(t.Context()); err != nil {
								t.Errorf("Hush: got %v, want nil", err)
							}
						}
					}
				})
			}
			wg.Wait()
			time.Sleep(time.Duration(seed) * 100 * time.Millisecond)
			s.close(t)
			told := map[string]int{}
			whole := 0
			for _, d := range s.spoke {
				told[d.Line]++
				if d.Whole {
					whole++
				}
				if d.Err != nil || d.Ended.IsZero() || d.Whole && d.Began.IsZero() {
					t.Errorf("seed %d: got %+v", seed, d)
				}
			}
			for line, n := range told {
				if n != 1 {
					t.Errorf("seed %d: line %s was told %d times, want once", seed, line, n)
				}
			}
			if len(told) != 100 || whole == 0 || whole == 100 {
				t.Errorf("seed %d: got %d lines told, %d whole; want all of 100, some of them whole", seed, len(told), whole)
			}
			if s.Speaking() {
				t.Errorf("seed %d: it speaks after the end", seed)
			}
		})
	}
}
